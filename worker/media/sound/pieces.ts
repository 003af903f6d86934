import { stat } from 'node:fs/promises';
import { Fault } from '../../base/errors.ts';
import { checkPcm } from '../check.ts';
import { SAMPLE_RATE } from '../rate.ts';
import { RUN_MEMORY, type Piece } from '../render.ts';
import type { Pcm, SoundPlan } from './programme.ts';

/** 16-bit stereo. */
export const SAMPLE_BYTES = 4;
/** What a second of sound costs to decode against a second of picture copied. */
const WEIGHT = 0.1;
const SPARE_BYTES = 64 * 1024 * 1024;
/** A narration's length is what its file says of itself; one that says it wrongly may be longer by so much. */
const MISJUDGED = 10;

/** The PCM that a film's sound is mixed of, as pieces to be made or found: clips' own sound, narrations and music. */
export function soundPieces({ sound }: { sound: SoundPlan | null }): Piece[] {
	if (!sound) return [];
	const { pieces, narrations, music } = sound;
	const piece = (pcm: Pcm, about: string, samples: number, check: Piece['check']): Piece => ({
		...pcm,
		about,
		seconds: samples / SAMPLE_RATE,
		weight: WEIGHT,
		bytes: samples * SAMPLE_BYTES + SPARE_BYTES,
		memory: RUN_MEMORY,
		target: null,
		check,
	});
	const own = pieces.flatMap(({ pcm, name, samples }) =>
		pcm ? [piece(pcm, name, samples, (path) => checkPcm(path, samples, name))] : [],
	);
	const spoken = narrations.map(({ pcm, name, samples }) => {
		const about = `the narration of ${name}`;
		return piece(pcm, about, samples * MISJUDGED, (path) => checkHeard(path, about, 'It is empty.'));
	});
	const hint = `It ends before the ${music?.settings.from ?? 0} s at which it is to begin.`;
	const under = music
		? [piece(music.pcm, 'the music', music.most, (path) => checkHeard(path, 'the music', hint))]
		: [];
	return [...own, ...spoken, ...under];
}

/** Refuses PCM without a single whole sample. */
async function checkHeard(path: string, about: string, hint: string): Promise<void> {
	const { size } = await stat(path);
	if (!size || size % SAMPLE_BYTES) throw new Fault('media', `${about} gave no sound`, { hint });
}
