import { edits } from './edit';

/** A picture of a video: its best frame, or the one that was asked for. */
export const makeThumbnail = edits('thumbnail', {
	option: {
		name: 'Make Thumbnail',
		value: 'makeThumbnail',
		action: 'Make thumbnail of video',
		description: 'Take a picture out of a video',
	},
	fields: [
		{
			displayName: 'Moment',
			name: 'moment',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'At a Second', value: 'given' },
				{ name: 'The Best One', value: 'best', description: 'Neither black nor blurred, and rich in detail' },
			],
			default: 'best',
			description: 'Which frame of the video it shows',
		},
		{
			displayName: 'At (Seconds)',
			name: 'at',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 3 },
			default: 0,
			displayOptions: { show: { moment: ['given'] } },
			description: 'When in the video the frame is seen',
		},
	],
	options: [
		{
			displayName: 'Picture Width',
			name: 'width',
			type: 'number',
			typeOptions: { minValue: 16, maxValue: 7680 },
			default: 1280,
			description: 'In pixels, an even number; the height follows from it',
		},
	],
	labels: { at: 'At (Seconds)', width: 'Picture Width' },
	read: (fields, options) => ({
		at: fields.text('moment') === 'given' ? (fields.number('at', 'At (Seconds)') ?? 0) : undefined,
		width: options.positive('width', 'Picture Width'),
	}),
});
