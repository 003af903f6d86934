import type { Colour, CopyFacts, Picture } from './picture.ts';
import { rateText, sameRate } from './rate.ts';
import { MOST_DELAY, type FilmTarget } from './target.ts';

/**
 * Why this picture cannot be copied into that film frame by frame, in words for the report; null where it can. Every
 * rule has to hold: what a decoder learns once (size, depth, colour, order of frames) must not change at a joint.
 */
export function whyNotCopied(picture: Picture, target: FilmTarget): string | null {
	const { width, height } = picture.stored;
	if (picture.codec !== 'h264') return `its codec is ${picture.codec}, not h264`;
	if (picture.pixelFormat !== 'yuv420p') return `its pixel format is ${picture.pixelFormat}, not yuv420p`;
	if (picture.interlaced) return 'it is interlaced';
	if (picture.rotation) return `it is turned by ${picture.rotation} degrees`;
	if (!sameRate(picture.pixelAspect, { n: 1, d: 1 })) return 'its pixels are not square';
	if (width !== target.width || height !== target.height)
		return `its size is ${width}x${height}, the film's is ${target.width}x${target.height}`;
	if (picture.uneven) return picture.uneven;
	if (!sameRate(picture.rate, target.rate))
		return `its rate is ${rateText(picture.rate)} frames a second, the film's is ${rateText(target.rate)}`;
	if (!sameColour(picture.colour, target.colour)) return "its colour tags differ from the film's";
	if (!picture.copy) return 'its H.264 is not stored the plain way';
	if (picture.copy.delay > MOST_DELAY) return `its frames are stored ${picture.copy.delay} ahead of their turn`;
	if (!picture.copy.idr.includes(0)) return 'it does not begin with a frame that decodes alone';
	return null;
}

const sameColour = (a: Colour, b: Colour) =>
	a.range === b.range && a.space === b.space && a.transfer === b.transfer && a.primaries === b.primaries;

/**
 * The part of the frames [from, to) that can be copied: from the first IDR picture to the last count of frames that no
 * earlier frame reaches beyond. Null where nothing is left between them.
 */
export function copyableRange(facts: CopyFacts, from: number, to: number): { from: number; to: number } | null {
	const begin = facts.idr.find((frame) => frame >= from);
	const end = facts.closed.findLast((count) => count <= to);
	return begin !== undefined && end !== undefined && end > begin ? { from: begin, to: end } : null;
}

/** Frames of a clip that are copied: shown from `from` to `to`, behind those from `idr` on that they refer to. */
export type HiddenRange = { idr: number; from: number; to: number };

/**
 * The part of the frames [from, to) that can be copied when the frames before it, back to the last IDR picture, come
 * along hidden. Null where that is not possible or more than `most` frames would have to hide.
 */
export function hiddenRange(facts: CopyFacts, from: number, to: number, most: number): HiddenRange | null {
	const idr = facts.idr.findLast((frame) => frame <= from);
	const begin = facts.closed.find((count) => count >= from && count > (idr ?? 0));
	const end = facts.closed.findLast((count) => count <= to);
	if (idr === undefined || begin === undefined || end === undefined || end <= begin) return null;
	return begin - idr <= most ? { idr, from: begin, to: end } : null;
}
