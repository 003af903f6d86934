import { link, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cache } from './cache.ts';
import { checkFilm } from './check.ts';
import { hashOf } from './key.ts';
import type { Plan } from './plan.ts';
import type { Made } from './report.ts';

/** The name of the joined film in a job's folder. */
export const FILM = 'film.mp4';
const SOUND = 'sound.json';

/** The address of a finished film: its pieces, its sound, and what it is wrapped in. */
export function keyOfFilm(plan: Plan, wrapping: object, version: string): string {
	const { segments, sound, cues, chapters, frames } = plan;
	const pictures = segments.map(({ key }) => key);
	return hashOf({ pictures, sound: sound?.key ?? null, cues, chapters, frames, wrapping }, version);
}

/**
 * Puts a film that was made before into `folder`, with what is known of its sound; null where it is not kept, or not
 * as it should be.
 */
export async function takeFilm(
	cache: Cache,
	key: string,
	plan: Plan,
	folder: string,
): Promise<Pick<Made, 'sound'> | null> {
	const film = join(folder, FILM);
	const told = await cache.read(key, 'json');
	if (told === null || !(await cache.take(key, 'mp4', film))) return null;
	try {
		const sound = JSON.parse(told) as Made['sound'];
		await checkFilm(film, { ...plan, samples: plan.sound?.samples ?? null }, 'kept');
		return { sound: sound && { ...sound, found: true } };
	} catch {
		await rm(film);
		for (const extension of ['mp4', 'json']) await cache.forget(key, extension);
		return null;
	}
}

/** Keeps a finished film that lies in `folder`; the file is the same one, not a copy. */
export async function keepFilm(cache: Cache, key: string, sound: Made['sound'], folder: string): Promise<void> {
	const [twin, facts] = [join(folder, 'kept.mp4'), join(folder, SOUND)];
	await link(join(folder, FILM), twin);
	await cache.put(twin, key, 'mp4');
	await writeFile(facts, JSON.stringify(sound));
	await cache.put(facts, key, 'json');
}
