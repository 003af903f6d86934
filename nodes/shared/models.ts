import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import type { ModelsView, TextModelView, VideoModelView } from '../../worker/contract/models.ts';
import { askWorker } from './transport';

/** What the lists of models are filled with; goes into a node's `methods.loadOptions`. Prices are the worker's, with their date. */
export const modelLists = {
	async videoModels(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		const { video } = await askWorker<ModelsView>(this, { method: 'GET', path: '/v1/models' });
		return withDefault(video.map(videoOption), video.find((model) => model.default)?.name);
	},
	async textModels(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		const { text } = await askWorker<ModelsView>(this, { method: 'GET', path: '/v1/models' });
		return withDefault(text.map(textOption), text.find((model) => model.default)?.name);
	},
};

/** The first choice follows the worker: when a model is retired there, nothing has to be changed here. */
function withDefault(options: INodePropertyOptions[], name?: string): INodePropertyOptions[] {
	const first = { name: `Worker's Default${name ? ` (${name})` : ''}`, value: '' };
	return [first, ...options];
}

function videoOption(model: VideoModelView): INodePropertyOptions {
	const price = model.usdPerSecond[model.defaultResolution];
	const { seconds, resolutions } = model;
	const lengths = seconds.length > 3 ? `${seconds[0]} to ${seconds[seconds.length - 1]}` : seconds.join(', ');
	return {
		name: price === undefined ? model.name : `${model.name} ($${price}/s at ${model.defaultResolution})`,
		value: model.id,
		description: `${lengths} seconds; ${resolutions.join(', ')}; price of ${model.pricedOn}`,
	};
}

function textOption(model: TextModelView): INodePropertyOptions {
	return {
		name: `${model.name} ($${model.usdPerMillionIn} in, $${model.usdPerMillionOut} out per million tokens)`,
		value: model.id,
		description: `Price of ${model.pricedOn}`,
	};
}
