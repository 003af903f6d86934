import { lookOptions, looks } from './inspect';

/** Where nothing is heard. */
export const detectSilence = looks('silence', {
	option: {
		name: 'Detect Silence',
		value: 'detectSilence',
		action: 'Detect silence in media',
		description: 'Find where nothing is heard',
	},
	fields: [
		lookOptions([
			{
				displayName: 'Quieter Than (dB)',
				name: 'thresholdDb',
				type: 'number',
				typeOptions: { minValue: -120, maxValue: 0, numberPrecision: 1 },
				default: -50,
				description: 'What is quieter counts as silence, below full scale',
			},
			{
				displayName: 'Shortest Silence (Seconds)',
				name: 'minSeconds',
				type: 'number',
				typeOptions: { minValue: 0.01, maxValue: 600, numberPrecision: 2 },
				default: 0.5,
				description: 'Shorter ones are not told of',
			},
		]),
	],
	labels: { thresholdDb: 'Quieter Than (dB)', minSeconds: 'Shortest Silence (Seconds)' },
	read: (_fields, options) => ({
		thresholdDb: options.number('thresholdDb', 'Quieter Than (dB)'),
		minSeconds: options.number('minSeconds', 'Shortest Silence (Seconds)'),
	}),
	give: ({ silent, silentSeconds, silences, seconds }, keep) => [
		{ ...keep, silent, silentSeconds, clipSeconds: seconds, silences: silences.map((stretch) => ({ ...stretch })) },
	],
});
