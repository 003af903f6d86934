import { join } from 'node:path';
import { Fault } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { AssetId } from '../contract/asset.ts';
import type { StitchInput, StitchReport, Timeline } from '../contract/timeline.ts';
import { refuseUndrawable } from './captions/fonts.ts';
import { explain } from './explain.ts';
import { FILM, keepFilm, keyOfFilm, takeFilm } from './film.ts';
import { handOver } from './hand-over.ts';
import type { Wrapping } from './join/join.ts';
import { joinPieces } from './join/pieces.ts';
import { pieceOf } from './piece.ts';
import { planFilm, type Extras, type Plan, type PlanClip } from './plan.ts';
import type { Probe } from './probe.ts';
import { secondsOf } from './rate.ts';
import { fileIn, renderPieces, type Kitchen, type Piece } from './render.ts';
import { reportOf, type Made } from './report.ts';
import type { Source } from './recipes.ts';
import { secondsHeard } from './sound/decode.ts';
import { makeSound, prepareSound, soundPieces } from './sound/sound.ts';
import { makeThumbnail } from './thumbnail.ts';

/** A file as the stitch takes it; the name is for people. */
export type ClipFile = { id: string; path: string; name: string };

export type StitchRequest = {
	/** One for each clip of the timeline, in its order. */
	clips: ClipFile[];
	/** Everything else that the timeline names by its id: narrations, music, logo. */
	files?: Record<AssetId, ClipFile>;
	timeline: Timeline;
	title: string;
	tags?: StitchInput['tags'];
	/** The picture that file lists show: none, one of the film's own, or a given one. */
	cover?: 'none' | 'film' | ClipFile;
	/** Where the film is put when it is whole; nothing is there before. */
	out: string;
};

/** A film whose later clips are still being made: these are null. */
export type EarlyRequest = Pick<StitchRequest, 'files' | 'timeline'> & { clips: (ClipFile | null)[] };

export type StitchOptions = { signal: AbortSignal; progress: (done: number, activity: string) => void };

/** What the film engine works with. */
export type Shop = Kitchen & {
	log: Log;
	version: string;
	probe: (path: string, name: string, signal: AbortSignal) => Promise<Probe>;
	/** What the clips of the last films are, by their ids; those used last at the end. */
	probed: Map<string, Probe>;
};

/** Shares of the progress bar: looking at clips, making pieces, making the sound, joining. */
const SHARES = { look: 0.05, pieces: 0.75, sound: 0.13, join: 0.06 };
const COVER_WIDTH = 1280;

/**
 * Makes a film of a timeline: probe, plan, make or find the pieces, sound as one programme, join, check, hand over.
 * Throws `media` or `invalid_input` naming the clip, or the signal's reason; then nothing is left at `out`.
 */
export async function stitchFilm(shop: Shop, request: StitchRequest, options: StitchOptions): Promise<StitchReport> {
	const { metered, cpuSeconds } = withMeter(shop);
	const plan = await planRequest(metered, request, options);
	const { mode } = request.timeline.captions;
	const captions = mode === 'soft' || mode === 'both' ? request.timeline.captions : null;
	const made = await makeFilm(metered, plan, { ...request, captions }, options);
	return reportOf(plan, { ...made, cpuSeconds: cpuSeconds() });
}

type Wrapped = Pick<StitchRequest, 'title' | 'tags' | 'cover' | 'out'> & Pick<Wrapping, 'captions'>;

/** Makes the film of a plan; tells which pieces were found in the cache, and about the sound. */
export async function makeFilm(
	shop: Shop,
	plan: Plan,
	{ title, tags = {}, cover, captions, out }: Wrapped,
	options: StitchOptions,
): Promise<Pick<Made, 'found' | 'sound'>> {
	const { signal, progress } = options;
	shop.log.debug({ plan: explain(plan) }, 'planned a film');
	const key = keyOfFilm(plan, { title, tags, captions, cover: coverKey(cover) }, shop.version);
	const folder = await shop.cache.scratch();
	try {
		const kept = await takeFilm(shop.cache, key, plan, folder);
		const made = kept
			? { ...kept, found: new Set(piecesOf(plan).map((piece) => piece.key)) }
			: await makeNewFilm(shop, plan, { title, tags, cover, captions }, folder, options);
		if (!kept) await keepFilm(shop.cache, key, made.sound, folder);
		signal.throwIfAborted();
		await handOver(join(folder, FILM), out);
		progress(1, 'Film ready');
		return made;
	} finally {
		await shop.cache.drop(folder);
		await shop.cache.evict().catch((err: unknown) => shop.log.warn({ err }, 'old pieces could not be removed'));
	}
}

const coverKey = (cover: StitchRequest['cover']) => (typeof cover === 'object' ? cover.id : (cover ?? 'none'));

async function makeNewFilm(
	shop: Shop,
	plan: Plan,
	{ title, tags = {}, cover, captions }: Omit<Wrapped, 'out'>,
	folder: string,
	options: StitchOptions,
): Promise<Pick<Made, 'found' | 'sound'>> {
	const { signal, progress } = options;
	const { found } = await renderAll(shop, plan, folder, options);
	const from = SHARES.look + SHARES.pieces;
	const heard = (share: number) => progress(from + SHARES.sound * share, 'Making the sound');
	const sound = plan.sound && (await makeSound(shop, plan.sound, folder, { signal, progress: heard }));
	const joined = (share: number) => progress(from + SHARES.sound + SHARES.join * share, 'Joining the film');
	joined(0);
	const wrapping = { title, tags, captions, cover: await coverOf(shop, plan, cover, folder, signal) };
	const pieces = plan.segments.map((segment) => pieceOf(segment, plan));
	const track = sound && plan.sound ? { name: sound.name, samples: plan.sound.samples } : null;
	await joinPieces(shop, plan, { pieces, sound: track, wrapping }, { folder, signal, progress: joined });
	return { found, sound };
}

/**
 * Makes what can be made of a film while later clips are still missing, so that little is left when the last one
 * comes. Everything lands in the cache under its address; where a missing clip turns out otherwise than its
 * neighbours (and with it the film's size, say), what was made in vain is evicted one day. Returns how many pieces
 * there are now.
 */
export async function prepareFilm(shop: Shop, request: EarlyRequest, options: StitchOptions): Promise<number> {
	const there = request.clips.filter((clip) => clip !== null);
	const [standIn] = there;
	if (!standIn) return 0;
	const clips = request.clips.map((clip) => clip ?? standIn);
	const missing = request.clips.map((clip) => clip === null);
	// Where a missing clip is cut cannot be known before its length is.
	const timeline = {
		...request.timeline,
		clips: request.timeline.clips.map(({ cutFrom, cutTo, ...clip }, index) =>
			missing[index] ? clip : { ...clip, cutFrom, cutTo },
		),
	};
	const plan = await planRequest(shop, { ...request, clips, timeline }, options);
	const folder = await shop.cache.scratch();
	try {
		const known = plan.segments.filter(({ clips: shown }) => shown.every((index) => !missing[index]));
		const pieces = piecesOf({ ...plan, segments: known });
		const { signal } = options;
		await renderPieces(pieces, folder, shop, { signal, done: () => undefined });
		if (plan.sound) await prepareSound(shop, plan.sound, folder, (clip) => !missing[clip], signal);
		return pieces.length;
	} finally {
		await shop.cache.drop(folder);
	}
}

/** The same shop, with a meter on its ffmpeg. */
export function withMeter(shop: Shop): { metered: Shop; cpuSeconds: () => number } {
	let seconds = 0;
	const { tools } = shop;
	const ffmpeg: typeof tools.ffmpeg = async (run) => {
		const ran = await tools.ffmpeg(run);
		seconds += ran.cpuSeconds;
		return ran;
	};
	return { metered: { ...shop, tools: { ...tools, ffmpeg } }, cpuSeconds: () => seconds };
}

type Planned = Pick<StitchRequest, 'clips' | 'files' | 'timeline'>;

async function planRequest(shop: Shop, request: Planned, options: StitchOptions): Promise<Plan> {
	const { clips, timeline } = request;
	if (clips.length !== timeline.clips.length)
		throw new Fault('invalid_input', `the timeline has ${timeline.clips.length} clips, ${clips.length} were given`);
	await refuseUndrawable(textsOf(timeline));
	const look = looker(shop, options.signal);
	const looked = await lookAt(clips, look, options.progress);
	return planFilm(timeline, looked, await extrasOf(request, look, shop, options.signal), shop.version);
}

/** Every text that will be drawn, with its place. */
function textsOf({ clips, cards, captions }: Timeline): { text: string; about: string }[] {
	const burned = captions.mode === 'burned' || captions.mode === 'both';
	const said = clips.map(({ text, words = [], captions: lines = [] }, index) => ({
		text: [text, ...[...words, ...lines].map((each) => each.text)].join(' '),
		about: `the caption of clip ${index + 1}`,
	}));
	return [
		...(burned ? said : []),
		...Object.values(cards).map(({ title, subtitle }) => ({
			text: `${title} ${subtitle}`,
			about: `the title card "${title}"`,
		})),
	];
}

type Look = (file: ClipFile) => Promise<Probe>;

/** Clips that are still known to the next film; what a file is follows from its id. */
const MOST_PROBES = 1000;

/** Probes each file once, as the pool allows, and not at all where an earlier film had it. */
function looker({ pool, probe, probed }: Shop, signal: AbortSignal): Look {
	const probes = new Map<string, Promise<Probe>>();
	const look = async ({ id, path, name }: ClipFile): Promise<Probe> => {
		const found = probed.get(id) ?? (await pool(() => probe(path, name, signal), signal));
		probed.delete(id);
		probed.set(id, found);
		if (probed.size > MOST_PROBES) probed.delete(probed.keys().next().value!);
		return found;
	};
	return (file) => {
		if (!probes.has(file.id)) probes.set(file.id, look(file));
		return probes.get(file.id)!;
	};
}

async function lookAt(clips: ClipFile[], look: Look, progress: StitchOptions['progress']): Promise<PlanClip[]> {
	let seen = 0;
	await Promise.allSettled(clips.map(look));
	return Promise.all(
		clips.map(async (clip) => {
			const probe = await look(clip);
			seen++;
			progress((SHARES.look * seen) / clips.length, `Looked at clip ${seen} of ${clips.length}`);
			return { ...clip, probe };
		}),
	);
}

/** The narrations, the music and the logo, looked at; narrations with the length that is heard. */
async function extrasOf(
	{ timeline, files = {} }: Planned,
	look: Look,
	{ tools, pool }: Shop,
	signal: AbortSignal,
): Promise<Extras> {
	const source = async (id: AssetId | undefined, kind: 'sound' | 'picture', what: string): Promise<Source | null> => {
		if (id === undefined) return null;
		const file = files[id];
		if (!file) throw new Fault('invalid_input', `${what} was not given`);
		const probe = await look({ ...file, name: what });
		if (kind === 'sound' ? probe.audio : probe.kind === 'picture') return { id, path: file.path, probe };
		throw new Fault('media', `${what} ("${file.name}") is no ${kind}`, {
			hint: kind === 'sound' ? 'Give a sound file.' : 'Give a picture, PNG, JPEG or WebP.',
		});
	};
	const narration = async (id: AssetId | undefined, what: string): Promise<Source | null> => {
		const found = await source(id, 'sound', what);
		if (!found || tellsLength(found.probe)) return found;
		const seconds = await pool(() => secondsHeard(tools, found, what, signal), signal);
		return { ...found, probe: { ...found.probe, audio: { ...found.probe.audio!, seconds } } };
	};
	const narrations = timeline.clips.map(({ narration: id }, index) =>
		narration(id, `the narration of clip ${index + 1}`),
	);
	// One that is refused must not leave others running behind.
	await Promise.allSettled(narrations);
	return {
		narrations: await Promise.all(narrations),
		music: await source(timeline.sound.music?.asset, 'sound', 'the music'),
		logo: await source(timeline.logo?.asset, 'picture', 'the logo'),
	};
}

/** Files whose own words about their sound's length are exact; one that was never finished says nothing. */
const tellsLength = ({ kind, format, audio }: Probe): boolean =>
	kind === 'audio' && ['mov', 'wav', 'flac'].includes(format) && audio!.seconds > 0;

const piecesOf = (plan: Plan): Piece[] => [
	...plan.segments.map((segment) => pieceOf(segment, plan)),
	...soundPieces(plan),
];

async function renderAll(
	shop: Shop,
	plan: Plan,
	folder: string,
	{ signal, progress }: StitchOptions,
): Promise<{ found: Set<string> }> {
	const pieces = piecesOf(plan);
	const pictures = new Map(plan.segments.map(({ key, frames }) => [key, secondsOf(frames, plan.target.rate)]));
	const costs = new Map(pieces.map(({ key, seconds, weight }) => [key, seconds * weight]));
	const shares = new Map<string, number>();
	/** What is done of a measure that each piece has a part of, and all of it. */
	const sum = (parts: Map<string, number>) => {
		const all = [...parts.values()].reduce((total, part) => total + part, 0);
		return { all, made: [...parts].reduce((total, [key, part]) => total + part * (shares.get(key) ?? 0), 0) };
	};
	const done = ({ key }: { key: string }, share: number) => {
		shares.set(key, Math.max(shares.get(key) ?? 0, share));
		const [cost, film] = [sum(costs), sum(pictures)];
		const told = `Made ${film.made.toFixed(1)} of ${film.all.toFixed(1)} s of film`;
		progress(SHARES.look + SHARES.pieces * (cost.made / cost.all), told);
	};
	return renderPieces(pieces, folder, shop, { signal, done });
}

/** A JPEG for file lists in the folder: of the film's longest piece, or of a given picture. */
async function coverOf(
	shop: Shop,
	{ segments }: Plan,
	cover: StitchRequest['cover'] = 'none',
	folder: string,
	signal: AbortSignal,
): Promise<string | null> {
	if (cover === 'none') return null;
	const longest = segments.reduce((best, segment) => (segment.frames > best.frames ? segment : best));
	const path = cover === 'film' ? fileIn(folder, longest) : cover.path;
	const probe = await shop.probe(path, cover === 'film' ? 'the film' : 'the cover picture', signal);
	await shop.pool(
		() => makeThumbnail(shop, path, probe, join(folder, 'cover.jpg'), { signal, width: COVER_WIDTH }),
		signal,
	);
	return 'cover.jpg';
}
