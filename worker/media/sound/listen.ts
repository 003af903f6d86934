import { CELL, FULL_SCALE, openMeter } from './meter.ts';
import type { Range } from './mix.ts';
import { openPeakMeter } from './peak.ts';
import type { Section } from './sections.ts';

/** What is heard in a section: the energy of each of its cells, its highest value, and how many pass full scale. */
export type Heard = { energy: Float32Array; peak: number; clipped: number };

/** What rounds to more than the highest value of 16 bits, and to less than the lowest. */
const [ABOVE, BELOW] = [FULL_SCALE - 0.5, -FULL_SCALE - 0.5];

/**
 * Listens to the blocks of a range and tells the sections in it apart; they stand end to end. What comes before the
 * first and behind the last only lets the filters swing in.
 */
export function openListener(range: Range, sections: Section[]) {
	const [meter, peak] = [openMeter(range.to - range.from), openPeakMeter()];
	const peaks = new Float64Array(sections.length);
	const clipped = new Float64Array(sections.length);
	let current = 0;
	return {
		push(block: Float64Array, at: number, length: number): void {
			if (at === sections[current]?.to) peaks[current++] = peak.take();
			if (at === sections[0]!.from) peak.take();
			meter.push(block, at - range.from, length);
			peak.push(block, length);
			if (current < sections.length && at >= sections[0]!.from) clipped[current]! += passing(block, length);
		},
		/** Ends the listening; one answer for each section. */
		end(): Heard[] {
			peak.end();
			if (current < sections.length) peaks[current] = peak.take();
			return sections.map(({ from, to }, index) => ({
				energy: meter.energy.slice((from - range.from) / CELL, Math.ceil((to - range.from) / CELL)),
				peak: peaks[index]!,
				clipped: clipped[index]!,
			}));
		},
	};
}

/** Samples that pass full scale once they are rounded. */
function passing(block: Float64Array, length: number): number {
	let count = 0;
	for (let n = 0; n < length * 2; n++) if (block[n]! >= ABOVE || block[n]! < BELOW) count++;
	return count;
}

/** All sections as one: energy of each of the film's cells, its highest value, and how many values pass full scale. */
export function together(heard: Heard[]): Heard {
	const energy = new Float32Array(heard.reduce((sum, each) => sum + each.energy.length, 0));
	let [at, peak, clipped] = [0, 0, 0];
	for (const each of heard) {
		energy.set(each.energy, at);
		at += each.energy.length;
		peak = Math.max(peak, each.peak);
		clipped += each.clipped;
	}
	return { energy, peak, clipped };
}
