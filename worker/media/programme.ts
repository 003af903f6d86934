import { hashOf, keyOf } from './key.ts';
import type { LaidClip } from './lay.ts';
import { sampleAt } from './rate.ts';
import { pcmRecipe, type Recipe } from './recipes.ts';
import type { FilmTarget } from './target.ts';

/** One clip's sound in the film; numbers are samples of the film at 48 kHz. */
export type SoundPiece = {
	clip: number;
	/** Key and recipe of its PCM; null for a clip that is silent. */
	pcm: { key: string; recipe: Recipe } | null;
	start: number;
	samples: number;
	/** Samples it shares with the piece before. */
	fadeIn: number;
};

/** The film's sound as one programme: which samples come from where, to the sample. */
export type SoundPlan = { key: string; samples: number; pieces: SoundPiece[] };

/**
 * Plans the sound of clips that lie in their places. Every border is the sample at which a frame begins, rounded from
 * the film's beginning and never summed, so nothing drifts however many joints there are. Null when all are silent.
 */
export function planSound(clips: LaidClip[], target: FilmTarget, engine: string): SoundPlan | null {
	if (!clips.some(({ source }) => source.probe.audio)) return null;
	const at = (frame: number) => sampleAt(frame, target.rate);
	const pieces = clips.map(({ index, source, from, to, start, fadeIn }): SoundPiece => {
		const [begin, end] = [at(start), at(start + to - from)];
		const recipe = source.probe.audio && pcmRecipe(source, at(from), end - begin);
		const pcm = recipe && { key: keyOf(recipe, engine), recipe };
		return { clip: index, pcm, start: begin, samples: end - begin, fadeIn: at(start + fadeIn) - begin };
	});
	const last = pieces.at(-1)!;
	const content = pieces.map(({ pcm, samples, fadeIn }) => ({ pcm: pcm?.key ?? null, samples, fadeIn }));
	return { key: hashOf({ content }, engine), samples: last.start + last.samples, pieces };
}
