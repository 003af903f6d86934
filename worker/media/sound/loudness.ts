import { stat } from 'node:fs/promises';
import { integrated, openMeter, FULL_SCALE } from './meter.ts';
import { mix } from './mix.ts';
import { openPeakMeter } from './peak.ts';
import { SAMPLE_BYTES } from './pieces.ts';
import { decibelsOf } from './envelope.ts';

/** Loudness in LUFS, true peak in dBTP (null for silence, loudness also for less than 0.4 s), samples at full scale. */
export type Measured = { integrated: number | null; truePeak: number | null; clipped: number };

/** The highest value that 16-bit sound has. */
const HIGHEST = 32_767;

/**
 * Measures a file of 16-bit stereo at 48 kHz by ITU-R BS.1770-4, of its first `samples` samples or all of them. It is
 * read in blocks, so memory is the same for any length but for 3 MB an hour. Throws the signal's reason.
 */
export async function measurePcm(path: string, signal: AbortSignal, samples?: number): Promise<Measured> {
	const length = samples ?? Math.floor((await stat(path)).size / SAMPLE_BYTES);
	const [meter, peak] = [openMeter(length), openPeakMeter()];
	let clipped = 0;
	const layers = [{ path, start: 0, samples: length, fadeIn: 0, fadeOut: 0 }];
	for await (const { block, at, length: count } of mix([{ layers, gain: null }], { from: 0, to: length }, signal)) {
		meter.push(block, at, count);
		peak.push(block, count);
		for (let n = 0; n < count * 2; n++) if (block[n]! >= HIGHEST || block[n]! <= -HIGHEST) clipped++;
	}
	peak.end();
	return { integrated: integrated(meter.energy), truePeak: truePeakOf(peak.take()), clipped };
}

/** A peak in the unit of 16-bit sound as dBTP; null for silence. */
export const truePeakOf = (value: number): number | null => (value ? decibelsOf(value / FULL_SCALE) : null);
