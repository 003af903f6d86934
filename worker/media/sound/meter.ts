import { SAMPLE_RATE } from '../rate.ts';

/** Samples of one cell of a measurement: 5 ms. */
export const CELL = 240;
/** Full scale of 16-bit sound, the unit of blocks. */
export const FULL_SCALE = 32_768;

/** Cells a second; a gating block of 0.4 s and the 0.1 s it moves on by (ITU-R BS.1770-4 annex 1). */
const CELLS_A_SECOND = SAMPLE_RATE / CELL;
const GATING_CELLS = 0.4 * CELLS_A_SECOND;
const STEP_CELLS = 0.1 * CELLS_A_SECOND;
const ABSOLUTE_GATE = -70;
const RELATIVE_GATE = -10;
const OFFSET = -0.691;

/** Coefficients at 48 kHz of the head's shelf and of the low cut (ITU-R BS.1770-4 annex 1, tables 1 and 2). */
const SHELF = { b: [1.53512485958697, -2.69169618940638, 1.19839281085285], a: [-1.69065929318241, 0.73248077421585] };
const LOW_CUT = { a: [-1.99004745483398, 0.99007225036621] };
/** What rings on below this in a filter is silence; without it processors count on in slow denormal numbers. */
const SILENCE = 1e-12;

/** Takes blocks of stereo in order; `energy` holds, for each cell, the mean square of the weighted channels added up. */
export type Meter = { energy: Float32Array; push(block: Float64Array, at: number, length: number): void };

/** A meter of K-weighted energy for `samples` samples of stereo at 48 kHz: 5 ms a cell, 3 MB an hour. */
export function openMeter(samples: number): Meter {
	const energy = new Float32Array(Math.ceil(samples / CELL));
	const channels = [0, 1].map(() => new Float64Array(4));
	return {
		energy,
		push(block, at, length) {
			for (const [offset, state] of channels.entries()) weigh(block, offset, length, state, energy, at);
		},
	};
}

/** Both filters in transposed form; the four values of `state` are their memory. */
function weigh(
	block: Float64Array,
	offset: number,
	length: number,
	state: Float64Array,
	energy: Float32Array,
	at: number,
): void {
	const [b0, b1, b2] = SHELF.b as [number, number, number];
	const [a1, a2] = SHELF.a as [number, number];
	const [c1, c2] = LOW_CUT.a as [number, number];
	let [s1, s2, h1, h2] = state as unknown as [number, number, number, number];
	for (let first = 0; first < length;) {
		const cell = Math.floor((at + first) / CELL);
		const end = Math.min(length, (cell + 1) * CELL - at);
		let sum = 0;
		for (let n = first; n < end; n++) {
			const x = block[n * 2 + offset]!;
			const y = b0 * x + s1;
			s1 = b1 * x - a1 * y + s2;
			s2 = b2 * x - a2 * y;
			const z = y + h1;
			h1 = -2 * y - c1 * z + h2;
			h2 = y - c2 * z;
			sum += z * z;
		}
		energy[cell]! += sum / (CELL * FULL_SCALE * FULL_SCALE);
		first = end;
	}
	for (const [index, value] of [s1, s2, h1, h2].entries()) state[index] = Math.abs(value) < SILENCE ? 0 : value;
}

/** Loudness of a mean square in LUFS. */
export const loudnessOf = (energy: number): number => OFFSET + 10 * Math.log10(energy);

/**
 * Integrated loudness in LUFS of the cells of a meter, each times `gain` squared (ITU-R BS.1770-4: blocks of 0.4 s
 * every 0.1 s, none below −70 LUFS, none 10 LU below what the others give). Null for less than 0.4 s and for silence.
 */
export function integrated(energy: Float32Array, gain?: (cell: number) => number): number | null {
	const steps = Math.floor(energy.length / STEP_CELLS);
	const step = new Float64Array(steps);
	for (let at = 0; at < steps; at++)
		for (let cell = at * STEP_CELLS; cell < (at + 1) * STEP_CELLS; cell++)
			step[at]! += energy[cell]! * (gain ? gain(cell) ** 2 : 1);
	const each = GATING_CELLS / STEP_CELLS;
	const blocks = Array.from({ length: Math.max(0, steps - each + 1) }, (_, at) => {
		let sum = 0;
		for (let n = at; n < at + each; n++) sum += step[n]!;
		return sum / GATING_CELLS;
	});
	const loud = blocks.filter((block) => loudnessOf(block) > ABSOLUTE_GATE);
	if (!loud.length) return null;
	const gate = loudnessOf(mean(loud)) + RELATIVE_GATE;
	return loudnessOf(mean(loud.filter((block) => loudnessOf(block) > gate)));
}

const mean = (values: number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
