import { link, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault } from '../../base/errors.ts';
import { allTogether } from '../pool.ts';
import { AAC_FRAME, SAMPLE_RATE } from '../rate.ts';
import type { Kitchen } from '../render.ts';
import { adtsFrames } from './adts.ts';
import { writeKept, heardIn } from './kept.ts';
import type { Treatment } from './limit.ts';
import { openListener, type Heard } from './listen.ts';
import { writeMix, type Job } from './master.ts';
import { mix, type Bus, type Range } from './mix.ts';
import { SAMPLE_BYTES } from './pieces.ts';
import { addressOf, framesFor, type Section } from './sections.ts';
import { keptFrames } from './track.ts';

/** A film's sound that is to be made, and where: the job's folder also holds what the buses are mixed of. */
export type Baking = {
	buses: Bus[];
	samples: number;
	sections: Section[];
	engine: string;
	folder: string;
	kitchen: Kitchen;
};

/** The extension of a section's file. */
const KEPT = 'section';
/** The film's sound: the coder `fast` costs less than half of the default, inaudibly at this rate. */
export const ENCODER = ['-c:a', 'aac', '-b:a', '192k', '-aac_coder', 'fast'];
/** A run this short is not worth being split between cores; one of ten minutes leaves 115 MB on disk meanwhile. */
const LEAST_RUN = 20;
const MOST_RUN = 375;
const BASE_SECONDS = 60;
const SPARE_BYTES = 16 * 1024 * 1024;

/** What was heard in each section, and how many did not have to be made. */
export type Sounded = { heard: Heard[]; found: number };

/** Hears every section of the mix as it is, before anything is done about its loudness; nothing is encoded. */
export function hearSections(baking: Baking, job: Job): Promise<Sounded> {
	const make = async (run: Run, part: Job) =>
		(await hear(baking.buses, run, part)).map((heard) => ({ heard, frames: [] }));
	return findOrMake(baking, { treatment: null, encoder: null }, job, make);
}

async function hear(buses: Bus[], { range, sections }: Hearing, { signal, progress }: Job): Promise<Heard[]> {
	const listener = openListener(range, sections);
	for await (const { block, at, length } of mix(buses, range, signal)) {
		listener.push(block, at, length);
		progress((at + length - range.from) / (range.to - range.from));
	}
	return listener.end();
}

/**
 * Encodes every section that the cache does not have; the files lie in the job's folder. With a treatment, what is told
 * is heard behind the encoder, as a player does; without, before it. `whole` has all of it encoded anew in one run, of
 * which nothing is kept.
 */
export async function codeSections(
	baking: Baking,
	treatment: Treatment | null,
	job: Job,
	whole = false,
): Promise<Sounded & { files: string[] }> {
	const make = (run: Run, part: Job) => codeRun(baking, run, treatment, part);
	const { heard, found, keys } = await findOrMake(baking, { treatment, encoder: ENCODER }, job, make, whole);
	return { heard, found, files: keys.map((key) => fileOf(baking, key)) };
}

const fileOf = ({ folder }: Baking, key: string) => join(folder, `${key}.${KEPT}`);

async function codeRun(
	baking: Baking,
	{ range, sections, keys }: Run,
	treatment: Treatment | null,
	{ signal, progress }: Job,
): Promise<Made[]> {
	const { folder, buses, samples } = baking;
	const [pcm, track] = ['pcm', 'adts'].map((extension) => `${keys[0]}.run.${extension}`) as [string, string];
	const listener = openListener(range, sections);
	const writing = { signal, progress: (share: number) => progress(share / 2) };
	await writeMix({ buses, ...range }, join(folder, pcm), treatment, writing, treatment ? undefined : listener.push);
	await encode(baking, pcm, track, range, signal);
	await rm(join(folder, pcm));
	const heard = treatment ? await hearBack(baking, track, { range, sections }, signal) : listener.end();
	const frames = adtsFrames(await readFile(join(folder, track)));
	if (frames.length !== framesFor(range.to - range.from))
		throw new Fault('internal', `the film's sound came out as ${frames.length} frames at ${range.from}`);
	const first = range.from / AAC_FRAME;
	await rm(join(folder, track));
	progress(1);
	return sections.map((section, index) => {
		const { from, to } = keptFrames(section, samples);
		return { heard: heard[index]!, frames: frames.slice(from - first, to - first) };
	});
}

async function encode(
	{ folder, kitchen: { tools, pool } }: Baking,
	pcm: string,
	track: string,
	range: Range,
	signal: AbortSignal,
): Promise<void> {
	const input = ['-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', '2', '-i', pcm];
	const run = { args: ['-y', ...input, ...ENCODER, '-f', 'adts', track], folder, ...limitsOf(range), signal };
	await pool(() => tools.ffmpeg(run), signal);
}

/** What the encoder made of it, heard as a player does; its first frame is heard before the range begins. */
async function hearBack(
	{ folder, kitchen: { tools, pool } }: Baking,
	track: string,
	{ range, sections }: Hearing,
	signal: AbortSignal,
): Promise<Heard[]> {
	const back = `${track}.pcm`;
	const args = ['-y', '-f', 'aac', '-i', track, '-c:a', 'pcm_s16le', '-f', 's16le', back];
	await pool(() => tools.ffmpeg({ args, folder, ...limitsOf(range), signal }), signal);
	const path = join(folder, back);
	const samples = framesFor(range.to - range.from) * AAC_FRAME;
	const layers = [{ path, start: range.from - AAC_FRAME, samples, fadeIn: 0, fadeOut: 0 }];
	const heard = await hear([{ layers, gain: null }], { range, sections }, { signal, progress: () => undefined });
	await rm(path);
	return heard;
}

const limitsOf = ({ from, to }: Range) => ({
	about: "the film's sound",
	seconds: BASE_SECONDS + (to - from) / SAMPLE_RATE,
	fileBytes: SPARE_BYTES + (to - from) * SAMPLE_BYTES,
});

/** Sections that stand end to end, in what is heard of them at one go. */
type Hearing = { range: Range; sections: Section[] };
/** The same with their addresses, to be made. */
type Run = Hearing & { keys: string[] };
type How = Parameters<typeof addressOf>[2];
/** What comes of a section: what was heard in it, and its frames, none where it was only heard. */
type Made = { heard: Heard; frames: Buffer[] };

/**
 * What is heard in each section: known to the cache, or made in runs side by side. Sections that sound alike share an
 * address and a file, and are made once; of a `whole` run each keeps its own.
 */
async function findOrMake(
	baking: Baking,
	how: How,
	{ signal, progress }: Job,
	make: (run: Run, job: Job) => Promise<Made[]>,
	whole = false,
): Promise<Sounded & { keys: string[] }> {
	const { buses, sections, engine, kitchen } = baking;
	const keys = sections.map((section, index) => (whole ? `whole-${index}` : addressOf(buses, section, how, engine)));
	const firsts = new Map(keys.map((key, index) => [key, index] as const).reverse());
	const known = new Map<string, Heard>();
	const look = async (key: string) => {
		const kept = await findKept(baking, key);
		if (kept) known.set(key, kept);
	};
	if (!whole) await Promise.all([...firsts.keys()].map(look));
	const missing = keys.flatMap((key, index) => (firsts.get(key) === index && !known.has(key) ? [index] : []));
	const follows = (index: number) => sections[index - 1]?.to === sections[index]!.from;
	const runs = whole ? [missing] : runsOf(missing, follows, kitchen.slots);
	const shares = runs.map(() => 0);
	await allTogether(
		runs.map((run, number) => async (either) => {
			const told = (share: number) => {
				shares[number] = share * run.length;
				progress(shares.reduce((sum, each) => sum + each, 0) / missing.length);
			};
			const own = { sections: run.map((index) => sections[index]!), keys: run.map((index) => keys[index]!) };
			const range = { from: own.sections[0]!.around.from, to: own.sections.at(-1)!.around.to };
			const made = await make({ range, ...own }, { signal: either, progress: told });
			for (const [at, { heard, frames }] of made.entries()) {
				const key = own.keys[at]!;
				await writeKept(fileOf(baking, key), heard, frames);
				if (!whole) await keep(baking, key);
				known.set(key, heard);
			}
		}),
		signal,
	);
	return { heard: keys.map((key) => known.get(key)!), found: sections.length - missing.length, keys };
}

/** Neighbours together, in as many runs as there are cores where there is enough to do. */
function runsOf(missing: number[], follows: (index: number) => boolean, slots: number): number[][] {
	const groups: number[][] = [];
	for (const index of missing) {
		if (groups.at(-1)?.at(-1) === index - 1 && follows(index)) groups.at(-1)!.push(index);
		else groups.push([index]);
	}
	return groups.flatMap((group) => {
		const spread = Math.min(slots, Math.floor(group.length / LEAST_RUN));
		const parts = Math.max(1, spread, Math.ceil(group.length / MOST_RUN));
		const size = Math.ceil(group.length / parts);
		return Array.from({ length: parts }, (_, at) => group.slice(at * size, (at + 1) * size)).filter(
			({ length }) => length,
		);
	});
}

/** Brings a section from the cache and tells what was heard in it; one that is not whole is forgotten. */
async function findKept(baking: Baking, key: string): Promise<Heard | null> {
	const { cache } = baking.kitchen;
	const own = fileOf(baking, key);
	if (!(await cache.take(key, KEPT, own))) return null;
	const heard = await heardIn(own);
	if (!heard) await forgetSection(baking, own);
	return heard;
}

async function keep(baking: Baking, key: string): Promise<void> {
	const twin = join(baking.folder, `${key}.kept`);
	await link(fileOf(baking, key), twin);
	await baking.kitchen.cache.put(twin, key, KEPT);
}

/** Removes a section that turned out to be damaged; it is made anew when it is asked for again. */
export async function forgetSection({ kitchen }: Baking, path: string): Promise<void> {
	await rm(path, { force: true });
	await kitchen.cache.forget(basename(path, `.${KEPT}`), KEPT);
}
