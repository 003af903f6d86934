import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { Fault } from '../../base/errors.ts';
import type { WatermarkReport } from '../../contract/inspect.ts';
import { userInput } from '../input.ts';
import type { Shop } from '../stitch.ts';
import { decodeDeadline, framesOf, movingPicture, undecodable, within, type Clip, type Job } from './clip.ts';
import { steadyEdges, type Edges } from './edges.ts';
import { halved } from './field.ts';
import type { Grey } from './goodness.ts';
import { grabFrames, type Grabbed } from './grab.ts';
import { matchLogo } from './match.ts';
import { findStanding } from './overlay.ts';
import { trimmed, type LogoPicture } from './template.ts';

/** Frames looked at, evenly spread: enough for everything that moves to be elsewhere in most of them. */
const FRAMES = 16;
/** Longer side of the pictures looked at; a logo of 5 % is then 45 pixels wide. */
const SIDE = 896;
/** The frames are looked at in so many sizes, each half of the one before, none smaller than this. */
const MOST_LEVELS = 3;
const LEAST_SIDE = 200;
const LOGO_SIDE = 320;
const LOGO_BYTES = LOGO_SIDE * LOGO_SIDE * 4;
/**
 * Correlations that mean 0 and 1. On three real clips and five logos the best fit of a logo that is not there was .64
 * (a score of .58), and .67 at another logo; of one that is there at 20 to 30 % opacity it was .72 to .93 (.74 and
 * more), at 40 % and more from .80.
 */
const [NONE, CERTAIN] = [0.35, 0.85];
/** Room around the place in its picture, as a share of its longer side. */
const ROOM = 0.25;

type Options = { logo: Clip | null; threshold: number };
type Place = { x: number; y: number; width: number; height: number };
type Seen = { place: Place | null; score: number };

/**
 * Finds a given logo in a clip, wherever and however large it is; or, without one, anything that stands still while
 * the picture around it moves. A clip that stands still altogether answers that nothing was found. Throws `media` for
 * anything but a video clip, and for a logo that is no picture or all transparent.
 */
export async function findWatermark(
	shop: Shop,
	clip: Clip,
	{ logo, threshold }: Options,
	job: Job,
): Promise<WatermarkReport> {
	const video = movingPicture(clip, 'Watermarks are found in', Infinity);
	const picture = logo && (await readLogo(shop, logo, job));
	job.progress(0.05, 'Taking frames from the clip');
	const count = Math.min(FRAMES, framesOf(video));
	const frames = Array.from({ length: count }, (_, at) => Math.floor(((at + 0.5) * framesOf(video)) / count));
	const grey = within(video, SIDE);
	const grabbed = await grabFrames(shop, clip, frames, { picture: null, grey, prefix: 'mark' }, job);
	const greys = grabbed.flatMap((each): Grey[] => (each.grey ? [each.grey] : []));
	if (!greys.length) throw undecodable(clip.name);
	job.progress(0.4, picture ? 'Looking for the logo' : 'Looking for what stands still');
	const seen = picture ? await lookFor(picture, greys, job.signal) : standing(greys);
	const score = Math.round(seen.score * 100) / 100;
	const found = seen.place !== null && score >= threshold;
	const place = found ? scaled(seen.place!, grey.width, video) : null;
	job.progress(0.9, found ? 'Taking a picture of the place' : 'Nothing found');
	return {
		...{ operation: 'watermark', found, score, place, framesLookedAt: greys.length },
		region: place && regionOf(place, video),
		picture: place && (await takePicture(shop, clip, place, grabbed, job)),
	};
}

async function lookFor(logo: LogoPicture, greys: Grey[], signal: AbortSignal): Promise<Seen> {
	const pause = async () => {
		await breathe();
		signal.throwIfAborted();
	};
	const levels: Edges[] = [];
	for (let smaller = greys; ; smaller = smaller.map(halved)) {
		levels.push(steadyEdges(smaller).most);
		await pause();
		const { width, height } = smaller[0]!;
		if (levels.length === MOST_LEVELS || Math.max(width, height) < 2 * LEAST_SIDE) break;
	}
	const match = await matchLogo(levels, logo, pause);
	if (!match) return { place: null, score: 0 };
	const score = Math.max(0, Math.min(1, (match.sure - NONE) / (CERTAIN - NONE)));
	return { place: { x: match.x, y: match.y, width: match.width, height: match.height }, score };
}

function standing(greys: Grey[]): Seen {
	const found = findStanding(steadyEdges(greys));
	return found ? { place: found, score: found.score } : { place: null, score: 0 };
}

/** A logo as pixels, its transparent margins cut off. */
async function readLogo(shop: Shop, logo: Clip, { folder, signal }: Job): Promise<LogoPicture> {
	const { probe, name } = logo;
	if (probe.kind !== 'picture' || !probe.video)
		throw new Fault('media', `the logo to look for (${name}) is no still picture`, {
			hint: 'Give a PNG, JPEG or WebP picture as the logo, or none to look for anything that stands still.',
			refusals: [{ field: 'logo', message: 'expected a PNG, JPEG or WebP picture' }],
		});
	const size = within(probe.video, LOGO_SIDE);
	const run = {
		args: [
			...['-y', ...userInput(logo.path, probe.format), '-map', `0:${probe.video.stream}`],
			...['-vf', `format=rgba,scale=${size.width}:${size.height}:flags=area`, '-frames:v', '1'],
			...['-pix_fmt', 'rgba', '-f', 'rawvideo', 'logo.rgba'],
		],
		folder,
		about: name,
		seconds: decodeDeadline(logo),
		fileBytes: LOGO_BYTES * 2,
		signal,
	};
	await shop.pool(() => shop.tools.ffmpeg(run), signal);
	const path = join(folder, 'logo.rgba');
	const rgba = new Uint8Array(await readFile(path));
	await rm(path);
	try {
		return trimmed({ ...size, rgba });
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new Fault('media', `the logo to look for (${name}) is all transparent`, {
			hint: 'Give a picture on which something can be seen.',
			refusals: [{ field: 'logo', message: 'expected a picture that is not all transparent' }],
			cause: error,
		});
	}
}

/** A place in the looked-at picture as one in the clip's own. */
function scaled({ x, y, width, height }: Place, from: number, to: { width: number; height: number }): Place {
	const ratio = to.width / from;
	const [left, top] = [Math.round(x * ratio), Math.round(y * ratio)];
	return {
		x: Math.min(left, to.width - 1),
		y: Math.min(top, to.height - 1),
		width: Math.max(1, Math.min(to.width - left, Math.round(width * ratio))),
		height: Math.max(1, Math.min(to.height - top, Math.round(height * ratio))),
	};
}

/** Where that is, in words, by the thirds of the picture that its middle lies in. */
function regionOf({ x, y, width, height }: Place, picture: { width: number; height: number }): string {
	const third = (middle: number, side: number) => Math.min(2, Math.floor((3 * middle) / side));
	const row = ['top', 'middle', 'bottom'][third(y + height / 2, picture.height)]!;
	const column = ['left', 'centre', 'right'][third(x + width / 2, picture.width)]!;
	return row === 'middle' && column === 'centre' ? 'centre' : `${row}-${column}`;
}

/** The place with some room around it, as it is in the middle of the clip. */
async function takePicture(shop: Shop, clip: Clip, place: Place, seen: Grabbed[], job: Job): Promise<string | null> {
	const video = clip.probe.video!;
	const frame = seen[Math.floor(seen.length / 2)]!.frame;
	const whole = { width: video.width, height: video.height };
	const [got] = await grabFrames(shop, clip, [frame], { picture: whole, grey: null, prefix: 'whole' }, job);
	if (!got?.picture) return null;
	const room = Math.round(ROOM * Math.max(place.width, place.height));
	const [x, y] = [Math.max(0, place.x - room), Math.max(0, place.y - room)];
	const width = Math.min(whole.width, place.x + place.width + room) - x;
	const height = Math.min(whole.height, place.y + place.height + room) - y;
	const run = {
		args: [
			...[
				'-y',
				'-f',
				'jpeg_pipe',
				'-i',
				basename(got.picture),
				'-vf',
				`crop=${width}:${height}:${x}:${y}:exact=1`,
			],
			...['-c:v', 'mjpeg', '-pix_fmt', 'yuvj444p', '-q:v', '2', '-f', 'image2', '-update', '1', 'place.jpg'],
		],
		folder: job.folder,
		about: clip.name,
		seconds: decodeDeadline(clip, 1),
		fileBytes: whole.width * whole.height * 4 + LOGO_BYTES,
		signal: job.signal,
	};
	await shop.pool(() => shop.tools.ffmpeg(run), job.signal);
	await rm(got.picture);
	return join(job.folder, 'place.jpg');
}
