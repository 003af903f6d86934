import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../base/errors.ts';
import { allTogether } from '../pool.ts';
import { AAC_FRAME, SAMPLE_RATE } from '../rate.ts';
import type { Kitchen } from '../render.ts';
import { adtsFrames } from './adts.ts';
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
	const make = (run: Run, part: Job) => hear(baking.buses, run, part);
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

const fileOf = ({ folder }: Baking, key: string) => join(folder, `${key}.aac`);

async function codeRun(
	baking: Baking,
	{ range, sections, keys }: Run,
	treatment: Treatment | null,
	{ signal, progress }: Job,
): Promise<Heard[]> {
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
	for (const [index, section] of sections.entries()) {
		const kept = keptFrames(section, samples);
		const own = fileOf(baking, keys[index]!);
		await rm(own, { force: true });
		await writeFile(own, Buffer.concat(frames.slice(kept.from - first, kept.to - first)));
	}
	await rm(join(folder, track));
	progress(1);
	return heard;
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

/**
 * What is heard in each section: known to the cache, or made in runs side by side. Sections that sound alike share an
 * address and a file, and are made once; of a `whole` run each keeps its own.
 */
async function findOrMake(
	baking: Baking,
	how: How,
	{ signal, progress }: Job,
	make: (run: Run, job: Job) => Promise<Heard[]>,
	whole = false,
): Promise<Sounded & { keys: string[] }> {
	const { buses, sections, engine, kitchen } = baking;
	const keys = sections.map((section, index) => (whole ? `whole-${index}` : addressOf(buses, section, how, engine)));
	const firsts = new Map(keys.map((key, index) => [key, index] as const).reverse());
	const known = new Map<string, Heard>();
	const look = async ([key, index]: [string, number]) => {
		const kept = await findKept(baking, key, how.encoder ? sections[index]! : null);
		if (kept) known.set(key, kept);
	};
	if (!whole) await Promise.all([...firsts].map(look));
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
			for (const [at, each] of made.entries()) {
				if (!whole) await keep(baking, own.keys[at]!, each, how.encoder !== null);
				known.set(own.keys[at]!, each);
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

/** What was heard, as it is kept: 4-byte floats in base64. */
const Kept = z.object({ energy: z.base64(), peak: z.number(), clipped: z.number() });

/** What the cache knows of a section; of one that is given, only if it also has its frames. */
async function findKept(baking: Baking, key: string, coded: Section | null): Promise<Heard | null> {
	const { kitchen, folder } = baking;
	const beside = join(folder, `${key}.json`);
	const there = (await kitchen.cache.take(key, 'json', beside)) && (!coded || (await takeCoded(baking, key, coded)));
	if (!there) return null;
	try {
		const { energy, peak, clipped } = Kept.parse(JSON.parse(await readFile(beside, 'utf8')));
		const bytes = new Uint8Array(Buffer.from(energy, 'base64'));
		return { energy: new Float32Array(bytes.buffer, 0, bytes.length / 4), peak, clipped };
	} catch {
		await kitchen.cache.forget(key, 'json');
		return null;
	} finally {
		await rm(beside, { force: true });
	}
}

/** Brings the frames of a section from the cache; what a full disk left damaged there is forgotten. */
async function takeCoded(baking: Baking, key: string, section: Section): Promise<boolean> {
	const own = fileOf(baking, key);
	if (!(await baking.kitchen.cache.take(key, 'aac', own))) return false;
	const { from, to } = keptFrames(section, baking.samples);
	const held = await readFile(own)
		.then((bytes) => adtsFrames(bytes).length)
		.catch(() => 0);
	if (held === to - from) return true;
	await rm(own, { force: true });
	await baking.kitchen.cache.forget(key, 'aac');
	return false;
}

async function keep(baking: Baking, key: string, { energy, peak, clipped }: Heard, coded: boolean): Promise<void> {
	const { cache } = baking.kitchen;
	const twin = join(baking.folder, `${key}.kept`);
	if (coded) {
		await link(fileOf(baking, key), twin);
		await cache.put(twin, key, 'aac');
	}
	const bytes = Buffer.from(energy.buffer, energy.byteOffset, energy.byteLength);
	await writeFile(twin, JSON.stringify({ energy: bytes.toString('base64'), peak, clipped }));
	await cache.put(twin, key, 'json');
}
