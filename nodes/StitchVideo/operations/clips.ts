import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { TimelineClip } from '../../../worker/contract/timeline.ts';
import type { Transition } from '../../../worker/contract/transition.ts';
import { readLines, readWords } from '../../shared/parts/lists';
import type { Labels } from '../../shared/problems';
import { cleanText, defined } from '../../shared/read';
import { fieldsOf, type Reader, sectionOf } from '../../shared/reader';
import { TRANSITIONS } from '../../shared/transitions';

/** Stands for "what each item says". */
const FROM_ITEM = 'item';

const FROM_OF_ITEM = '={{ $json.from }}';
const TO_OF_ITEM = '={{ $json.to }}';

/** An asset is the SHA-256 of its bytes; a job's ID begins with its letter. */
const JOB = /^j_/;

/** What is read from every item: its clip. */
export const clipField: INodeProperties = {
	displayName: 'Clip',
	name: 'clip',
	type: 'string',
	default: '={{ $json.asset || $json.job }}',
	required: true,
	description:
		'The clip of each item; as it stands, what Veo Video or Transfer File gave it. Also the job of a clip that is still being made (Veo Video with Wait: Hand On): then the film begins to be made meanwhile.',
};

/** How clips lead into each other. */
export const transitionFields: INodeProperties[] = [
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
		description: 'Length of each transition; it is taken from both clips, so the film gets that much shorter',
	},
];

/** Which part of each clip is used; options of a section. */
export const cutOptions: INodeProperties[] = [
	{
		displayName: 'Begin At (Seconds)',
		name: 'cutFrom',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 3 },
		default: FROM_OF_ITEM,
		description: 'Where in each clip the film takes it up; as it stands, the beginning of a scene of Inspect Media',
	},
	{
		displayName: 'End At (Seconds)',
		name: 'cutTo',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 3 },
		default: TO_OF_ITEM,
		description: 'Where in each clip the film leaves it; as it stands, the end of a scene of Inspect Media',
	},
];

/** What these fields of the contract are called. */
export const clipLabels: Labels = {
	'timeline.clips': 'Clip',
	'timeline.clips.*.asset': 'Clip',
	'timeline.clips.*.job': 'Clip',
	'timeline.clips.*.cutFrom': 'Begin At (Seconds)',
	'timeline.clips.*.cutTo': 'End At (Seconds)',
	'timeline.clips.*.transition': 'Transition',
	'timeline.clips.*.transitionSeconds': 'Transition Length (Seconds)',
	'timeline.clips.*.narration': 'Narration',
	'timeline.clips.*.text': 'Caption Text',
	'timeline.clips.*.words': 'Word Times',
	'timeline.clips.*.captions': 'Timed Lines',
	'timeline.clips.*.captions.*.text': 'Timed Lines',
	'timeline.clips.*.captions.*.from': 'Timed Lines',
	'timeline.clips.*.captions.*.to': 'Timed Lines',
	'timeline.clips.*.chapter': 'Chapter',
};

type ClipInput = z.input<typeof TimelineClip>;

/** The timeline's clips, one of each item, in the order of the items given. */
export function readClips(ctx: IExecuteFunctions, items: number[]): ClipInput[] {
	const chapters = beginnings(items.map((item) => sectionOf(ctx, 'file', item).text('chapter')));
	return items.map((item, place) => readClip(ctx, item, chapters[place]));
}

function readClip(ctx: IExecuteFunctions, item: number, chapter: string | undefined): ClipInput {
	const fields = fieldsOf(ctx, item);
	const picture = sectionOf(ctx, 'picture', item);
	return defined({
		...clipOrJob(fields),
		cutFrom: picture.number('cutFrom', 'Begin At (Seconds)'),
		cutTo: picture.positive('cutTo', 'End At (Seconds)'),
		...readTransition(fields),
		narration: fields.text('narration'),
		...readSpoken(fields),
		chapter,
	});
}

function clipOrJob(fields: Reader): { asset: string } | { job: string } {
	const hint =
		'Stitch Video takes items that carry a clip in the field asset, or its job in the field job. Bring files in with Transfer File → Import.';
	const clip = fields.need('clip', 'Clip', hint);
	return JOB.test(clip) ? { job: clip } : { asset: clip };
}

function readTransition(fields: Reader): Pick<ClipInput, 'transition' | 'transitionSeconds'> {
	const chosen = fields.text('transition');
	const said = chosen === FROM_ITEM ? cleanText(fields.ctx.getInputData()[fields.item]?.json.transition) : chosen;
	if (said === undefined) return {};
	const transition = known(fields, said);
	if (transition === 'cut') return { transition };
	const transitionSeconds = fields.positive('transitionSeconds', 'Transition Length (Seconds)');
	return { transition, transitionSeconds };
}

/** By the name of the contract or by the one in the list, in large or small letters: sheets hold both. */
function known(fields: Reader, said: string): Transition {
	const plain = said.toLowerCase();
	const found = TRANSITIONS.find(({ name, value }) => value === plain || name.toLowerCase() === plain);
	const hint = 'Choose one from the list, or let the items say its name, for example "crossfade" or "Wipe Left".';
	return found ? (found.value as Transition) : fields.refuse(`Transition "${said}" does not exist`, hint);
}

/** Only a film with captions needs to know what is said in it. */
function readSpoken(fields: Reader): Pick<ClipInput, 'text' | 'words' | 'captions'> {
	if ((fields.text('captions') ?? 'none') === 'none') return {};
	const look = sectionOf(fields.ctx, 'captionLook', fields.item);
	const captions = readLines(look, 'lines', 'Timed Lines');
	return { text: fields.text('captionText'), words: readWords(look, 'words', 'Word Times'), captions };
}

/** A chapter begins where the name is another than before; a clip without a name belongs to the chapter before it. */
function beginnings(names: Array<string | undefined>): Array<string | undefined> {
	let current: string | undefined;
	return names.map((name) => {
		if (name === undefined || name === current) return undefined;
		current = name;
		return name;
	});
}
