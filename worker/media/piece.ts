import { checkCopied, checkSegment } from './check.ts';
import type { Plan, Segment } from './plan.ts';
import { secondsOf } from './rate.ts';
import type { Piece } from './render.ts';

/** What a second costs against a copied one, for progress and deadlines: measured on 720p, veryfast. */
const COPY_WEIGHT = 0.1;
const ENCODE_WEIGHT = 6;
const HD_PIXELS = 1280 * 720;
/** Bytes a second that x264 may need for noise at crf 18, for each pixel of 720p. */
const MOST_BYTES_A_SECOND = 30e6;
const SPARE_BYTES = 64 * 1024 * 1024;

/** A segment of the plan as something to be made: what it costs at most, and how to tell that it is right. */
export function pieceOf(segment: Segment, plan: Plan): Piece {
	const { key, recipe, clips, how, copiedFrom, frames, hidden } = segment;
	const { target } = plan;
	const seconds = secondsOf(frames, target.rate);
	const size = Math.max(1, (target.width * target.height) / HD_PIXELS);
	const about = clips.map((index) => plan.clips[index]!.name).join(' and ') || 'a title card';
	const input = clips.reduce((sum, index) => sum + plan.clips[index]!.source.probe.bytes, 0);
	return {
		key,
		recipe,
		about,
		seconds,
		weight: how === 'copied' ? COPY_WEIGHT : ENCODE_WEIGHT * size,
		bytes: SPARE_BYTES + input + seconds * MOST_BYTES_A_SECOND * size,
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
