import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkFilm } from '../check.ts';
import { mending } from '../damaged.ts';
import type { Plan } from '../plan.ts';
import { fileIn, renderPieces, type Kitchen, type Piece } from '../render.ts';
import { joinFilm, type Wrapping } from './join.ts';

type Sounding = { name: string; samples: number } | null;
type Job = { folder: string; signal: AbortSignal; progress: (share: number) => void };

/**
 * Joins the pieces that lie in a job's folder, one for each segment of the plan, and checks the film; returns its path
 * there. A piece that a power cut left damaged in the cache is made anew first. Throws `internal` where the film is not
 * what was planned.
 */
export async function joinPieces(
	kitchen: Kitchen,
	plan: Plan,
	parts: { pieces: Piece[]; sound: Sounding; wrapping: Wrapping },
	job: Job,
): Promise<string> {
	const { pieces, sound, wrapping } = parts;
	const { folder, signal } = job;
	const pictures = pieces.map((piece) => basename(fileIn(folder, piece)));
	const join = async () => {
		const film = await kitchen.pool(() => joinFilm(plan, { pictures, sound }, wrapping, job), signal);
		await checkFilm(film, { ...plan, samples: sound?.samples ?? null }, 'joined');
		return film;
	};
	return mending(join, async (error) => {
		const damaged = pieces[pictures.indexOf(basename(error.path))];
		if (!damaged) throw error;
		await rm(fileIn(folder, damaged));
		await kitchen.cache.forget(damaged.key, damaged.recipe.extension);
		await renderPieces([damaged], folder, kitchen, { signal, done: () => undefined });
	});
}
