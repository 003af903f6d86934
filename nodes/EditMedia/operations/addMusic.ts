import { loudnessField, otherLoudnessField, readLoudness } from '../../shared/parts/loudness';
import { musicField, musicLabels, musicOptions, readMusic } from '../../shared/parts/music';
import { edits } from './edit';

/** Lays music under a video. The picture is copied. */
export const addMusic = edits('music', {
	option: {
		name: 'Add Music',
		value: 'addMusic',
		action: 'Add music to video',
		description: 'Lay music under a video, with its own sound kept',
	},
	fields: [{ ...musicField, required: true }, loudnessField, otherLoudnessField],
	options: musicOptions,
	labels: { ...musicLabels('music'), loudness: 'Loudness' },
	read: (fields, options) => {
		const hint = 'Bring the music in with Transfer File → Import, and give the field asset of its item.';
		return { music: readMusic(options, fields.need('music', 'Music', hint)), loudness: readLoudness(fields) };
	},
});
