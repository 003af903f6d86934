import { lookOptions, looks } from './inspect';

/** Whether a mark lies over the picture, and where. */
export const detectWatermark = looks('watermark', {
	option: {
		name: 'Detect Watermark',
		value: 'detectWatermark',
		action: 'Detect watermark in video',
		description: 'Tell whether a logo or mark lies over the picture, and where',
	},
	fields: [
		{
			displayName: 'Logo to Look For',
			name: 'logo',
			type: 'string',
			default: '',
			placeholder: "e.g. {{ $('Import Logo').first().json.asset }}",
			description:
				'The field asset of a picture that came by Transfer File → Import; where empty, whatever stands still over a moving picture',
		},
		lookOptions([
			{
				displayName: 'Certainty (Percent)',
				name: 'certainty',
				type: 'number',
				typeOptions: { minValue: 10, maxValue: 100 },
				default: 70,
				description: 'How sure it must be to call it found',
			},
		]),
	],
	labels: { logo: 'Logo to Look For', threshold: 'Certainty (Percent)' },
	read: (fields, options) => ({
		logo: fields.text('logo'),
		threshold: options.share('certainty', 'Certainty (Percent)', 10, 100),
	}),
	give: ({ operation: _, ...facts }, keep) => [{ ...keep, ...facts }],
	pictures: ({ picture }) => [picture],
});
