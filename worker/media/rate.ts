/** Frames a second as an exact fraction: 30000/1001 is no decimal number. */
export type Rate = { n: number; d: number };

/** Samples a second of the film's sound, and of every piece of it on the way. */
export const SAMPLE_RATE = 48_000;
/** AAC-LC packs so many samples into a frame (ISO/IEC 14496-3 §4.5.1.1). */
export const AAC_FRAME = 1024;

/**
 * Reads `24`, `24/1` or `30000/1001` in lowest terms; null where it is no rate above zero. ffprobe writes `0/0` for
 * a stream that has none.
 */
export function readRate(text: string | undefined): Rate | null {
	const [, n, d] = /^(\d+)(?:\/(\d+))?$/.exec(text ?? '') ?? [];
	return n ? makeRate(Number(n), Number(d ?? 1)) : null;
}

/** The fraction n/d in lowest terms; null unless both are whole numbers above zero. */
export function makeRate(n: number, d: number): Rate | null {
	if (!Number.isSafeInteger(n) || !Number.isSafeInteger(d) || n <= 0 || d <= 0) return null;
	const common = greatestDivisor(n, d);
	return { n: n / common, d: d / common };
}

/** The rate as text, say `24/1`: what the contract and ffmpeg's options take. */
export const rateText = ({ n, d }: Rate): string => `${n}/${d}`;

/** Whether two rates are exactly the same. */
export const sameRate = (a: Rate, b: Rate): boolean => a.n * b.d === b.n * a.d;

/** How long that many frames last, in seconds. */
export const secondsOf = (frames: number, rate: Rate): number => (frames * rate.d) / rate.n;

/** The whole number of frames nearest to that many seconds. */
export const framesIn = (seconds: number, rate: Rate): number => Math.round((seconds * rate.n) / rate.d);

/** The unit `frame` begins at, of units counted `perSecond` times a second, rounded to the nearest: exact at any length. */
export function unitAt(frame: number, rate: Rate, perSecond: number): number {
	const dividend = BigInt(frame) * BigInt(rate.d) * BigInt(perSecond);
	const divisor = BigInt(rate.n);
	return Number((2n * dividend + divisor) / (2n * divisor));
}

/** The sample at which `frame` begins. */
export const sampleAt = (frame: number, rate: Rate): number => unitAt(frame, rate, SAMPLE_RATE);

/**
 * The time units of a film's picture track: `scale` units a second, `ticks` units a frame, both whole. The rate's
 * numerator doubled until it passes 10000, as ffmpeg's mp4 muxer chooses it (12288 for 24 a second).
 */
export function timescaleFor(rate: Rate): { scale: number; ticks: number } {
	let factor = 1;
	while (rate.n * factor < 10_000) factor *= 2;
	return { scale: rate.n * factor, ticks: rate.d * factor };
}

function greatestDivisor(a: number, b: number): number {
	return b === 0 ? a : greatestDivisor(b, a % b);
}
