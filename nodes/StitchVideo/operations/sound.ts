import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { Sound } from '../../../worker/contract/sound.ts';
import { loudnessField, otherLoudnessField, readLoudness } from '../../shared/parts/loudness';
import { musicField, musicLabels, musicOptions, readMusic } from '../../shared/parts/music';
import type { Labels } from '../../shared/problems';
import { defined } from '../../shared/read';
import { type Reader, sectionOf } from '../../shared/reader';

/** A recording of a voice over each clip. */
export const narrationField: INodeProperties = {
	displayName: 'Narration',
	name: 'narration',
	type: 'string',
	default: '={{ $json.narrationAsset }}',
	description:
		'A recording of somebody speaking over the clip of each item: the field asset of a file that came by Transfer File → Import; none where it is empty',
};

const levelOptions: INodeProperties[] = [
	{
		displayName: 'Clips Level (dB)',
		name: 'clipsLevel',
		type: 'number',
		typeOptions: { minValue: -60, maxValue: 20, numberPrecision: 1 },
		default: 0,
		description: 'How much louder or quieter the sound of the clips becomes; −60 is as good as silent',
	},
	{
		displayName: 'Clips Step Back By (dB)',
		name: 'clipsDuck',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 60, numberPrecision: 1 },
		default: 10,
		description: 'How much quieter the sound of the clips becomes under narration',
	},
];

const narrationLevel: INodeProperties = {
	displayName: 'Narration Level (dB)',
	name: 'narrationLevel',
	type: 'number',
	typeOptions: { minValue: -60, maxValue: 20, numberPrecision: 1 },
	default: 0,
	description: 'How much louder or quieter the narration becomes',
};

/** The section of the film's sound. */
export const soundSection: INodeProperties = {
	displayName: 'Sound and Music',
	name: 'sound',
	type: 'collection',
	placeholder: 'Add sound or music',
	default: {},
	description: 'Music under the film, how loud it all is, and who steps back for whom',
	options: [...levelOptions, loudnessField, musicField, ...musicOptions, narrationLevel, otherLoudnessField],
};

/** What these fields of the contract are called. */
export const soundLabels: Labels = {
	'timeline.sound.clipsDb': 'Clips Level (dB)',
	'timeline.sound.clipsDuckDb': 'Clips Step Back By (dB)',
	'timeline.sound.narrationDb': 'Narration Level (dB)',
	'timeline.sound.loudness': 'Loudness',
	...musicLabels('timeline.sound.music'),
};

/** The film's sound, by the first item's options; nothing where none was added. */
export function readSound(ctx: IExecuteFunctions, first: number): { sound?: z.input<typeof Sound> } {
	const from = sectionOf(ctx, 'sound', first);
	const sound = defined({
		clipsDb: from.number('clipsLevel', 'Clips Level (dB)'),
		clipsDuckDb: from.number('clipsDuck', 'Clips Step Back By (dB)'),
		narrationDb: from.number('narrationLevel', 'Narration Level (dB)'),
		music: musicOf(from),
		loudness: readLoudness(from),
	});
	return Object.keys(sound).length ? { sound } : {};
}

/** Music that was wanted and is not there would be missed only in the finished film. */
function musicOf(from: Reader) {
	if (!from.has([musicField.name, ...musicOptions.map(({ name }) => name)])) return undefined;
	const hint = 'Give the asset of the music, or remove the options of the music from Sound and Music.';
	return readMusic(from, from.need('music', 'Music', hint));
}
