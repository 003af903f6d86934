import { open } from 'node:fs/promises';
import { factorOf } from './envelope.ts';
import { applyTreatment, stepped, treat, type Treatment } from './limit.ts';
import { truePeakOf } from './loudness.ts';
import { CELL, FULL_SCALE, integrated } from './meter.ts';
import { BLOCK, mix, type Bus, type Range } from './mix.ts';
import { openPeakMeter } from './peak.ts';

/** A stretch of what the buses give together. */
export type Mix = Range & { buses: Bus[] };
export type Job = { signal: AbortSignal; progress: (share: number) => void };

/** Gain beyond the plain difference: what most films need, and the most that is ever tried. */
const USUAL_EXTRA = 3;
const MOST_EXTRA = 30;
/** Where peaks stand in the way the last tenths would cost most of that gain; so many LU are left to them. */
const LEFT_TO_PEAKS = 0.4;
/** Peaks are known this far below what is needed, for a ceiling that has to be lowered a little. */
const SPARE = 2;
const [HIGHEST, LOWEST] = [FULL_SCALE - 1, -FULL_SCALE];
const { floor } = Math;

/**
 * Plans gain and limiting for a mix that was measured from first to last sample. The peaks' places are sought only where
 * there are peaks to be held, and kept for the next call, which may ask for another target or ceiling.
 */
export function openMaster(made: Mix, heard: { energy: Float32Array; peak: number }, signal: AbortSignal) {
	let known: { floor: number; peaks: Float32Array } = { floor: Infinity, peaks: new Float32Array(0) };
	const peaksAbove = async (floor: number) => {
		if (floor < known.floor) known = { floor, peaks: await findPeaks(made, floor - SPARE, signal) };
		return known.peaks;
	};
	const before = integrated(heard.energy)!;
	const truePeak = truePeakOf(heard.peak)!;
	return async (target: number, ceiling: number): Promise<Treatment> => {
		const gainDb = stepped(target - before);
		if (truePeak + gainDb <= ceiling) return { gainDb, held: null, short: 0 };
		const attempt = async (extra: number, aim: number) =>
			treat(heard.energy, await peaksAbove(ceiling - gainDb - extra), {
				before,
				target: aim,
				least: gainDb,
				ceiling,
				extra,
			});
		const usual = await attempt(USUAL_EXTRA, target);
		if (usual.short === 0) return usual;
		const most = await attempt(MOST_EXTRA, target - LEFT_TO_PEAKS);
		return { ...most, short: most.short === 0 ? LEFT_TO_PEAKS : null };
	};
}

/** Each cell's true peak as a factor of full scale, where it is above `floor` dB; 0 elsewhere. */
async function findPeaks({ buses, from, to }: Mix, floor: number, signal: AbortSignal): Promise<Float32Array> {
	const peaks = new Float32Array(Math.ceil((to - from) / CELL));
	const meter = openPeakMeter(factorOf(floor) * FULL_SCALE, (sample, value) => {
		const cell = Math.floor(sample / CELL);
		if (value > peaks[cell]! * FULL_SCALE) peaks[cell] = value / FULL_SCALE;
	});
	for await (const { block, length } of mix(buses, { from, to }, signal)) meter.push(block, length);
	meter.end();
	return peaks;
}

/**
 * Writes a mix as 16-bit stereo, treated or as it is; what passes full scale is held there. `also` hears each block
 * before it is rounded.
 */
export async function writeMix(
	{ buses, from, to }: Mix,
	out: string,
	treatment: Pick<Treatment, 'gainDb' | 'held'> | null,
	{ signal, progress }: Job,
	also: (block: Float64Array, at: number, length: number) => void = () => undefined,
): Promise<void> {
	const pcm = new Int16Array(BLOCK * 2);
	const film = await open(out, 'w');
	try {
		for await (const { block, at, length } of mix(buses, { from, to }, signal)) {
			if (treatment) applyTreatment(block, at, length, treatment);
			also(block, at, length);
			for (let n = 0; n < length * 2; n++) {
				const value = block[n]!;
				pcm[n] = value > HIGHEST ? HIGHEST : value < LOWEST ? LOWEST : floor(value + 0.5);
			}
			await film.writeFile(new Uint8Array(pcm.buffer, 0, length * 4));
			progress((at + length - from) / (to - from));
		}
	} finally {
		await film.close();
	}
}
