import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { ClipInput, ClipResult } from '../../../worker/contract/clip.ts';
import type { JobView } from '../../../worker/contract/job.ts';
import { ASPECT_RATIOS, RESOLUTIONS } from '../../shared/choices';
import type { Operation } from '../../shared/operation';
import { assetFacts } from '../../shared/output';
import { cleanNumber, cleanText, defined, needText, readNumber, readOptions, readText } from '../../shared/read';
import { shotFields } from '../../shared/shot';

/** Stands for "what the item says". */
const FROM_ITEM = 'item';

const SECONDS_OF_ITEM = '={{ $json.seconds }}';
const NUMBER_OF_ITEM = '={{ $json.number }}';

const fields: INodeProperties[] = [
	{
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '={{ $json.prompt }}',
		required: true,
		placeholder: 'e.g. Slow dolly over a wooden table, a honey jar catches the morning light',
		description: 'What the camera sees and hears in one take',
	},
	{
		displayName: 'Model Name or ID',
		name: 'model',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'videoModels' },
		default: '',
		description:
			'The video model and its price. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Duration (Seconds)',
		name: 'seconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 60 },
		default: SECONDS_OF_ITEM,
		description: 'Length of the clip; the model’s own where it is empty or 0. You pay by the second.',
	},
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		options: [
			{
				name: 'As in the Storyboard',
				value: FROM_ITEM,
				description: 'What the item’s field aspectRatio says, if there is one',
			},
			...ASPECT_RATIOS,
		],
		default: FROM_ITEM,
		description: 'Shape of the picture',
	},
	{
		displayName: 'Resolution',
		name: 'resolution',
		type: 'options',
		options: [{ name: 'Model’s Default', value: '' }, ...RESOLUTIONS],
		default: '',
		description: 'Size of the picture; not every model can do every size',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Audio',
				name: 'audio',
				type: 'boolean',
				default: true,
				description: 'Whether the clip has sound; some models always make it',
			},
			{
				displayName: 'Negative Prompt',
				name: 'negativePrompt',
				type: 'string',
				default: '',
				placeholder: 'e.g. text, watermark, people',
				description: 'What must not be seen; not every model takes it',
			},
			{
				displayName: 'Seed',
				name: 'seed',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 4294967295 },
				default: 0,
				description: 'The same seed and prompt give a clip as like the last as the model can make it',
			},
			{
				displayName: 'Shot Number',
				name: 'shot',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: NUMBER_OF_ITEM,
				description:
					'Which shot of the film this is, for messages; the item’s field number where this option is not set',
			},
		],
	},
];

/** One clip an item, all items as one batch: the whole batch is checked, and its cost reserved, before anything is paid. */
export const generateFromText: Operation<'clip'> = {
	option: {
		name: 'Generate From Text',
		value: 'generateFromText',
		action: 'Generate video from text',
		description: 'Make one clip for each item',
	},
	fields,
	kind: 'clip',
	pictured: true,
	labels: {
		prompt: 'Prompt',
		model: 'Model',
		seconds: 'Duration (Seconds)',
		aspectRatio: 'Aspect Ratio',
		resolution: 'Resolution',
		audio: 'Audio',
		negativePrompt: 'Negative Prompt',
		seed: 'Seed',
		shot: 'Shot Number',
	},
	ask: (ctx, [item = 0]) => {
		const input = readInput(ctx, item);
		return { input, keep: keptFields(ctx, item, input) };
	},
	give: (job, keep) => [clipItem(job, keep)],
};

function readInput(ctx: IExecuteFunctions, item: number): ClipInput {
	const set = readOptions(ctx, item);
	const json = ctx.getInputData()[item]?.json ?? {};
	const ratio = readText(ctx, 'aspectRatio', item);
	const hint = 'Write a prompt, or let the items come from Gemini Script: each brings its own.';
	return defined({
		prompt: needText(ctx, 'prompt', 'Prompt', item, hint),
		model: readText(ctx, 'model', item),
		seconds: readNumber(ctx, 'seconds', item),
		aspectRatio: (ratio === FROM_ITEM ? cleanText(json.aspectRatio) : ratio) as ClipInput['aspectRatio'],
		resolution: readText(ctx, 'resolution', item) as ClipInput['resolution'],
		audio: set.audio as boolean | undefined,
		negativePrompt: cleanText(set.negativePrompt),
		seed: set.seed === '' ? undefined : (set.seed as number | undefined),
		shot: cleanNumber(set.shot ?? json.number),
	});
}

/** The shot's own fields, and what was asked where the item had none. */
function keptFields(ctx: IExecuteFunctions, item: number, input: ClipInput): IDataObject {
	const asked = defined({
		number: input.shot,
		prompt: input.prompt,
		seconds: input.seconds,
		aspectRatio: input.aspectRatio,
	});
	return { ...shotFields(ctx, item), ...asked };
}

function clipItem(job: JobView, keep: IDataObject): IDataObject {
	const { asset, model, costUsd } = job.result as ClipResult;
	return { ...keep, ...assetFacts(asset), model, costUsd, job: job.id };
}
