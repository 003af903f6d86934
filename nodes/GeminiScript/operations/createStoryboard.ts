import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { JobView } from '../../../worker/contract/job.ts';
import type { StoryboardResult } from '../../../worker/contract/storyboard.ts';
import { ASPECT_RATIOS, SHOT_TRANSITIONS } from '../../shared/choices';
import { fileField } from '../../shared/drive';
import type { Operation } from '../../shared/operation';
import { cleanNumber, cleanText, defined, needText, readNumber, readOptions, readText } from '../../shared/read';

const fields: INodeProperties[] = [
	{
		displayName: 'Brief From',
		name: 'briefFrom',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Google Drive File', value: 'driveFile', description: 'A text, Markdown, PDF or Google Docs file' },
			{ name: 'Text', value: 'text', description: 'What stands in the field below' },
		],
		default: 'text',
		description: 'Where the description of the film comes from',
	},
	{
		displayName: 'Brief',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 6 },
		default: '',
		required: true,
		placeholder: 'e.g. A calm film about how our honey gets from the hive into the jar',
		displayOptions: { show: { briefFrom: ['text'] } },
		description: 'What the film is about, for whom, and what must be seen',
	},
	{
		...fileField({
			displayName: 'Brief File',
			name: 'driveFile',
			description:
				'The Drive file that holds the brief; as it stands, the file of the item from Drive Watch Trigger',
		}),
		displayOptions: { show: { briefFrom: ['driveFile'] } },
	},
	{
		displayName: 'Film Length (Seconds)',
		name: 'seconds',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 3600 },
		default: 32,
		description: 'How long the whole film is to be, about',
	},
	{
		displayName: 'Shot Length (Seconds)',
		name: 'shotSeconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 60 },
		default: 0,
		description:
			'How long each shot is to be; 0 leaves it to what the video model can do. Every shot is one paid clip.',
	},
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		options: ASPECT_RATIOS,
		default: '16:9',
		description: 'Shape of the picture',
	},
	{
		displayName: 'Video Model Name or ID',
		name: 'videoModel',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'videoModels' },
		default: '',
		description:
			'The model that will make the clips: shots get lengths that it can do. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Style',
		name: 'style',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. Warm daylight, handheld, shallow focus, no people',
		description: 'How the film is to look and sound, in every shot',
	},
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		options: [
			{ name: 'One Item per Shot', value: 'shots', description: 'What Veo Video takes' },
			{ name: 'One Item per Storyboard', value: 'storyboard', description: 'With scenes and shots inside' },
		],
		default: 'shots',
		description: 'What comes out of the node',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Language',
				name: 'language',
				type: 'string',
				default: '',
				placeholder: 'e.g. German',
				description: 'Language of narration and captions; that of the brief where empty',
			},
			{
				displayName: 'Maximum Number of Shots',
				name: 'maxShots',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 200 },
				default: 20,
				description: 'A hard limit: no storyboard has more shots, so no film costs more clips',
			},
			{
				displayName: 'Text Model Name or ID',
				name: 'model',
				type: 'options',
				typeOptions: { loadOptionsMethod: 'textModels' },
				default: '',
				description:
					'The model that writes. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
			},
			{
				displayName: 'Transition',
				name: 'transition',
				type: 'options',
				options: SHOT_TRANSITIONS,
				default: 'cut',
				description: 'How one shot leads into the next',
			},
		],
	},
];

/** Writes a storyboard from a brief: one item a shot, ready for Veo Video, or one item with all of it. */
export const createStoryboard: Operation<'storyboard'> = {
	option: {
		name: 'Create Storyboard',
		value: 'createStoryboard',
		action: 'Create storyboard',
		description: 'Turn a brief into scenes and shots',
	},
	fields,
	kind: 'storyboard',
	pictured: false,
	labels: {
		text: 'Brief',
		driveFile: 'Brief File',
		seconds: 'Film Length (Seconds)',
		shotSeconds: 'Shot Length (Seconds)',
		aspectRatio: 'Aspect Ratio',
		videoModel: 'Video Model',
		style: 'Style',
		language: 'Language',
		maxShots: 'Maximum Number of Shots',
		model: 'Text Model',
		transition: 'Transition',
	},
	ask: (ctx, [item = 0]) => ({
		input: defined({
			...brief(ctx, item),
			...options(readOptions(ctx, item)),
			seconds: readNumber(ctx, 'seconds', item),
			shotSeconds: readNumber(ctx, 'shotSeconds', item),
			aspectRatio: ctx.getNodeParameter('aspectRatio', item) as StoryboardResult['aspectRatio'],
			videoModel: readText(ctx, 'videoModel', item),
			style: readText(ctx, 'style', item),
		}),
		form: ctx.getNodeParameter('output', item, 'shots') as string,
	}),
	give: (job, _keep, form) => (form === 'storyboard' ? [whole(job)] : shots(job)),
};

function brief(ctx: IExecuteFunctions, item: number): { text?: string; driveFile?: string } {
	if (ctx.getNodeParameter('briefFrom', item) === 'text')
		return {
			text: needText(
				ctx,
				'text',
				'Brief',
				item,
				'Write what the film is about, or take the brief from a Drive file.',
			),
		};
	const hint = 'The item has no file ID here. Choose a file, or let the items come from Drive Watch Trigger.';
	return { driveFile: needText(ctx, 'driveFile', 'Brief File', item, hint) };
}

function options(set: IDataObject) {
	return {
		language: cleanText(set.language),
		maxShots: cleanNumber(set.maxShots),
		model: cleanText(set.model),
		transition: cleanText(set.transition) as 'cut' | 'crossfade' | 'fadeblack' | undefined,
	};
}

function shots(job: JobView): IDataObject[] {
	const { storyboard, shots, aspectRatio, briefName } = job.result as StoryboardResult;
	return shots.map(({ number, scene, prompt, narration, caption, seconds, transition }) => ({
		number,
		scene,
		prompt,
		narration,
		caption,
		seconds,
		transition,
		title: storyboard.title,
		aspectRatio,
		shots: shots.length,
		briefName,
	}));
}

function whole(job: JobView): IDataObject {
	const { storyboard, shots, seconds, aspectRatio, briefName, model, costUsd } = job.result as StoryboardResult;
	const { title, logline, scenes } = storyboard;
	return { title, logline, scenes, shots, seconds, aspectRatio, briefName, model, costUsd, job: job.id };
}
