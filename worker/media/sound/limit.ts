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
const HALVINGS = 12;

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
 * and the peaks tell: the loudness behind a limiter is computed, not tried. Held peaks cost loudness, which up to
 * `extra` dB of gain make up for. Where that does not do, the gain is all of it and `short` is null.
 */
export async function treat(
	energy: Float32Array,
	peaks: Float32Array,
	{ before, target, ceiling, extra }: { before: number; target: number; ceiling: number; extra: number },
): Promise<Treatment> {
	const attempt = async (gainDb: number) => {
		await turn();
		const held = heldDown(peaks, gainDb, ceiling);
		const factor = factorOf(gainDb);
		const loudness = held && integrated(energy, (cell) => (factor * (held[cell]! + held[cell + 1]!)) / 2);
		return { gainDb, held, short: held ? target - (loudness ?? before + gainDb) : target - before - gainDb };
	};
	let low = await attempt(target - before);
	if (low.short <= CLOSE_ENOUGH) return { gainDb: low.gainDb, held: low.held, short: 0 };
	let high = await attempt(low.gainDb + extra);
	if (high.short > CLOSE_ENOUGH) return { gainDb: high.gainDb, held: high.held, short: null };
	for (let n = 0; n < HALVINGS && Math.abs(high.short) > CLOSE_ENOUGH; n++) {
		const middle = await attempt((low.gainDb + high.gainDb) / 2);
		if (middle.short > 0) low = middle;
		else high = middle;
	}
	return { gainDb: high.gainDb, held: high.held, short: 0 };
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
