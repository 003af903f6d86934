import { checkCopied, checkSegment } from './check.ts';
import type { Plan, Segment } from './plan.ts';
import type { Probe } from './probe.ts';
import { secondsOf } from './rate.ts';
import { RUN_MEMORY, type Piece } from './render.ts';

/** What a second costs against a copied one, for progress and deadlines: measured on 720p, veryfast. */
const COPY_WEIGHT = 0.1;
const ENCODE_WEIGHT = 6;
const HD_PIXELS = 1280 * 720;
/** Bytes a second that x264 may need for noise at crf 18, for each pixel of 720p. */
const MOST_BYTES_A_SECOND = 30e6;
const SPARE_BYTES = 64 * 1024 * 1024;

/**
 * A run that encodes takes so many bytes of memory for each pixel of the film (x264's frames) and of each clip that is
 * decoded. Measured with ffmpeg 5.1 in 1080p: 155 MB and 33 MB.
 */
const MEMORY_A_FILM_PIXEL = 75;
const MEMORY_A_CLIP_PIXEL = 16;

type Size = { width: number; height: number };
const pixels = ({ width, height }: Size) => width * height;

/** What it costs at most to encode so many seconds of a film out of these clips: see Piece. */
export function encodingCost(film: Size, seconds: number, clips: Probe[]): Pick<Piece, 'weight' | 'bytes' | 'memory'> {
	const size = Math.max(1, pixels(film) / HD_PIXELS);
	const sum = (part: (clip: Probe) => number) => clips.reduce((total, clip) => total + part(clip), 0);
	return {
		weight: ENCODE_WEIGHT * size,
		bytes: SPARE_BYTES + sum(({ bytes }) => bytes) + seconds * MOST_BYTES_A_SECOND * size,
		memory:
			RUN_MEMORY +
			MEMORY_A_FILM_PIXEL * pixels(film) +
			MEMORY_A_CLIP_PIXEL * sum(({ video }) => pixels(video!.stored)),
	};
}

/** A segment of the plan as something to be made: what it costs at most, and how to tell that it is right. */
export function pieceOf(segment: Segment, plan: Plan): Piece {
	const { key, recipe, clips, how, copiedFrom, frames, hidden } = segment;
	const { target } = plan;
	const seconds = secondsOf(frames, target.rate);
	const about = clips.map((index) => plan.clips[index]!.name).join(' and ') || 'a title card';
	const probes = clips.map((index) => plan.clips[index]!.source.probe);
	return {
		key,
		recipe,
		about,
		seconds,
		...encodingCost(target, seconds, probes),
		...(how === 'copied' && { weight: COPY_WEIGHT, memory: RUN_MEMORY }),
		target: how === 'encoded' ? target : null,
		check: async (path, origin) => {
			// The joiner looks at every frame that it copies.
			if (origin === 'kept') return;
			await checkSegment(path, segment, target, about);
			const source = plan.clips[clips[0] ?? -1]?.source;
			if (copiedFrom && source)
				await checkCopied(path, { path: source.path, from: copiedFrom }, frames + hidden, about);
		},
	};
}
