import { open } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { SAMPLE_RATE } from '../rate.ts';
import { bridged, factorOf, slewed } from './envelope.ts';
import { integrated, loudnessOf, CELL } from './meter.ts';
import { BLOCK, GRID, gridPoints } from './mix.ts';
import { SAMPLE_BYTES } from './pieces.ts';

/**
 * What steps back is down when the speech begins and takes its time to come back. Syllables come about five a second
 * (Ding et al., Temporal modulations in speech and music, 2017), so a return that is slower than one does not follow
 * them; pauses of readers stay below a second (Campione and Véronis, 2002), so shorter ones do not let it return at all.
 */
const ATTACK = 0.15;
const RELEASE = 0.5;
const PAUSE = 1;
const POINTS_A_SECOND = SAMPLE_RATE / GRID;

/** Speech, in a stretch of 10 ms, is what is above both of these: −60 dB full scale, and 40 dB below its loudest. */
const FLOOR = factorOf(-60) * 32_768;
const BELOW_LOUDEST = factorOf(-40);

/**
 * A clip's own sound makes music step back where it stands out: fully from 6 LU below the clips' integrated loudness
 * on, not at all 14 LU below, around the gate that BS.1770 draws at −10 LU between programme and pause. Below −50 LUFS
 * it never does.
 */
const FULLY = -6;
const NOT_AT_ALL = -14;
const LEAST = -50;
/** Cells that are heard as one: a tenth of a second. */
const SMOOTH_CELLS = SAMPLE_RATE / 10 / CELL;

/** A narration as it lies in the film. */
export type Heard = { path: string; start: number; samples: number };

/**
 * Marks, point for point of the film, where narrations really speak, by their own signal: 1 where they do. Pauses at
 * their beginning and end count for nothing.
 */
export async function speechOf(narrations: Heard[], samples: number, signal: AbortSignal): Promise<Float32Array> {
	const marks = new Float32Array(gridPoints(samples));
	for (const { path, start, samples: length } of narrations) {
		const levels = await levelsOf(path, length, signal);
		const least = Math.max(FLOOR, BELOW_LOUDEST * levels.reduce((most, each) => Math.max(most, each), 0));
		for (const [stretch, level] of levels.entries()) {
			if (level < least) continue;
			const from = Math.floor((start + stretch * GRID) / GRID);
			marks.fill(1, from, Math.min(marks.length, from + 3));
		}
	}
	return marks;
}

/** Root mean square of each 10 ms of a file of PCM. */
async function levelsOf(path: string, samples: number, signal: AbortSignal): Promise<Float32Array> {
	const levels = new Float32Array(Math.ceil(samples / GRID));
	const bytes = Buffer.alloc(BLOCK * SAMPLE_BYTES);
	const file = await open(path);
	try {
		for (let at = 0; at < samples; at += BLOCK) {
			await turn();
			signal.throwIfAborted();
			const { bytesRead } = await file.read(bytes, 0, bytes.length, at * SAMPLE_BYTES);
			const pcm = new Int16Array(bytes.buffer, bytes.byteOffset, bytesRead / 2);
			for (let first = 0; first < pcm.length && at + first / 2 < samples; first += GRID * 2) {
				let sum = 0;
				for (let n = first; n < first + GRID * 2 && n < pcm.length; n++) sum += pcm[n]! * pcm[n]!;
				levels[(at + first / 2) / GRID] = sum / (GRID * 2);
			}
		}
	} finally {
		await file.close();
	}
	return levels.map(Math.sqrt);
}

/**
 * Marks, point for point, how far the clips' own sound stands out, from 0 to 1, by a meter's cells. `counts` tells
 * which samples of the film count.
 */
export function standingOut(energy: Float32Array, samples: number, counts: (sample: number) => boolean): Float32Array {
	const marks = new Float32Array(gridPoints(samples));
	const whole = integrated(energy);
	if (whole === null) return marks;
	for (let point = 0; point < marks.length; point++) {
		if (!counts(point * GRID)) continue;
		const centre = (point * GRID) / CELL;
		const from = Math.max(0, centre - SMOOTH_CELLS / 2);
		const cells = energy.subarray(from, Math.min(energy.length, centre + SMOOTH_CELLS / 2));
		const level = loudnessOf(cells.reduce((sum, each) => sum + each, 0) / SMOOTH_CELLS);
		if (level < LEAST) continue;
		marks[point] = Math.min(1, Math.max(0, (level - whole - NOT_AT_ALL) / (FULLY - NOT_AT_ALL)));
	}
	return marks;
}

/**
 * How far something steps back, from 0 to 1, where `marks` tell how far it is to: fully there when a mark begins, over
 * short pauses, and back slowly.
 */
export function steppedBack(marks: Float32Array): Float32Array {
	return slewed(
		bridged(marks, PAUSE * POINTS_A_SECOND),
		1 / (ATTACK * POINTS_A_SECOND),
		1 / (RELEASE * POINTS_A_SECOND),
	);
}

/** The gain, point for point, of what has the level `baseDb` and steps back by `depthDb`. */
export const duckedGain = (back: Float32Array, baseDb: number, depthDb: number): Float32Array =>
	back.map((share) => factorOf(baseDb - depthDb * share));
