import { copyFile } from 'node:fs/promises';
import { Fault } from '../base/errors.ts';
import type { Cache } from './cache.ts';
import type { Tools } from './ffmpeg.ts';
import { frameAt, framesOf, undecodable, within, type Clip } from './inspect/clip.ts';
import { bestOf, type Grey } from './inspect/goodness.ts';
import { grabFrames, type Grabbed } from './inspect/grab.ts';
import { framesIn } from './rate.ts';
import type { Picture } from './picture.ts';
import type { Pool } from './pool.ts';
import type { Probe } from './probe.ts';

/** Width of a thumbnail where none is asked for; never larger than the picture. */
const WIDTH = 640;
/** Frames are chosen from the beginning of a film: so many seconds of it, four a second, 120 at most. */
const LOOK_SECONDS = 120;
const LOOKS_A_SECOND = 4;
const MOST_LOOKS = 120;
/** Longer side of the grey pictures that they are chosen by. */
const GREY_SIDE = 160;

type Kitchen = { tools: Tools; cache: Cache };

export type ThumbnailOptions = {
	signal: AbortSignal;
	/** The frame on screen at this second, the last one where it is later; the best picture where left out. */
	at?: number;
	/** In pixels, 640 where left out; the picture's own width is the most. */
	width?: number;
	/** What errors call the file; `the file` where left out. */
	name?: string;
};

/**
 * Writes a JPEG of a clip or a picture to `out`: the frame asked for, else the best one: sharp, well exposed, not in
 * motion, never black unless the clip is, which is then shown from its middle. Throws `media` for sound alone and for
 * pictures that do not decode. Runs ffmpeg itself: give it one slot of the pool.
 */
export async function makeThumbnail(
	{ tools, cache }: Kitchen,
	path: string,
	probe: Probe,
	out: string,
	{ signal, at, width = WIDTH, name = 'the file' }: ThumbnailOptions,
): Promise<void> {
	const { video } = probe;
	if (!video)
		throw new Fault('media', `${name} is sound alone: there is no picture of it`, {
			hint: 'Give a video or a picture.',
		});
	const frames = at === undefined || probe.kind === 'picture' ? candidates(probe, video) : [frameAt(at, video)];
	const clip: Clip = { id: '', path, name, probe };
	const scratch = await cache.scratch();
	// The caller holds a slot of the pool already; asking for another would wait for itself.
	const here: Pool = (work) => work();
	try {
		const options = { picture: sized(video, width), grey: within(video, GREY_SIDE), prefix: 'look' };
		const job = { folder: scratch, signal };
		const grab = (wanted: number[]) => grabFrames({ tools, pool: here }, clip, wanted, options, job);
		const grabbed = (await grab(frames)).filter(({ picture }) => picture);
		const chosen = choose(grabbed) ?? choose(await grab([Math.floor((framesOf(video) - 1) / 2)]));
		if (!chosen?.picture) throw undecodable(name);
		await copyFile(chosen.picture, out);
	} finally {
		await cache.drop(scratch);
	}
}

/** The frames looked at, evenly spread over the beginning of the film. */
function candidates({ kind }: Probe, video: Picture): number[] {
	if (kind === 'picture') return [0];
	const frames = Math.min(framesOf(video), framesIn(LOOK_SECONDS, video.rate));
	const seconds = Math.min(LOOK_SECONDS, video.seconds);
	const count = Math.max(1, Math.min(frames, MOST_LOOKS, Math.ceil(seconds * LOOKS_A_SECOND)));
	return Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * frames) / count));
}

/** The best of them; the middle one where none shows anything, undefined where there is none. */
function choose(grabbed: Grabbed[]): Grabbed | undefined {
	const greys = grabbed.flatMap(({ grey }): Grey[] => (grey ? [grey] : []));
	if (greys.length !== grabbed.length) return grabbed[0];
	const { index, good } = bestOf(greys);
	return grabbed[good > 0 ? index : Math.floor((grabbed.length - 1) / 2)];
}

function sized(video: Picture, width: number): { width: number; height: number } {
	const own = Math.min(width, Math.max(2, video.width));
	return { width: own, height: Math.max(2, Math.round((own * video.height) / video.width / 2) * 2) };
}
