import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { userInput } from '../input.ts';
import type { Picture } from '../picture.ts';
import { framesIn, rateText, secondsOf } from '../rate.ts';
import type { Shop } from '../stitch.ts';
import { decodeDeadline, evenly, type Clip } from './clip.ts';
import type { Grey } from './goodness.ts';

/** One frame of a clip: where its JPEG lies, and its grey picture where one was asked for. */
export type Grabbed = { frame: number; picture: string | null; grey: Grey | null };

export type GrabOptions = {
	/** Size of the JPEGs; null for none. */
	picture: { width: number; height: number } | null;
	/** Size of the grey pictures; null for none. */
	grey: { width: number; height: number } | null;
	/** Begins the names of the files in the folder. */
	prefix: string;
};

/** Frames sought together at most: the filter that picks them asks about each. */
const MOST_IN_A_RUN = 100;
/** What starting ffmpeg and seeking costs, in frames decoded meanwhile. */
const START_FRAMES = 24;
/** Where the places to seek to are not known, every so many seconds is one, as in most cameras and services. */
const GUESSED_GOP_SECONDS = 5;
/** Decoding begins this much before the frame sought: what a decoder shows right after a seek may be broken. */
const EARLY_SECONDS = 1;
/** The same where frames are not evenly timed: the frame on screen may have begun long before. */
const EARLY_UNEVEN_SECONDS = 60;
const JPEG = ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '3', '-f', 'image2'];
const MOST_BYTES = 512 * 1024 * 1024;
const THREADS = '2';

/**
 * Takes single frames of a clip, in one decode where they lie close together and by seeking where that is cheaper.
 * `frames` are counted on the even grid of the clip's rate. A frame that does not decode is missing from the answer.
 * Throws `media` where ffmpeg refuses the clip.
 */
export async function grabFrames(
	shop: Pick<Shop, 'tools' | 'pool'>,
	clip: Clip,
	frames: number[],
	options: GrabOptions,
	job: { folder: string; signal: AbortSignal; done?: (share: number) => void },
): Promise<Grabbed[]> {
	const wanted = [...new Set(frames)].sort((a, b) => a - b);
	const runs = groupFrames(wanted, clip.probe.video!);
	let finished = 0;
	const grabbed = await Promise.all(
		runs.map((run, index) =>
			shop.pool(async () => {
				const got = await grabRun(shop, clip, run, { ...options, prefix: `${options.prefix}${index}` }, job);
				job.done?.(++finished / runs.length);
				return got;
			}, job.signal),
		),
	);
	return grabbed.flat();
}

/** Frames that share a run: a gap is decoded through where seeking anew would decode as much. */
export function groupFrames(frames: number[], picture: Picture): number[][] {
	const groups: number[][] = [];
	for (const frame of frames) {
		const group = groups.at(-1);
		const gap = group ? frame - group.at(-1)! : Infinity;
		if (group && group.length < MOST_IN_A_RUN && gap <= seekCost(frame, picture)) group.push(frame);
		else groups.push([frame]);
	}
	return groups;
}

function seekCost(frame: number, picture: Picture): number {
	const from = skipped(frame, picture);
	const keys = picture.copy?.idr;
	const gop = framesIn(GUESSED_GOP_SECONDS, picture.rate);
	const key = keys?.length ? (keys.findLast((idr) => idr <= from) ?? 0) : from - (from % Math.max(1, gop));
	return frame - key + START_FRAMES;
}

/** Frames from the beginning that need not be shown to reach this one. */
function skipped(frame: number, { uneven, rate }: Picture): number {
	return Math.max(0, frame - framesIn(uneven ? EARLY_UNEVEN_SECONDS : EARLY_SECONDS, rate));
}

async function grabRun(
	{ tools }: Pick<Shop, 'tools'>,
	clip: Clip,
	frames: number[],
	{ picture, grey, prefix }: GrabOptions,
	{ folder, signal }: { folder: string; signal: AbortSignal },
): Promise<Grabbed[]> {
	const video = clip.probe.video!;
	const [first, last] = [frames[0]!, frames.at(-1)!];
	const skip = skipped(first, video);
	const still = clip.probe.kind === 'picture';
	const seek = skip ? ['-ss', (video.startSeconds + secondsOf(skip - 0.25, video.rate)).toFixed(6)] : [];
	const counted = skip ? `fps=${rateText(video.rate)}:round=near:start_time=0` : evenly(video);
	const pick = frames.map((frame) => `eq(n\\,${frame - skip})`).join('+');
	const deint = video.interlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : [];
	const chain = still ? deint : [...deint, counted, 'tpad=stop_mode=clone:stop=3', `select=${pick}`];
	const output = (size: { width: number; height: number }, format: string[]) => [
		...['-map', `0:${video.stream}`, '-vf'],
		[...chain, `scale=${size.width}:${size.height}:flags=area`, 'setsar=1'].join(','),
		...['-frames:v', String(frames.length), '-fps_mode', 'passthrough', ...format],
	];
	await tools.ffmpeg({
		args: [
			...['-y', '-threads', THREADS, '-filter_threads', '1'],
			...userInput(clip.path, clip.probe.format, ...seek),
			...(picture ? [...output(picture, JPEG), `${prefix}-%05d.jpg`] : []),
			...(grey ? [...output(grey, ['-f', 'rawvideo', '-pix_fmt', 'gray']), `${prefix}.grey`] : []),
		],
		folder,
		about: clip.name,
		seconds: decodeDeadline(clip, secondsOf(last - skip + 1, video.rate) + GUESSED_GOP_SECONDS),
		fileBytes: MOST_BYTES,
		signal,
	});
	const greys = grey ? await readGreys(join(folder, `${prefix}.grey`), grey) : [];
	const pictures = picture ? await Promise.all(frames.map((_, index) => existing(folder, prefix, index))) : [];
	return frames.flatMap((frame, index) => {
		const found = { frame, picture: pictures[index] ?? null, grey: greys[index] ?? null };
		return found.picture || found.grey ? [found] : [];
	});
}

async function existing(folder: string, prefix: string, index: number): Promise<string | null> {
	const path = join(folder, `${prefix}-${String(index + 1).padStart(5, '0')}.jpg`);
	return ((await stat(path).catch(() => null))?.size ?? 0) > 0 ? path : null;
}

async function readGreys(path: string, { width, height }: { width: number; height: number }): Promise<Grey[]> {
	const bytes = await readFile(path);
	await rm(path);
	const size = width * height;
	return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => ({
		pixels: bytes.subarray(index * size, (index + 1) * size),
		width,
		height,
	}));
}
