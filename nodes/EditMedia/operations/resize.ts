import { barColourField, fitField, readFit } from '../../shared/parts/fit';
import { edits } from './edit';

/** Gives a video another size. */
export const resize = edits('resize', {
	option: { name: 'Resize', value: 'resize', action: 'Resize video', description: 'Make a video larger or smaller' },
	fields: [
		{
			displayName: 'Width',
			name: 'width',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 7680 },
			default: 1280,
			description: 'In pixels, an even number; 0 lets it follow from the height',
		},
		{
			displayName: 'Height',
			name: 'height',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 7680 },
			default: 0,
			description: 'In pixels, an even number; 0 lets it follow from the width',
		},
	],
	options: [barColourField, fitField],
	labels: { width: 'Width', height: 'Height', fit: 'Fit', colour: 'Bar Colour' },
	read: (fields, options) => {
		const [width, height] = [fields.positive('width', 'Width'), fields.positive('height', 'Height')];
		if (width === undefined && height === undefined)
			fields.refuse('Width and Height are empty', 'Give one of the two, or both.');
		return { width, height, ...readFit(options) };
	},
});
