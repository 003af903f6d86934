import { edits } from './edit';

/** Many small pictures of a video on one sheet, evenly spread. */
export const makeContactSheet = edits('contactSheet', {
	option: {
		name: 'Make Contact Sheet',
		value: 'makeContactSheet',
		action: 'Make contact sheet of video',
		description: 'Show a video at a glance: many small pictures on one sheet',
	},
	fields: [
		{
			displayName: 'Columns',
			name: 'columns',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 12 },
			default: 4,
			description: 'How many pictures stand side by side',
		},
		{
			displayName: 'Rows',
			name: 'rows',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 12 },
			default: 4,
			description: 'How many rows of pictures there are',
		},
	],
	options: [
		{
			displayName: 'Sheet Width',
			name: 'width',
			type: 'number',
			typeOptions: { minValue: 16, maxValue: 7680 },
			default: 1920,
			description: 'In pixels, an even number',
		},
	],
	labels: { columns: 'Columns', rows: 'Rows', width: 'Sheet Width' },
	read: (fields, options) => ({
		columns: fields.positive('columns', 'Columns'),
		rows: fields.positive('rows', 'Rows'),
		width: options.positive('width', 'Sheet Width'),
	}),
});
