import { edits } from './edit';

/** Keeps a part of a clip. What cannot be copied to the frame is encoded, the rest is copied. */
export const trim = edits('trim', {
	option: { name: 'Trim', value: 'trim', action: 'Trim video', description: 'Keep a part of a video' },
	fields: [
		{
			displayName: 'Begin At (Seconds)',
			name: 'beginAt',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 3 },
			default: 0,
			description: 'Where the part begins',
		},
		{
			displayName: 'End At (Seconds)',
			name: 'endAt',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 3 },
			default: 0,
			description: 'Where the part ends; 0 for the end of the video',
		},
	],
	labels: { from: 'Begin At (Seconds)', to: 'End At (Seconds)' },
	drops: ['seconds', 'words'],
	read: (fields) => {
		const from = fields.number('beginAt', 'Begin At (Seconds)');
		const to = fields.positive('endAt', 'End At (Seconds)');
		if (to !== undefined && to <= (from ?? 0))
			fields.refuse('End At (Seconds) is not behind Begin At (Seconds)', 'Nothing would be left of the video.');
		return { from, to };
	},
});
