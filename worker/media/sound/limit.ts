import { setImmediate as turn } from 'node:timers/promises';
import { decibelsOf, factorOf, slewed } from './envelope.ts';
import { CELL, integrated } from './meter.ts';

/**
 * Peaks are held down by a gain that falls ahead of them and rises behind: it is down within 5 ms, one cell, as with
 * ffmpeg's own limiter, for 6 dB, and back at 60 dB a second, which is slower than a bass note swings. A clap that was
 * held far down leaves no hole behind: of what is above 6 dB a twentieth comes back in each cell.
 */
const RISE_DB = 6;
const FALL_DB = 0.3;
const FALL_SHARE = 0.05;
const CLOSE_ENOUGH = 0.02;
/**
 * Gains differ by whole steps: a film of which one clip changed is then often given the gain it had, and most of its
 * sound need not be encoded again. Half a step is the error, well within what is promised.
 */
const GAIN_STEP = 0.1;
/** Decibels in whole steps. */
export const stepped = (decibels: number): number => Math.round(decibels / GAIN_STEP) * GAIN_STEP;

/** What is to be done about a programme's loudness. */
export type Treatment = {
	gainDb: number;
	/** Factors, one for each border of cells; null where no peak is held. */
	held: Float32Array | null;
	/** How many LU below the target it is to end; null where peaks do not let it come near. */
	short: number | null;
};

/**
 * The factors that keep a programme below `ceiling` dB after a gain: one for each border between cells, from one to the
 * next in a straight line. `peaks` holds each cell's true peak as a factor of full scale, or 0 where it is too low to
 * matter. Null where nothing is to be held.
 */
export function heldDown(peaks: Float32Array, gainDb: number, ceiling: number): Float32Array | null {
	let any = false;
	const over = new Float32Array(peaks.length + 1);
	const most = factorOf(ceiling - gainDb);
	for (let cell = 0; cell < peaks.length; cell++) {
		if (peaks[cell]! <= most) continue;
		any = true;
		const excess = decibelsOf(peaks[cell]! / most);
		over[cell] = Math.max(over[cell]!, excess);
		over[cell + 1] = Math.max(over[cell + 1]!, excess);
	}
	return any ? slewed(over, RISE_DB, FALL_DB, FALL_SHARE).map((each) => factorOf(-each)) : null;
}

/**
 * Finds the gain that brings a programme to `target` LUFS while its peaks stay below `ceiling` dBTP, from what a meter
 * and the peaks tell: the loudness behind a limiter is computed, not tried. The gain is `least` where no peak is held;
 * held peaks cost loudness, which up to `extra` dB more make up for. Where that does not do, the gain is all of it and
 * `short` is null.
 */
export async function treat(
	energy: Float32Array,
	peaks: Float32Array,
	{
		before,
		target,
		least,
		ceiling,
		extra,
	}: { before: number; target: number; least: number; ceiling: number; extra: number },
): Promise<Treatment> {
	const attempt = async (gainDb: number) => {
		await turn();
		const held = heldDown(peaks, gainDb, ceiling);
		const factor = factorOf(gainDb);
		const loudness = held && integrated(energy, (cell) => (factor * (held[cell]! + held[cell + 1]!)) / 2);
		return { gainDb, held, short: held ? target - (loudness ?? before + gainDb) : target - before - gainDb };
	};
	let low = await attempt(least);
	if (low.short <= CLOSE_ENOUGH) return { gainDb: low.gainDb, held: low.held, short: 0 };
	let high = await attempt(stepped(least + extra));
	if (high.short > CLOSE_ENOUGH) return { gainDb: high.gainDb, held: high.held, short: null };
	for (let [from, to] = [0, Math.round(extra / GAIN_STEP)]; to - from > 1;) {
		const middle = (from + to) >> 1;
		const tried = await attempt(stepped(least + middle * GAIN_STEP));
		if (tried.short > 0) [from, low] = [middle, tried];
		else [to, high] = [middle, tried];
	}
	const { gainDb, held } = Math.abs(low.short) < Math.abs(high.short) ? low : high;
	return { gainDb, held, short: 0 };
}

/** Applies a treatment to a block that begins at sample `at` of the film. */
export function applyTreatment(
	block: Float64Array,
	at: number,
	length: number,
	{ gainDb, held }: Pick<Treatment, 'gainDb' | 'held'>,
): void {
	const factor = factorOf(gainDb);
	for (let first = 0; first < length; first += CELL) {
		const cell = (at + first) / CELL;
		const begin = factor * (held ? held[cell]! : 1);
		const step = held ? (factor * held[cell + 1]! - begin) / CELL : 0;
		const end = Math.min(first + CELL, length);
		for (let n = first; n < end; n++) {
			const each = begin + step * (n - first);
			block[n * 2]! *= each;
			block[n * 2 + 1]! *= each;
		}
	}
}
