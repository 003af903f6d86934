import type { INodeProperties } from 'n8n-workflow';
import type { Reader } from '../reader';

/** Loudness that services turn down to, in LUFS (EBU R 128 for broadcast; what Spotify and YouTube, and Apple Podcasts, state). */
const LEVELS: Record<string, number | null> = { streaming: -14, podcasts: -16, broadcast: -23, asIs: null };

const STREAMING = { name: 'Streaming (−14 LUFS)', value: 'streaming', description: 'YouTube, Spotify and the like' };
const PODCASTS = { name: 'Podcasts (−16 LUFS)', value: 'podcasts' };
const BROADCAST = {
	name: 'Broadcast (−23 LUFS)',
	value: 'broadcast',
	description: 'EBU R 128, for television and radio',
};
const AS_IT_IS = { name: 'Leave as It Is', value: 'asIs', description: 'Nothing is made louder or quieter' };
const OTHER = { name: 'Other', value: 'other' };

/** To which loudness the sound is brought. */
export const loudnessField: INodeProperties = {
	displayName: 'Loudness',
	name: 'loudness',
	type: 'options',
	options: [STREAMING, PODCASTS, BROADCAST, AS_IT_IS, OTHER],
	default: 'streaming',
	description: 'How loud the whole is; services turn down what is louder than they want it',
};

/** The same, where nothing else is done. */
export const wantedLoudnessField: INodeProperties = {
	...loudnessField,
	options: [STREAMING, PODCASTS, BROADCAST, OTHER],
};

/** The loudness where none of the known ones is wanted. */
export const otherLoudnessField: INodeProperties = {
	displayName: 'Other Loudness (LUFS)',
	name: 'otherLoudness',
	type: 'number',
	typeOptions: { minValue: -40, maxValue: -8, numberPrecision: 1 },
	default: -18,
	displayOptions: { show: { loudness: ['other'] } },
	description: 'Integrated loudness, a negative number',
};

/** In LUFS; null for "as it is", undefined where nothing was chosen. */
export function readLoudness(from: Reader): number | null | undefined {
	const chosen = from.text('loudness');
	if (chosen === undefined) return undefined;
	if (chosen in LEVELS) return LEVELS[chosen];
	if (chosen !== 'other') return from.refuse(`Loudness "${chosen}" does not exist`, 'Choose one from the list.');
	const given = from.number('otherLoudness', 'Other Loudness (LUFS)');
	return given ?? from.refuse('Other Loudness (LUFS) is empty', 'Give a loudness, or choose one from the list.');
}
