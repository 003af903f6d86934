import { looks } from './inspect';

/** What a file is: size, rate, length, codecs, and where it can be cut for nothing. */
export const probe = looks('probe', {
	option: {
		name: 'Probe',
		value: 'probe',
		action: 'Probe media',
		description: 'Tell size, length, frame rate, codecs and whatever else a file says of itself',
	},
	fields: [],
	labels: {},
	read: () => ({}),
	give: ({ operation: _, ...facts }, keep) => [{ ...keep, ...facts }],
});
