import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { Target } from '../../../worker/contract/look.ts';
import type { Timeline } from '../../../worker/contract/timeline.ts';
import { ASPECT_RATIOS, JOINTS } from '../../shared/choices';
import { barColourField, fitField, readFit } from '../../shared/parts/fit';
import type { Labels } from '../../shared/problems';
import { defined } from '../../shared/read';
import { fieldsOf, sectionOf } from '../../shared/reader';
import { cutOptions } from './clips';

/** Picture size and frame rate of the film. */
export const targetFields: INodeProperties[] = [
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
			{ name: 'By Shape', value: 'shape', description: 'Say upright, as large as the clips are' },
			{ name: 'Given Below', value: 'given', description: 'Width, height and frames a second' },
		],
		default: 'clips',
		description: 'Picture size and frames a second of the film',
	},
	{
		displayName: 'Shape',
		name: 'shape',
		type: 'options',
		options: ASPECT_RATIOS,
		default: '9:16',
		displayOptions: { show: { target: ['shape'] } },
		description: 'Shape of the picture; its shorter side stays that of the clips',
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
		displayOptions: { show: { target: ['given', 'shape'] } },
		description: 'A whole number or a fraction; that of the clips where empty',
	},
];

/** The section of what else concerns the picture. */
export const pictureSection: INodeProperties = {
	displayName: 'Picture',
	name: 'picture',
	type: 'collection',
	placeholder: 'Add to picture',
	default: {},
	description: 'How clips of another shape are fitted, which part of each clip is used, and how it is joined',
	options: [
		barColourField,
		...cutOptions,
		fitField,
		{
			displayName: 'Frames Behind Transitions',
			name: 'joints',
			type: 'options',
			options: JOINTS,
			default: 'encoded',
			description: 'What is done with the rest of a clip that a transition has cut into',
		},
	],
};

/** What these fields of the contract are called. */
export const pictureLabels: Labels = {
	'timeline.target.width': 'Width',
	'timeline.target.height': 'Height',
	'timeline.target.ratio': 'Shape',
	'timeline.target.fps': 'Frames per Second',
	'timeline.target.fit': 'Fit',
	'timeline.target.colour': 'Bar Colour',
	'timeline.joints': 'Frames Behind Transitions',
};

/** Target and joints of the timeline; they are the film's, so the first item's are taken. */
export function readPicture(
	ctx: IExecuteFunctions,
	first: number,
): Pick<z.input<typeof Timeline>, 'target' | 'joints'> {
	const picture = sectionOf(ctx, 'picture', first);
	return defined({
		target: defined({ ...sizeAndRate(ctx, first), ...readFit(picture) }),
		joints: picture.text('joints') as z.input<typeof Timeline>['joints'],
	});
}

function sizeAndRate(ctx: IExecuteFunctions, first: number): z.input<typeof Target> {
	const fields = fieldsOf(ctx, first);
	const by = fields.text('target');
	if (by === 'shape')
		return { ratio: fields.text('shape') as z.input<typeof Target>['ratio'], fps: fields.text('fps') };
	if (by !== 'given') return {};
	const [width, height] = [fields.positive('width', 'Width'), fields.positive('height', 'Height')];
	return { width, height, fps: fields.text('fps') };
}
