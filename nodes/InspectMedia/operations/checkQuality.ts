import type { INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { Expected } from '../../../worker/contract/inspect.ts';
import { ASPECT_RATIOS } from '../../shared/choices';
import { cleanText, defined } from '../../shared/read';
import type { Reader } from '../../shared/reader';
import { lookOptions, looks } from './inspect';

/** Stands for "what the item says". */
const FROM_ITEM = 'item';
const ANY = 'any';

const SECONDS_OF_ITEM = '={{ $json.seconds }}';

const SOUND: Record<string, boolean | undefined> = { with: true, without: false };

const fields: INodeProperties[] = [
	{
		displayName: 'Length (Seconds)',
		name: 'seconds',
		type: 'number',
		typeOptions: { minValue: 0, numberPrecision: 2 },
		default: SECONDS_OF_ITEM,
		description:
			'How long it is to be; as it stands, what the shot was asked to be. Not checked where it is empty or 0.',
	},
	{
		displayName: 'Aspect Ratio',
		name: 'ratio',
		type: 'options',
		options: [
			{
				name: 'As in the Storyboard',
				value: FROM_ITEM,
				description: 'What the item’s field aspectRatio says, if there is one',
			},
			{ name: 'Any', value: ANY },
			...ASPECT_RATIOS,
		],
		default: FROM_ITEM,
		description: 'Which shape the picture is to have',
	},
	{
		displayName: 'Sound',
		name: 'sound',
		type: 'options',
		options: [
			{ name: 'With or Without', value: ANY },
			{ name: 'Must Have Sound', value: 'with' },
			{ name: 'Must Have None', value: 'without' },
		],
		default: ANY,
		description: 'Whether it is to have sound',
	},
];

const options: INodeProperties[] = [
	{
		displayName: 'Frames per Second',
		name: 'fps',
		type: 'string',
		default: '24',
		placeholder: 'e.g. 24 or 30000/1001',
		description: 'Which rate it is to have',
	},
	{
		displayName: 'Height',
		name: 'height',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 720,
		description: 'Which height the picture is to have, in pixels',
	},
	{
		displayName: 'Length May Be Off By (Seconds)',
		name: 'toleranceSeconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 60, numberPrecision: 2 },
		default: 0.25,
		description: 'How much longer or shorter it may be',
	},
	{
		displayName: 'Longest Black (Seconds)',
		name: 'mostBlack',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 600, numberPrecision: 2 },
		default: 0.5,
		description: 'How long the picture may be black at a stretch',
	},
	{
		displayName: 'Longest Freeze (Seconds)',
		name: 'mostFrozen',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 600, numberPrecision: 2 },
		default: 1.5,
		description: 'How long the picture may stand still at a stretch',
	},
	{
		displayName: 'Longest Silence (Seconds)',
		name: 'mostSilent',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 600, numberPrecision: 2 },
		default: 3,
		description: 'How long nothing may be heard at a stretch, where there is sound',
	},
	{
		displayName: 'Loudness (LUFS)',
		name: 'loudness',
		type: 'number',
		typeOptions: { minValue: -70, maxValue: 0, numberPrecision: 1 },
		default: -14,
		description: 'How loud it is to be',
	},
	{
		displayName: 'Loudness May Be Off By (LU)',
		name: 'loudnessTolerance',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 30, numberPrecision: 1 },
		default: 2,
		description: 'How much louder or quieter it may be',
	},
	{
		displayName: 'Width',
		name: 'width',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1280,
		description: 'Which width the picture is to have, in pixels',
	},
];

/** Whether a clip is what was asked for, and fit to be seen: `ok` for an IF node, and the reasons. */
export const checkQuality = looks('quality', {
	option: {
		name: 'Check Quality',
		value: 'checkQuality',
		action: 'Check quality of video',
		description: 'Tell whether a clip is black, frozen, silent, or not what was asked for',
	},
	fields: [...fields, lookOptions(options)],
	labels: {
		'expected.seconds': 'Length (Seconds)',
		'expected.toleranceSeconds': 'Length May Be Off By (Seconds)',
		'expected.width': 'Width',
		'expected.height': 'Height',
		'expected.ratio': 'Aspect Ratio',
		'expected.fps': 'Frames per Second',
		'expected.sound': 'Sound',
		'expected.loudness': 'Loudness (LUFS)',
		'expected.loudnessTolerance': 'Loudness May Be Off By (LU)',
		mostBlackSeconds: 'Longest Black (Seconds)',
		mostFrozenSeconds: 'Longest Freeze (Seconds)',
		mostSilentSeconds: 'Longest Silence (Seconds)',
	},
	read: (from, set) => ({
		expected: readExpected(from, set),
		mostBlackSeconds: set.number('mostBlack', 'Longest Black (Seconds)'),
		mostFrozenSeconds: set.number('mostFrozen', 'Longest Freeze (Seconds)'),
		mostSilentSeconds: set.number('mostSilent', 'Longest Silence (Seconds)'),
	}),
	give: ({ ok, verdict, reasons, findings, measured }, keep) => [
		{
			...keep,
			...{ ok, verdict, reasons },
			findings: findings.map((finding) => ({ ...finding })),
			measured: { ...measured },
		},
	],
});

function readExpected(from: Reader, set: Reader): z.input<typeof Expected> {
	const ratio = from.text('ratio');
	const said = ratio === FROM_ITEM ? cleanText(from.ctx.getInputData()[from.item]?.json.aspectRatio) : ratio;
	return defined({
		seconds: from.positive('seconds', 'Length (Seconds)'),
		toleranceSeconds: set.number('toleranceSeconds', 'Length May Be Off By (Seconds)'),
		width: set.positive('width', 'Width'),
		height: set.positive('height', 'Height'),
		ratio: (said === ANY ? undefined : said) as z.input<typeof Expected>['ratio'],
		fps: set.text('fps'),
		sound: SOUND[from.text('sound') ?? ANY],
		loudness: set.number('loudness', 'Loudness (LUFS)'),
		loudnessTolerance: set.number('loudnessTolerance', 'Loudness May Be Off By (LU)'),
	});
}
