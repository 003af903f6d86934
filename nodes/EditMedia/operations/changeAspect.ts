import type { EditInput } from '../../../worker/contract/edit.ts';
import { ASPECT_RATIOS } from '../../shared/choices';
import { barColourField, fitField, readFit } from '../../shared/parts/fit';
import { edits } from './edit';

type Ratio = Extract<EditInput, { operation: 'aspect' }>['ratio'];

/** Gives a video another shape, its shorter side as long as before. */
export const changeAspect = edits('aspect', {
	option: {
		name: 'Change Aspect',
		value: 'changeAspect',
		action: 'Change aspect of video',
		description: 'Make an upright, square or wide video of another one',
	},
	fields: [
		{
			displayName: 'Aspect Ratio',
			name: 'ratio',
			type: 'options',
			options: ASPECT_RATIOS,
			default: '9:16',
			description: 'Shape of the picture',
		},
		{ ...fitField, default: 'blur' },
	],
	options: [barColourField],
	labels: { ratio: 'Aspect Ratio', fit: 'Fit', colour: 'Bar Colour' },
	sets: ({ ratio }) => ({ aspectRatio: ratio }),
	read: (fields, options) => ({
		ratio: fields.text('ratio') as Ratio,
		...readFit(fields),
		colour: options.text('barColour'),
	}),
});
