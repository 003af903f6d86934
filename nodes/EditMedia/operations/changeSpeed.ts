import { edits } from './edit';

/** Makes a video run faster or slower; its sound keeps its pitch. */
export const changeSpeed = edits('speed', {
	option: {
		name: 'Change Speed',
		value: 'changeSpeed',
		action: 'Change speed of video',
		description: 'Make a video run faster or slower',
	},
	fields: [
		{
			displayName: 'Speed',
			name: 'factor',
			type: 'number',
			typeOptions: { minValue: 0.1, maxValue: 10, numberPrecision: 3 },
			default: 2,
			description: 'How many times as fast: 2 is double speed, 0.5 half',
		},
	],
	labels: { factor: 'Speed' },
	drops: ['seconds', 'words'],
	read: (fields) => ({
		factor: fields.number('factor', 'Speed') ?? fields.refuse('Speed is empty', 'Give a number, say 2 or 0.5.'),
	}),
});
