import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../base/errors.ts';
import type { InspectOf, SceneReport } from '../../contract/inspect.ts';
import { userInput } from '../input.ts';
import type { Picture } from '../picture.ts';
import { framesIn } from '../rate.ts';
import type { Shop } from '../stitch.ts';
import { findBorders, type Border } from './borders.ts';
import {
	beginOf,
	decodeDeadline,
	evenly,
	framesOf,
	micro,
	movingPicture,
	undecodable,
	within,
	type Clip,
	type Job,
} from './clip.ts';
import { bestOf } from './goodness.ts';
import { grabFrames } from './grab.ts';
import { openFrames, type SmallFrames } from './small.ts';

/** The contract's report with pictures as paths in the job's folder. */
export type ScenesFound = Omit<SceneReport, 'scenes'> & {
	scenes: (Omit<SceneReport['scenes'][number], 'picture'> & { picture: string | null })[];
};

/** Scenes told at most; more are a threshold far too low, or a film to be looked at in parts. */
const MOST_SCENES = 500;
/** Size of the colour pictures that are compared. */
const [SMALL_WIDTH, SMALL_HEIGHT] = [32, 18];
/** Grey pictures that the scene's own picture is chosen by: so many a second, so large. */
const LOOKS_A_SECOND = 6;
const LOOK_SIDE = 160;
/** Part of a scene that its picture is taken from, from both ends. */
const EDGE = 0.25;
const PICTURE_SIDE = 1280;
/** Shares of the progress bar. */
const DECODED = 0.8;
const COMPARED = 0.85;
const SPARE_BYTES = 1024 * 1024;

/**
 * Finds the scenes of a clip: where each begins and ends to the frame, how much changed there, and a good picture of
 * it as a JPEG in the job's folder. One decode for the scenes, one for the pictures. Throws `media` for anything but a
 * video clip and `invalid_input` where there are more scenes than anybody can use.
 */
export async function findScenes(shop: Shop, clip: Clip, options: InspectOf<'scenes'>, job: Job): Promise<ScenesFound> {
	const picture = movingPicture(clip, 'Scenes are found in');
	const look = lookOf(picture);
	await decodeSmall(shop, clip, look, job);
	const small = await openFrames(join(job.folder, 'small.rgb'), SMALL_WIDTH * SMALL_HEIGHT * 3);
	const greys = await openFrames(join(job.folder, 'look.grey'), look.width * look.height);
	try {
		if (!small.count) throw undecodable(clip.name);
		const { n, d } = picture.rate;
		const borders = await findBorders(small, n / d, options.threshold, job.signal);
		const scenes = mergeShort(borders, framesOf(picture), framesIn(options.minSeconds, picture.rate));
		refuseMany(scenes.length, clip.name, options.threshold);
		job.progress(COMPARED, `Found ${scenes.length} scene${scenes.length === 1 ? '' : 's'}`);
		const pictures = options.pictures ? await takePictures(shop, clip, scenes, { greys, look }, job) : [];
		return {
			operation: 'scenes',
			scenes: scenes.map((scene, index) => told(scene, index, picture, pictures[index] ?? null)),
			seconds: micro(picture.seconds),
		};
	} finally {
		await Promise.all([small.close(), greys.close()]);
		await Promise.all(['small.rgb', 'look.grey'].map((name) => rm(join(job.folder, name), { force: true })));
	}
}

/** A stretch of frames [from, to), and how much changed at its beginning; null for the first. */
type Scene = { from: number; to: number; score: number | null };
type Look = { width: number; height: number; every: number };

function lookOf({ width, height, rate }: Picture): Look {
	return {
		...within({ width, height }, LOOK_SIDE),
		every: Math.max(1, Math.round(rate.n / rate.d / LOOKS_A_SECOND)),
	};
}

/** Every frame as a small colour picture, and some as larger grey ones, from one decode. */
async function decodeSmall(shop: Shop, clip: Clip, look: Look, { folder, signal, progress }: Job): Promise<void> {
	const video = clip.probe.video!;
	const frames = framesOf(video);
	const scaled = (width: number, height: number) => `scale=${width}:${height}:flags=area`;
	const output = (filters: string, format: string, name: string) => [
		...['-map', `0:${video.stream}`, '-vf', `${evenly(video)},${filters}`, '-fps_mode', 'passthrough'],
		...['-pix_fmt', format, '-f', 'rawvideo', name],
	];
	const run = {
		args: [
			...['-y', '-nostats', '-progress', 'pipe:1', '-threads', String(shop.slots), '-filter_threads', '1'],
			...userInput(clip.path, clip.probe.format),
			...output(scaled(SMALL_WIDTH, SMALL_HEIGHT), 'rgb24', 'small.rgb'),
			...output(`select=not(mod(n\\,${look.every})),${scaled(look.width, look.height)}`, 'gray', 'look.grey'),
		],
		folder,
		about: clip.name,
		seconds: decodeDeadline(clip),
		fileBytes: SPARE_BYTES + frames * Math.max(SMALL_WIDTH * SMALL_HEIGHT * 3, look.width * look.height) * 1.1,
		signal,
		progress: (done: { frames: number }) =>
			progress(DECODED * Math.min(1, done.frames / frames), `Looked at ${done.frames} of ${frames} frames`),
	};
	await shop.pool(() => shop.tools.ffmpeg(run), signal);
}

/** Scenes between borders. One shorter than `least` becomes part of the one before; the first one, of the next. */
export function mergeShort(borders: Border[], frames: number, least: number): Scene[] {
	const begins = [
		{ frame: 0, score: null as number | null },
		...borders.filter(({ frame }) => frame > 0 && frame < frames),
	];
	const scenes: Scene[] = [];
	for (const [index, { frame, score }] of begins.entries()) {
		const to = begins[index + 1]?.frame ?? frames;
		const before = scenes.at(-1);
		if (before && to - frame < least) before.to = to;
		else if (scenes.length === 1 && before!.to - before!.from < least) before!.to = to;
		else scenes.push({ from: frame, to, score });
	}
	return scenes;
}

function refuseMany(count: number, name: string, threshold: number): void {
	if (count <= MOST_SCENES) return;
	throw new Fault(
		'invalid_input',
		`${name} has ${count} scenes at the threshold ${threshold}, ${MOST_SCENES} at most`,
		{
			hint: 'Raise the threshold or the shortest scene, or trim the film and look at it in parts.',
			refusals: [
				{ field: 'threshold', message: `expected more than ${threshold}: ${count} scenes are too many` },
			],
		},
	);
}

/** The best frame of each scene's middle by its grey pictures, fetched as a JPEG. */
async function takePictures(
	shop: Shop,
	clip: Clip,
	scenes: Scene[],
	looks: { greys: SmallFrames; look: Look },
	job: Job,
): Promise<(string | null)[]> {
	const video = clip.probe.video!;
	const chosen: number[] = [];
	for (const scene of scenes) chosen.push(await bestFrame(scene, looks, job.signal));
	const picture = within(video, PICTURE_SIDE);
	const done = (share: number) => job.progress(COMPARED + (1 - COMPARED) * share, 'Taking pictures of the scenes');
	const grabbed = await grabFrames(shop, clip, chosen, { picture, grey: null, prefix: 'scene' }, { ...job, done });
	const paths = new Map(grabbed.map(({ frame, picture: path }) => [frame, path]));
	return chosen.map((frame) => paths.get(frame) ?? null);
}

async function bestFrame(
	{ from, to }: Scene,
	{ greys, look }: { greys: SmallFrames; look: Look },
	signal: AbortSignal,
): Promise<number> {
	signal.throwIfAborted();
	const middle = Math.floor((from + to - 1) / 2);
	const inner = Math.ceil((from + (to - from) * EDGE) / look.every);
	const last = Math.min(inner + MOST_LOOKS, Math.floor((to - (to - from) * EDGE) / look.every));
	const block = await greys.read(inner, last - inner + 1);
	const { width, height } = look;
	const pictures = Array.from({ length: block.count }, (_, at) => ({
		pixels: block.at(block.first + at),
		width,
		height,
	}));
	const frame = (block.first + bestOf(pictures).index) * look.every;
	return pictures.length && frame >= from && frame < to ? frame : middle;
}

/** Grey pictures looked at for one scene: 100 s of it. */
const MOST_LOOKS = 600;

function told({ from, to, score }: Scene, index: number, picture: Picture, path: string | null) {
	const [begin, end] = [beginOf(from, picture), beginOf(to, picture)];
	const rounded = score === null ? null : Math.round(Math.min(100, score) * 10) / 10;
	return { number: index + 1, from: begin, to: end, seconds: micro(end - begin), score: rounded, picture: path };
}
