import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { JobView } from '../../../worker/contract/job.ts';
import type { StitchResult } from '../../../worker/contract/timeline.ts';
import { TRANSITIONS } from '../../shared/choices';
import type { Operation } from '../../shared/operation';
import { assetFacts } from '../../shared/output';
import { place } from '../../shared/problems';
import { cleanNumber, cleanText, defined, needText, readNumber, readText } from '../../shared/read';

/** Stands for "what each item says". */
const FROM_ITEM = 'item';

const NUMBER_OF_ITEM = '={{ $json.number }}';

const fields: INodeProperties[] = [
	{
		displayName: 'Clip',
		name: 'clip',
		type: 'string',
		default: '={{ $json.asset }}',
		required: true,
		description: 'The clip of each item; as it stands, what Veo Video or Transfer File gave it',
	},
	{
		displayName: 'Title',
		name: 'title',
		type: 'string',
		default: '={{ $json.title || "Film" }}',
		description: 'Title of the film, also its file name; taken from the first item',
	},
	{
		displayName: 'Order',
		name: 'order',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'As the Items Come', value: 'items' },
			{ name: 'By a Number of Each Item', value: 'number' },
		],
		default: 'items',
		description: 'Which clip comes after which',
	},
	{
		displayName: 'Number',
		name: 'number',
		type: 'number',
		default: NUMBER_OF_ITEM,
		displayOptions: { show: { order: ['number'] } },
		description: 'The smallest comes first',
	},
	{
		displayName: 'Transition',
		name: 'transition',
		type: 'options',
		options: [
			{
				name: 'As in the Storyboard',
				value: FROM_ITEM,
				description: 'What each item’s field transition says; a cut where it has none',
			},
			...TRANSITIONS,
		],
		default: FROM_ITEM,
		description: 'How the clip before leads into each clip',
	},
	{
		displayName: 'Transition Length (Seconds)',
		name: 'transitionSeconds',
		type: 'number',
		typeOptions: { minValue: 0.1, maxValue: 10, numberPrecision: 2 },
		default: 0.5,
		displayOptions: { hide: { transition: ['cut'] } },
		description: 'Length of each crossfade; it is taken from both clips, so the film gets that much shorter',
	},
	{
		displayName: 'If Shots Are Missing',
		name: 'missingShots',
		type: 'options',
		options: [
			{ name: 'Make the Film Without Them', value: 'goOn' },
			{ name: 'Stop', value: 'stop' },
		],
		default: 'stop',
		description: 'What to do when the storyboard had more shots than clips have come, say because one was blocked',
	},
	{
		displayName: 'Size and Rate',
		name: 'target',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'As the Clips',
				value: 'clips',
				description: 'What most of the running time already has: the least to encode',
			},
			{ name: 'Given Below', value: 'given' },
		],
		default: 'clips',
		description: 'Picture size and frames a second of the film',
	},
	{
		displayName: 'Width',
		name: 'width',
		type: 'number',
		typeOptions: { minValue: 16, maxValue: 7680 },
		default: 1920,
		displayOptions: { show: { target: ['given'] } },
		description: 'In pixels, an even number',
	},
	{
		displayName: 'Height',
		name: 'height',
		type: 'number',
		typeOptions: { minValue: 16, maxValue: 7680 },
		default: 1080,
		displayOptions: { show: { target: ['given'] } },
		description: 'In pixels, an even number',
	},
	{
		displayName: 'Frames per Second',
		name: 'fps',
		type: 'string',
		default: '',
		placeholder: 'e.g. 24 or 30000/1001',
		displayOptions: { show: { target: ['given'] } },
		description: 'A whole number or a fraction; that of the clips where empty',
	},
];

/** Makes one film of all items: their clips on a timeline, in order, with transitions. */
export const stitchItems: Operation<'stitch'> = {
	option: {
		name: 'Stitch Items',
		value: 'stitchItems',
		action: 'Stitch items into a film',
		description: 'Join the clips of all items into one film',
	},
	fields,
	kind: 'stitch',
	together: true,
	pictured: true,
	labels: {
		'timeline.clips.*.asset': 'Clip',
		'timeline.clips.*.transition': 'Transition',
		'timeline.clips.*.transitionSeconds': 'Transition Length (Seconds)',
		'timeline.target.width': 'Width',
		'timeline.target.height': 'Height',
		'timeline.target.fps': 'Frames per Second',
		'timeline.clips': 'Clip',
		title: 'Title',
	},
	ask: (ctx, items) => {
		if (ctx.getNodeParameter('missingShots', 0) === 'stop') refuseGaps(ctx, items);
		const clips = inOrder(ctx, items).map((item) => timelineClip(ctx, item));
		const title = readText(ctx, 'title', items[0] ?? 0);
		return {
			input: defined({ timeline: { clips, target: target(ctx) }, title }),
			keep: defined({ title, briefName: ctx.getInputData()[0]?.json.briefName }),
		};
	},
	give: (job, keep) => [filmItem(job, keep)],
};

function inOrder(ctx: IExecuteFunctions, items: number[]): number[] {
	if (ctx.getNodeParameter('order', 0) !== 'number') return items;
	const numbers = new Map(items.map((item) => [item, numberOf(ctx, item)]));
	return [...items].sort((a, b) => (numbers.get(a) ?? 0) - (numbers.get(b) ?? 0));
}

function numberOf(ctx: IExecuteFunctions, item: number): number {
	const value = Number(ctx.getNodeParameter('number', item) ?? Number.NaN);
	if (Number.isFinite(value)) return value;
	throw new NodeOperationError(ctx.getNode(), `Number is not a number${place(item)}`, {
		itemIndex: item,
		description: 'Order: By a Number of Each Item needs one for every item. Or choose As the Items Come.',
	});
}

function timelineClip(ctx: IExecuteFunctions, item: number) {
	const hint =
		'Stitch Video takes items that carry a clip in the field asset. Bring files in with Transfer File → Import.';
	const chosen = readText(ctx, 'transition', item);
	const said = chosen === FROM_ITEM ? cleanText(ctx.getInputData()[item]?.json.transition) : chosen;
	const transitionSeconds = said === 'crossfade' ? readNumber(ctx, 'transitionSeconds', item) : undefined;
	const transition = said as 'cut' | 'crossfade' | undefined;
	return defined({ asset: needText(ctx, 'clip', 'Clip', item, hint), transition, transitionSeconds });
}

function target(ctx: IExecuteFunctions) {
	if (ctx.getNodeParameter('target', 0) !== 'given') return {};
	return defined({
		width: readNumber(ctx, 'width', 0),
		height: readNumber(ctx, 'height', 0),
		fps: readText(ctx, 'fps', 0),
	});
}

/** A film without one of its shots looks finished; so the count that the storyboard gave every item is held against what came. */
function refuseGaps(ctx: IExecuteFunctions, items: number[]): void {
	const all = ctx.getInputData();
	const wanted = cleanNumber(all[0]?.json.shots);
	if (!wanted || items.length >= wanted) return;
	const there = new Set(items.map((item) => all[item]?.json.number));
	const missing = Array.from({ length: wanted }, (_, index) => index + 1).filter((number) => !there.has(number));
	throw new NodeOperationError(ctx.getNode(), `The film would lack shot ${missing.join(', ')} of ${wanted}`, {
		description:
			'The storyboard has more shots than clips have come. Look at what became of them, or set If Shots Are Missing to make the film without them. Clips that were made are kept.',
	});
}

function filmItem(job: JobView, keep: IDataObject): IDataObject {
	const { asset, report } = job.result as StitchResult;
	const { frames, seconds, copiedSeconds, encodedSeconds, segments, lost } = report;
	const stitch = { frames, seconds, copiedSeconds, encodedSeconds, segments: segments.length, lost };
	return { ...keep, ...assetFacts(asset), stitch, job: job.id };
}
