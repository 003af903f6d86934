import { open } from 'node:fs/promises';
import { factorOf } from './envelope.ts';
import { applyTreatment, treat, type Treatment } from './limit.ts';
import { truePeakOf } from './loudness.ts';
import { CELL, FULL_SCALE, integrated, openMeter } from './meter.ts';
import { BLOCK, mix, type Bus } from './mix.ts';
import { openPeakMeter } from './peak.ts';

/** What a mix is: buses for so many samples. */
export type Mix = { buses: Bus[]; samples: number };
/** What was measured of a mix: its loudness and true peak, and each cell's energy. */
export type Heard = { loudness: number | null; truePeak: number | null; energy: Float32Array };
export type Job = { signal: AbortSignal; progress: (share: number) => void };

/** Gain beyond the plain difference: what most films need, and the most that is ever tried. */
const USUAL_EXTRA = 3;
const MOST_EXTRA = 30;
/** Where peaks stand in the way the last tenths would cost most of that gain; so many LU are left to them. */
const LEFT_TO_PEAKS = 0.4;
/** Peaks are known this far below what is needed, for a ceiling that has to be lowered a little. */
const SPARE = 2;
const [HIGHEST, LOWEST] = [FULL_SCALE - 1, -FULL_SCALE];
const { round } = Math;

/** Mixes once and measures; nothing is written. */
export async function measureMix({ buses, samples }: Mix, { signal, progress }: Job): Promise<Heard> {
	const [meter, peak] = [openMeter(samples), openPeakMeter()];
	for await (const { block, at, length } of mix(buses, samples, signal)) {
		meter.push(block, at, length);
		peak.push(block, length);
		progress((at + length) / samples);
	}
	peak.end();
	return { loudness: integrated(meter.energy), truePeak: truePeakOf(peak.most()), energy: meter.energy };
}

/**
 * Plans gain and limiting for a measured mix. The peaks' places are sought only where there are peaks to be held, and
 * kept for the next call, which may ask for another target or ceiling.
 */
export function openMaster(made: Mix, heard: Heard, signal: AbortSignal) {
	let known: { floor: number; peaks: Float32Array } = { floor: Infinity, peaks: new Float32Array(0) };
	const peaksAbove = async (floor: number) => {
		if (floor < known.floor) known = { floor, peaks: await findPeaks(made, floor - SPARE, signal) };
		return known.peaks;
	};
	return async (target: number, ceiling: number): Promise<Treatment> => {
		const before = heard.loudness!;
		const gainDb = target - before;
		if (heard.truePeak! + gainDb <= ceiling) return { gainDb, held: null, short: 0 };
		const attempt = async (extra: number, aim: number) =>
			treat(heard.energy, await peaksAbove(ceiling - gainDb - extra), { before, target: aim, ceiling, extra });
		const usual = await attempt(USUAL_EXTRA, target);
		if (usual.short === 0) return usual;
		const most = await attempt(MOST_EXTRA, target - LEFT_TO_PEAKS);
		return { ...most, short: most.short === 0 ? LEFT_TO_PEAKS : null };
	};
}

/** Each cell's true peak as a factor of full scale, where it is above `floor` dB; 0 elsewhere. */
async function findPeaks({ buses, samples }: Mix, floor: number, signal: AbortSignal): Promise<Float32Array> {
	const peaks = new Float32Array(Math.ceil(samples / CELL));
	const meter = openPeakMeter(factorOf(floor) * FULL_SCALE, (sample, value) => {
		const cell = Math.floor(sample / CELL);
		if (value > peaks[cell]! * FULL_SCALE) peaks[cell] = value / FULL_SCALE;
	});
	for await (const { block, length } of mix(buses, samples, signal)) meter.push(block, length);
	meter.end();
	return peaks;
}

/**
 * Writes a mix as 16-bit stereo, treated or as it is, and tells how many samples passed full scale and were held there.
 * `also` hears each block before it is rounded.
 */
export async function writeMix(
	{ buses, samples }: Mix,
	out: string,
	treatment: Pick<Treatment, 'gainDb' | 'held'> | null,
	{ signal, progress }: Job,
	also: (block: Float64Array, at: number, length: number) => void = () => undefined,
): Promise<{ clipped: number }> {
	const pcm = new Int16Array(BLOCK * 2);
	let clipped = 0;
	const film = await open(out, 'w');
	try {
		for await (const { block, at, length } of mix(buses, samples, signal)) {
			if (treatment) applyTreatment(block, at, length, treatment);
			also(block, at, length);
			for (let n = 0; n < length * 2; n++) {
				const value = round(block[n]!);
				pcm[n] = value > HIGHEST ? HIGHEST : value < LOWEST ? LOWEST : value;
				if (pcm[n] !== value) clipped++;
			}
			await film.writeFile(new Uint8Array(pcm.buffer, 0, length * 4));
			progress((at + length) / samples);
		}
	} finally {
		await film.close();
	}
	return { clipped };
}
