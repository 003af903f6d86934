import type { Track } from './boxes.ts';
import { makeRate, type Rate } from './rate.ts';

/**
 * The frames of a track whose picture is shown at one constant rate from first to last sample, nothing cut away by
 * its edit list. `order[k]` is the place on screen of the k-th sample of the file.
 */
export type ConstantFrames = { rate: Rate; timescale: number; ticks: number; order: Uint32Array; delay: number };

/**
 * Reads a track as constant frames; answers with the reason, as half a sentence, where it is not. Durations must be
 * equal but for the last one, composition times must be a permutation of the frames, and an edit list must hold one
 * edit of rate 1 that shows everything.
 */
export function constantFrames(track: Track, movieTimescale: number): ConstantFrames | string {
	const count = track.sizes.length;
	if (!count) return 'its samples are not listed';
	const ticks = track.durations[0]?.[1] ?? 0;
	const rate = makeRate(track.timescale, ticks);
	if (!rate) return 'its frames have no duration';
	if (![track.durations, track.offsets].every((runs) => !runs.length || countOf(runs) === count))
		return 'its tables do not list a time for each frame';
	if (!evenSteps(track.durations, count)) return 'its frame rate varies';
	const times = compositionTimes(track, count, ticks);
	const first = times.reduce((least, time) => Math.min(least, time), Infinity);
	const order = new Uint32Array(count);
	const seen = new Uint8Array(count);
	let delay = 0;
	for (let sample = 0; sample < count; sample++) {
		const place = (times[sample]! - first) / ticks;
		if (!Number.isInteger(place) || place >= count || seen[place]) return 'its frame rate varies';
		order[sample] = place;
		seen[place] = 1;
		delay = Math.max(delay, sample - place);
	}
	const hidden = hidesFrames(track, movieTimescale, first, count * ticks);
	return hidden ?? { rate, timescale: track.timescale, ticks, order, delay };
}

/**
 * When each frame of a track is shown, in the order of showing, in units of its timescale from the first one on; also
 * where the steps are uneven.
 */
export function showingTimes({ sizes, durations, offsets }: Track): Float64Array {
	const shownLater = valuesOf(offsets, sizes.length);
	let decoded = 0;
	const times = valuesOf(durations, sizes.length).map((duration, sample) => {
		const shown = decoded + shownLater[sample]!;
		decoded += duration;
		return shown;
	});
	times.sort();
	const first = times[0] ?? 0;
	return times.map((time) => time - first);
}

/** A value for each sample out of runs of equal ones; 0 where they say nothing. */
export function valuesOf(runs: [count: number, value: number][], samples: number): Float64Array {
	const values = new Float64Array(samples);
	let sample = 0;
	for (const [count, value] of runs) {
		values.fill(value, sample, sample + count);
		sample += count;
	}
	return values;
}

const countOf = (runs: [number, number][]) => runs.reduce((sum, [run]) => sum + run, 0);

/** One duration for all samples; the last sample's may differ, because no frame follows it. */
function evenSteps(durations: [number, number][], count: number): boolean {
	const [first, last] = [durations[0]!, durations.at(-1)!];
	return durations.length === 1 || (durations.length === 2 && last[0] === 1 && first[0] === count - 1);
}

const compositionTimes = ({ offsets }: Track, count: number, ticks: number): Float64Array =>
	valuesOf(offsets, count).map((offset, sample) => sample * ticks + offset);

/** What an edit list hides, as half a sentence; null where all frames are shown once and at their own speed. */
function hidesFrames(track: Track, movieTimescale: number, first: number, length: number): string | null {
	const edits = track.edits.filter(({ mediaTime }) => mediaTime !== -1);
	if (!edits.length) return null;
	const [edit] = edits;
	if (edits.length > 1 || track.edits.at(-1) !== edit || edit!.rate !== 1) return 'its edit list rearranges it';
	if (edit!.mediaTime > first) return 'its edit list hides its beginning';
	const shown = (edit!.duration / movieTimescale) * track.timescale;
	const slack = length / track.sizes.length / 2;
	return edit!.duration > 0 && shown + slack < length ? 'its edit list hides its end' : null;
}

/**
 * The closed prefixes among `order`: every count k for which the first k samples of the file are exactly the frames
 * 0 to k-1 on screen. At these a copy may end, because no frame before refers to one behind.
 */
export function closedPrefixes(order: Uint32Array): number[] {
	const closed = [];
	let highest = -1;
	for (let sample = 0; sample < order.length; sample++) {
		highest = Math.max(highest, order[sample]!);
		if (highest === sample) closed.push(sample + 1);
	}
	return closed;
}
