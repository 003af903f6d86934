import { link, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Cache } from './cache.ts';
import type { Argument, Tools } from './ffmpeg.ts';
import { isInStep } from './check.ts';
import type { Pool } from './pool.ts';
import { retimed, type Recipe } from './recipes.ts';
import type { FilmTarget } from './target.ts';

/** A file to be made or found: pieces of picture and of sound alike. */
export type Piece = {
	key: string;
	recipe: Recipe;
	/** Names the clip in an error. */
	about: string;
	/** Seconds of film it holds, and how much dearer a second is than copying one: for progress and deadlines. */
	seconds: number;
	weight: number;
	/** Most bytes it may become. */
	bytes: number;
	/** Of encoded picture, the film it must be in step with. */
	target: FilmTarget | null;
	/** Throws where the finished file is not what was planned. */
	check: (path: string) => Promise<void>;
};

export type Kitchen = { tools: Tools; cache: Cache; pool: Pool; threads: number };

/** A deadline generous enough for a loaded machine: so much, and so much for each second of film and unit of weight. */
const BASE_SECONDS = 120;
const SECONDS_A_SECOND = 30;

/**
 * Makes sure that every piece lies in `folder` under its key, and tells which were found in the cache. Pieces that are
 * missing are made side by side as the pool allows, each in a private folder, checked and only then kept. Pieces of one
 * clip whose picture is copied share one run. The first failure ends the others.
 */
export async function renderPieces(
	pieces: Piece[],
	folder: string,
	kitchen: Kitchen,
	{ signal, done }: { signal: AbortSignal; done: (piece: Piece, share: number) => void },
): Promise<{ found: Set<string> }> {
	const found = new Set<string>();
	const missing: Piece[] = [];
	for (const piece of new Map(pieces.map((each) => [each.key, each])).values()) {
		signal.throwIfAborted();
		if (await isKept(piece, folder, kitchen.cache)) {
			found.add(piece.key);
			done(piece, 1);
		} else missing.push(piece);
	}
	const failed = new AbortController();
	const either = AbortSignal.any([signal, failed.signal]);
	const runs = shareRuns(missing).map((together) =>
		kitchen
			.pool(() => make(together, folder, kitchen, either, done), either)
			.catch((error: unknown) => {
				failed.abort(error);
				throw error;
			}),
	);
	const failure = (await Promise.allSettled(runs)).find(({ status }) => status === 'rejected');
	signal.throwIfAborted();
	if (failure) throw failed.signal.reason;
	return { found };
}

/** Whether the cache has the piece; one that a power cut or a full disk left damaged is forgotten and made anew. */
async function isKept(piece: Piece, folder: string, cache: Cache): Promise<boolean> {
	const file = fileIn(folder, piece);
	if (!(await cache.take(piece.key, piece.recipe.extension, file))) return false;
	const sound = await piece.check(file).then(
		() => true,
		() => false,
	);
	if (sound) return true;
	await rm(file, { force: true });
	await cache.forget(piece.key, piece.recipe.extension);
	return false;
}

/** Where a piece lies in the folder of a job. */
export const fileIn = (folder: string, { key, recipe }: Pick<Piece, 'key' | 'recipe'>): string =>
	join(folder, `${key}.${recipe.extension}`);

/** Cheap pieces that read the same file with the same options go into one run: starting ffmpeg is most of their cost. */
function shareRuns(pieces: Piece[]): Piece[][] {
	const runs = new Map<string, Piece[]>();
	for (const [index, piece] of pieces.entries()) {
		const [only, ...more] = piece.recipe.inputs;
		const cheap = only && !more.length && piece.weight <= 1;
		const key = cheap ? JSON.stringify(only) : String(index);
		runs.set(key, [...(runs.get(key) ?? []), piece]);
	}
	// Dear ones first, so that none of them is left running alone at the end.
	return [...runs.values()].toSorted((a, b) => cost(b) - cost(a));
}

const cost = (run: Piece[]) => run.reduce((sum, { seconds, weight }) => sum + seconds * weight, 0);

async function make(
	run: Piece[],
	folder: string,
	{ tools, cache, threads }: Kitchen,
	signal: AbortSignal,
	done: (piece: Piece, share: number) => void,
) {
	const scratch = await cache.scratch();
	try {
		const [first] = run;
		const limit = String(threads);
		const args: Argument[] = [
			'-y',
			'-filter_threads',
			'1',
			'-filter_complex_threads',
			'1',
			'-nostats',
			'-progress',
			'pipe:1',
		];
		for (const { options } of first!.recipe.inputs) args.push('-threads', limit, ...options);
		for (const [index, { recipe }] of run.entries())
			args.push(...recipe.output, '-threads', limit, `${index}.${recipe.extension}`);
		await tools.ffmpeg({
			args,
			folder: scratch,
			about: first!.about,
			seconds: BASE_SECONDS + cost(run) * SECONDS_A_SECOND,
			fileBytes: Math.max(...run.map(({ bytes }) => bytes)),
			signal,
			progress: ({ seconds }) => done(first!, Math.min(1, seconds / first!.seconds)),
		});
		for (const [index, piece] of run.entries()) {
			const made = join(scratch, `${index}.${piece.recipe.extension}`);
			if (piece.target) await keepStep(made, piece, piece.target, { tools, scratch, signal });
			await piece.check(made);
			await link(made, fileIn(folder, piece));
			await cache.put(made, piece.key, piece.recipe.extension);
			done(piece, 1);
		}
	} finally {
		await cache.drop(scratch);
	}
}

/**
 * Encoders run one or two frames ahead by the length of the piece; where that is not what the film's other pieces do,
 * decoding times would collide at the joint: then the piece is copied once more with times counted anew.
 */
async function keepStep(
	made: string,
	{ about, bytes }: Piece,
	target: FilmTarget,
	job: { tools: Tools; scratch: string; signal: AbortSignal },
) {
	if (await isInStep(made, target, about)) return;
	const args = [
		'-y',
		'-f',
		'mov',
		'-i',
		basename(made),
		'-map',
		'0:v',
		'-c',
		'copy',
		...retimed(target),
		'retimed.mp4',
	];
	await job.tools.ffmpeg({
		args,
		folder: job.scratch,
		about,
		seconds: BASE_SECONDS,
		fileBytes: bytes,
		signal: job.signal,
	});
	await rename(join(job.scratch, 'retimed.mp4'), made);
}
