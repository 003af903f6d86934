import { link, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault } from '../base/errors.ts';
import type { Cache } from './cache.ts';
import type { Argument, Tools } from './ffmpeg.ts';
import { isInStep } from './check.ts';
import { allTogether, type Pool } from './pool.ts';
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
	/** Most bytes it may become, and bytes of memory that a run needs to make it. */
	bytes: number;
	memory: number;
	/** Of encoded picture, the film it must be in step with. */
	target: FilmTarget | null;
	/** Throws where the file is not what was planned; one that was kept has been compared with its clip before. */
	check: (path: string, origin: 'made' | 'kept') => Promise<void>;
};

export type Kitchen = {
	tools: Tools;
	cache: Cache;
	pool: Pool;
	/** Runs that the pool allows at a time. */
	slots: number;
	/** Pieces that some film of this process is making just now: no other makes them too. */
	making: Map<string, Promise<void>>;
};

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
	const [missing, elsewhere]: [Piece[], Piece[]] = [[], []];
	const { promise: ended, resolve: end } = Promise.withResolvers<void>();
	try {
		for (const piece of new Map(pieces.map((each) => [each.key, each])).values()) {
			signal.throwIfAborted();
			if (await isKept(piece, folder, kitchen.cache)) {
				found.add(piece.key);
				done(piece, 1);
			} else if (kitchen.making.has(piece.key)) elsewhere.push(piece);
			else {
				kitchen.making.set(piece.key, ended);
				missing.push(piece);
			}
		}
		await makeAll(missing, folder, kitchen, { signal, done });
	} finally {
		for (const { key } of missing) kitchen.making.delete(key);
		end();
	}
	if (!elsewhere.length) return { found };
	// The other film may fail or be cancelled: then its pieces are missing still, and this one makes them.
	for (const { key } of elsewhere) await unlessAborted(kitchen.making.get(key), signal);
	const rest = await renderPieces(elsewhere, folder, kitchen, { signal, done });
	return { found: new Set([...found, ...rest.found]) };
}

/** Waits for what another film makes, at most until the signal aborts. */
async function unlessAborted(others: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const leave = () => resolve();
	signal.addEventListener('abort', leave, { once: true });
	await Promise.race([others, promise]);
	signal.removeEventListener('abort', leave);
	signal.throwIfAborted();
}

async function makeAll(
	missing: Piece[],
	folder: string,
	kitchen: Kitchen,
	{ signal, done }: { signal: AbortSignal; done: (piece: Piece, share: number) => void },
): Promise<void> {
	const planned = shareRuns(missing, kitchen.slots);
	const spread = Math.max(1, Math.floor(kitchen.slots / planned.length));
	await allTogether(
		planned.map((run) => (either) => {
			const needs = Math.min(kitchen.slots, slotsFor(run));
			const job = { folder, kitchen, threads: Math.max(spread, needs), signal: either, done };
			return kitchen.pool(() => makeRun(run, job), either, needs);
		}),
		signal,
	);
}

/** Memory that a run takes for itself: 47 MB with ffmpeg 5.1. */
export const RUN_MEMORY = 50e6;
/** Memory that each slot has: a run that needs more takes several, and has their threads. */
const MEMORY_A_SLOT = 200e6;
const slotsFor = (run: Unit[]) => Math.ceil(Math.max(...run.flat().map(({ memory }) => memory)) / MEMORY_A_SLOT);

/** Whether the cache has the piece; one that a power cut or a full disk left damaged is forgotten and made anew. */
async function isKept(piece: Piece, folder: string, cache: Cache): Promise<boolean> {
	const file = fileIn(folder, piece);
	if (!(await cache.take(piece.key, piece.recipe.extension, file))) return false;
	const sound = await piece.check(file, 'kept').then(
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

/** Pieces that read the same files with the same options. */
type Unit = Piece[];

/** Inputs of one run at most: more save little, and memory stays flat however long the film is. */
const MOST_INPUTS = 10;

/**
 * Packs pieces into runs. Cheap ones, which copy a clip or take its sound, share a run: starting ffmpeg is most of
 * their cost. Each dear one has a run of its own; these come first, so that none is left running alone at the end.
 */
function shareRuns(pieces: Piece[], slots: number): Unit[][] {
	const units = new Map<string, Unit>();
	for (const [index, piece] of pieces.entries()) {
		const key = isCheap(piece) ? JSON.stringify(piece.recipe.inputs) : String(index);
		units.set(key, [...(units.get(key) ?? []), piece]);
	}
	const [cheap, dear] = [true, false].map((wanted) =>
		[...units.values()].filter(([first]) => isCheap(first!) === wanted),
	);
	const size = Math.max(1, Math.min(MOST_INPUTS, Math.ceil(cheap!.length / slots)));
	const together = Array.from({ length: Math.ceil(cheap!.length / size) }, (_, at) =>
		cheap!.slice(at * size, (at + 1) * size),
	);
	const byCost = dear!.toSorted((a, b) => cost(b) - cost(a));
	return [...byCost.map((unit) => [unit]), ...together];
}

/** Files of recipes have fixed names, so those runs stay apart. */
const isCheap = ({ weight, recipe }: Piece) => weight <= 1 && recipe.inputs.length === 1 && !recipe.files?.length;
const cost = (pieces: Piece[]) => pieces.reduce((sum, { seconds, weight }) => sum + seconds * weight, 0);

type Job = {
	folder: string;
	kitchen: Kitchen;
	/** Threads of each run. */
	threads: number;
	signal: AbortSignal;
	done: (piece: Piece, share: number) => void;
};

/** One run for several clips; where that fails, one for each clip, so that the error names the right one. */
async function makeRun(units: Unit[], job: Job): Promise<void> {
	if (units.length === 1) return make(units, job);
	try {
		await make(units, job);
	} catch (error) {
		if (job.signal.aborted || !(error instanceof Fault)) throw error;
		for (const unit of units) await make([unit], job);
	}
}

async function make(units: Unit[], { folder, kitchen: { tools, cache }, threads, signal, done }: Job): Promise<void> {
	const pieces = units.flat();
	const [first] = pieces;
	const scratch = await cache.scratch();
	const names = new Map(pieces.map((piece, index) => [piece, `${index}.${piece.recipe.extension}`]));
	try {
		for (const { name, content } of pieces.flatMap(({ recipe }) => recipe.files ?? []))
			await writeFile(join(scratch, name), content);
		await tools.ffmpeg({
			args: commandOf(units, names, threads),
			folder: scratch,
			about: first!.about,
			seconds: BASE_SECONDS + cost(pieces) * SECONDS_A_SECOND,
			fileBytes: Math.max(...pieces.map(({ bytes }) => bytes)),
			signal,
			progress: ({ seconds }) => pieces.length === 1 && done(first!, Math.min(1, seconds / first!.seconds)),
		});
		for (const [piece, name] of names) {
			const made = join(scratch, name);
			if (piece.target) await keepStep(made, piece, piece.target, { tools, scratch, signal });
			await piece.check(made, 'made');
			await rm(fileIn(folder, piece), { force: true });
			await link(made, fileIn(folder, piece));
			await cache.put(made, piece.key, piece.recipe.extension);
			done(piece, 1);
		}
	} finally {
		await cache.drop(scratch);
	}
}

/** All inputs, then all outputs; each output's maps, which count inputs from 0, are moved to where its own begin. */
function commandOf(units: Unit[], names: Map<Piece, string>, threads: number): Argument[] {
	const limit = ['-threads', String(threads)];
	const inputs = units.map(([first]) => first!.recipe.inputs);
	const outputs = units.flatMap((unit, index) => {
		const before = inputs.slice(0, index).flat().length;
		return unit.flatMap((piece) => [...moved(piece.recipe.output, before), ...limit, names.get(piece)!]);
	});
	const quiet = ['-y', '-nostats', '-progress', 'pipe:1', '-filter_threads', '1', '-filter_complex_threads', '1'];
	return [...quiet, ...inputs.flat().flatMap(({ options }) => [...limit, ...options]), ...outputs];
}

const moved = (output: string[], by: number) =>
	output.map((value, index) =>
		by && output[index - 1] === '-map' ? value.replace(/^\d+/, (input) => String(Number(input) + by)) : value,
	);

/**
 * Encoders run one or two frames ahead by the length of the piece; where that is not what the film's other pieces do,
 * decoding times would collide at the joint: then the piece is copied once more with times counted anew.
 */
async function keepStep(
	made: string,
	{ about, bytes }: Piece,
	target: FilmTarget,
	job: { tools: Tools; scratch: string; signal: AbortSignal },
): Promise<void> {
	if (await isInStep(made, target, about)) return;
	const input = ['-y', '-f', 'mov', '-i', basename(made), '-map', '0:v', '-c', 'copy'];
	const run = { folder: job.scratch, about, seconds: BASE_SECONDS, fileBytes: bytes, signal: job.signal };
	await job.tools.ffmpeg({ ...run, args: [...input, ...retimed(target), 'retimed.mp4'] });
	await rename(join(job.scratch, 'retimed.mp4'), made);
}
