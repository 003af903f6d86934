import { copyFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { StitchReport, Timeline } from '../contract/timeline.ts';
import { checkCopied, checkFilm, checkPcm, checkSegment } from './check.ts';
import { explain } from './explain.ts';
import { joinFilm } from './join.ts';
import { planFilm, type Plan, type PlanClip, type Segment } from './plan.ts';
import type { Probe } from './probe.ts';
import type { SoundPiece } from './programme.ts';
import { SAMPLE_RATE, secondsOf } from './rate.ts';
import { fileIn, renderPieces, type Kitchen, type Piece } from './render.ts';
import { reportOf } from './report.ts';
import { encodeProgramme } from './sound.ts';

export type StitchRequest = {
	/** One for each clip of the timeline, in its order. */
	clips: { id: string; path: string; name: string }[];
	timeline: Timeline;
	title: string;
	/** Where the film is put when it is whole; nothing is there before. */
	out: string;
};

export type StitchOptions = { signal: AbortSignal; progress: (done: number, activity: string) => void };

export type Shop = Kitchen & {
	log: Log;
	version: string;
	probe: (path: string, name: string, signal: AbortSignal) => Promise<Probe>;
};

/** What a second costs against a copied one, for progress and deadlines: measured on 720p, veryfast. */
const COPY_WEIGHT = 0.1;
const ENCODE_WEIGHT = 6;
const SOUND_WEIGHT = 0.1;
const HD_PIXELS = 1280 * 720;
/** Shares of the progress bar: looking at clips, making pieces, encoding the sound, joining. */
const SHARES = { look: 0.05, pieces: 0.8, sound: 0.08 };
/** Bytes a second that x264 may need for noise at crf 18, for each pixel of 720p. */
const MOST_BYTES_A_SECOND = 30e6;
const SPARE_BYTES = 64 * 1024 * 1024;

/**
 * Makes a film of a timeline: probe, plan, make or find the pieces, sound as one programme, join, check, hand over.
 * Throws `media` or `invalid_input` naming the clip, or the signal's reason; then nothing is left at `out`.
 */
export async function stitchFilm(
	shop: Shop,
	request: StitchRequest,
	{ signal, progress }: StitchOptions,
): Promise<StitchReport> {
	if (request.clips.length !== request.timeline.clips.length)
		throw new Fault(
			'invalid_input',
			`the timeline has ${request.timeline.clips.length} clips, ${request.clips.length} were given`,
		);
	const clips = await lookAt(shop, request, signal, progress);
	const plan = planFilm(request.timeline, clips, shop.version);
	shop.log.debug({ plan: explain(plan) }, 'planned a film');
	const folder = await shop.cache.scratch();
	try {
		const rendered = await renderAll(shop, plan, folder, { signal, progress });
		progress(SHARES.look + SHARES.pieces, 'encoding the sound');
		const sound = plan.sound && (await encodeProgramme(shop, plan.sound, folder, signal));
		progress(SHARES.look + SHARES.pieces + SHARES.sound, 'joining the film');
		const film = await joinPieces(shop, plan, { folder, sound, request, signal });
		await checkFilm(film, { ...plan, samples: plan.sound?.samples ?? null });
		signal.throwIfAborted();
		await handOver(film, request.out);
		progress(1, 'film ready');
		return reportOf(plan, rendered.found);
	} finally {
		await shop.cache.drop(folder);
		await shop.cache.evict().catch((err: unknown) => shop.log.warn({ err }, 'old pieces could not be removed'));
	}
}

async function lookAt(
	shop: Shop,
	{ clips }: StitchRequest,
	signal: AbortSignal,
	progress: StitchOptions['progress'],
): Promise<PlanClip[]> {
	let seen = 0;
	const probes = new Map<string, Promise<Probe>>();
	for (const { id, path, name } of clips) {
		if (!probes.has(id))
			probes.set(
				id,
				shop.pool(() => shop.probe(path, name, signal), signal),
			);
	}
	await Promise.allSettled(probes.values());
	return Promise.all(
		clips.map(async (clip) => {
			const probe = await probes.get(clip.id)!;
			seen++;
			progress((SHARES.look * seen) / clips.length, `looked at clip ${seen} of ${clips.length}`);
			return { ...clip, probe };
		}),
	);
}

async function renderAll(
	shop: Shop,
	plan: Plan,
	folder: string,
	{ signal, progress }: StitchOptions,
): Promise<{ found: Set<string> }> {
	const pieces = [...plan.segments.map((segment) => picturePiece(segment, plan)), ...soundPieces(plan)];
	const cost = ({ seconds, weight }: Piece) => seconds * weight;
	const whole = new Map(pieces.map((piece) => [piece.key, cost(piece)]));
	const total = [...whole.values()].reduce((sum, each) => sum + each, 0);
	const shares = new Map<string, number>();
	const done = (piece: Piece, share: number) => {
		shares.set(piece.key, Math.max(shares.get(piece.key) ?? 0, share));
		const made = [...shares].reduce((sum, [key, part]) => sum + (whole.get(key) ?? 0) * part, 0);
		const finished = [...shares.values()].filter((part) => part === 1).length;
		progress(SHARES.look + SHARES.pieces * (made / total), `made ${finished} of ${whole.size} pieces`);
	};
	return renderPieces(pieces, folder, shop, { signal, done });
}

function picturePiece({ key, recipe, clips, how, copiedFrom, frames }: Segment, plan: Plan): Piece {
	const seconds = secondsOf(frames, plan.target.rate);
	const size = (plan.target.width * plan.target.height) / HD_PIXELS;
	const about = clips.map((index) => plan.clips[index]!.name).join(' and ');
	const input = clips.reduce((sum, index) => sum + plan.clips[index]!.source.probe.bytes, 0);
	return {
		key,
		recipe,
		about,
		seconds,
		weight: how === 'copied' ? COPY_WEIGHT : ENCODE_WEIGHT * Math.max(1, size),
		bytes: SPARE_BYTES + input + seconds * MOST_BYTES_A_SECOND * Math.max(1, size),
		target: how === 'encoded' ? plan.target : null,
		check: async (path) => {
			await checkSegment(path, frames, plan.target, about);
			const source = plan.clips[clips[0]!]!.source;
			if (copiedFrom) await checkCopied(path, { path: source.path, from: copiedFrom }, frames, about);
		},
	};
}

function soundPieces(plan: Plan): Piece[] {
	return (plan.sound?.pieces ?? []).flatMap(({ pcm, clip, samples }: SoundPiece) => {
		const about = plan.clips[clip]!.name;
		const check = (path: string) => checkPcm(path, samples, about);
		return pcm
			? [
					{
						...pcm,
						about,
						seconds: samples / SAMPLE_RATE,
						weight: SOUND_WEIGHT,
						bytes: samples * 4 + SPARE_BYTES,
						target: null,
						check,
					},
				]
			: [];
	});
}

type Joining = { folder: string; sound: string | null; request: StitchRequest; signal: AbortSignal };

async function joinPieces(shop: Shop, plan: Plan, { folder, sound, request, signal }: Joining): Promise<string> {
	const pictures = plan.segments.map((segment) => basename(fileIn(folder, segment)));
	const files = [...pictures, ...(sound ? [sound] : [])].map((name) => join(folder, name));
	const sizes = await Promise.all(files.map(async (path) => (await stat(path)).size));
	const bytes = sizes.reduce((sum, each) => sum + each, 0);
	return shop.pool(
		() =>
			joinFilm(
				plan,
				{ pictures, sound },
				{ folder, title: request.title, bytes, tools: shop.tools, signal, progress: () => undefined },
			),
		signal,
	);
}

/** Moves the finished film; over file systems by a copy under another name first, so that `out` is whole or absent. */
async function handOver(film: string, out: string): Promise<void> {
	try {
		await rename(film, out);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
		const near = `${out}.part`;
		await copyFile(film, near);
		await rename(near, out).catch(async (failure: unknown) => {
			await rm(near, { force: true });
			throw failure;
		});
	}
}
