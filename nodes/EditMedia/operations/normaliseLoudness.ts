import { otherLoudnessField, readLoudness, wantedLoudnessField } from '../../shared/parts/loudness';
import { edits } from './edit';

/** Brings a video's sound to a loudness. The picture is copied. */
export const normaliseLoudness = edits('loudness', {
	option: {
		name: 'Normalise Loudness',
		value: 'normaliseLoudness',
		action: 'Normalise loudness of video',
		description: 'Make a video as loud as a service wants it',
	},
	fields: [wantedLoudnessField, otherLoudnessField],
	labels: { loudness: 'Loudness' },
	read: (fields) => ({
		loudness: readLoudness(fields) ?? fields.refuse('Loudness is empty', 'Choose how loud the video is to be.'),
	}),
});
