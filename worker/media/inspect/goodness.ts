/** A grey picture, one byte a pixel. */
export type Grey = { pixels: Uint8Array; width: number; height: number };

/** Luma below this counts as black, as in ffmpeg's blackframe. */
const BLACK = 32;
/** Exposure: fully good between these means, worthless outside the outer ones. */
const [DARKEST, DARK, LIGHT, LIGHTEST] = [12, 70, 190, 250];
/** Distance of the 95th from the 5th percentile from which a picture has all the contrast it needs. */
const CONTRAST = 110;
/** Share of black pixels above which a picture shows nothing. */
const ALL_BLACK = 0.8;
/** Mean step from pixel to pixel from which a picture is certainly sharp; a blurred one has 2 to 4. */
const SHARP = 12;

/**
 * How good a picture of something this is, 0 to 1: sharp (steps from pixel to pixel), well exposed and of some
 * contrast. 0 for black ones. Meant to compare frames of one clip at one size, 160 pixels wide or more.
 */
export function goodness(grey: Grey): number {
	const histogram = new Uint32Array(256);
	for (const value of grey.pixels) histogram[value]!++;
	const total = grey.pixels.length;
	if (shareBelow(histogram, BLACK, total) > ALL_BLACK) return 0;
	const mean = histogram.reduce((sum, count, value) => sum + count * value, 0) / total;
	const contrast = Math.min(1, (percentile(histogram, 0.95, total) - percentile(histogram, 0.05, total)) / CONTRAST);
	return exposure(mean) * contrast * Math.sqrt(Math.min(1, sharpness(grey) / SHARP));
}

/** Mean difference from its nearer neighbour, in grey levels, at which a frame counts half: it moves, so it is blurred. */
const MOVING = 12;

/** Which of these frames of one clip, in their order, is the best picture: good in itself, and not in motion. */
export function bestOf(greys: Grey[]): { index: number; good: number } {
	const steps = greys.map((grey, index) => (index ? difference(greys[index - 1]!, grey) : Infinity));
	let best = { index: 0, good: -1 };
	for (const [index, grey] of greys.entries()) {
		const moved = Math.min(steps[index]!, steps[index + 1] ?? Infinity);
		const good = goodness(grey) / (1 + (Number.isFinite(moved) ? moved : 0) / MOVING);
		if (good > best.good) best = { index, good };
	}
	return best;
}

function difference(a: Grey, b: Grey): number {
	let sum = 0;
	for (let at = 0; at < a.pixels.length; at++) sum += Math.abs(a.pixels[at]! - b.pixels[at]!);
	return sum / a.pixels.length;
}

/** Mean absolute step from a pixel to its right and lower neighbour. */
export function sharpness({ pixels, width, height }: Grey): number {
	let sum = 0;
	for (let y = 0; y + 1 < height; y++) {
		for (let x = 0, at = y * width; x + 1 < width; x++, at++)
			sum += Math.abs(pixels[at]! - pixels[at + 1]!) + Math.abs(pixels[at]! - pixels[at + width]!);
	}
	return sum / (2 * Math.max(1, (width - 1) * (height - 1)));
}

const ramp = (value: number, from: number, to: number) => Math.max(0, Math.min(1, (value - from) / (to - from)));
const exposure = (mean: number) => Math.min(ramp(mean, DARKEST, DARK), ramp(mean, LIGHTEST, LIGHT));

const shareBelow = (histogram: Uint32Array, value: number, total: number) =>
	histogram.subarray(0, value).reduce((sum, count) => sum + count, 0) / total;

function percentile(histogram: Uint32Array, share: number, total: number): number {
	let seen = 0;
	for (let value = 0; value < 256; value++) {
		seen += histogram[value]!;
		if (seen >= share * total) return value;
	}
	return 255;
}
