import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { hashOf } from '../key.ts';
import { AAC_FRAME } from '../rate.ts';
import type { Treatment } from './limit.ts';
import { CELL } from './meter.ts';
import { BLOCK, GRID, type Bus, type Layer, type Range } from './mix.ts';

/**
 * A stretch of the film's sound that is encoded, measured and cached by itself. `from` and `to` are the samples that
 * are measured in it; `frames` the AAC frames that the film takes from it, counted in the whole film.
 */
export type Section = Range & {
	frames: Range;
	/** What its sound depends on: its own samples, and those that an encoder and a meter hear before and behind. */
	around: Range;
};

/** Counts up when the same section would sound otherwise. */
const SECTIONS = 2;
const FRAMES_A_BLOCK = BLOCK / AAC_FRAME;
/**
 * A section is 1.6 s. Veo's clips of 8 s are exactly five of them, so a film whose clips change places finds nearly all
 * its sections again. The first one is shorter: then borders keep away from the joints of such clips, and a changed
 * clip touches one section less.
 */
const BLOCKS = 5;
const FIRST_BLOCKS = 3;
/** A block on each side, 0.32 s: an encoder has settled by then, and so have the meter's filters. */
const MARGIN = BLOCK;
/** A last section shorter than a block belongs to the one before. */
const LEAST_FRAMES = FRAMES_A_BLOCK;

/** AAC frames that hold so many samples: one more than their number, because each is heard over two. */
export const framesFor = (samples: number): number => Math.ceil(samples / AAC_FRAME) + 1;

/** Cuts a film's sound of so many samples into sections. */
export function sectionsOf(samples: number): Section[] {
	const frames = framesFor(samples);
	const borders = [0];
	for (let at = FIRST_BLOCKS * FRAMES_A_BLOCK; at <= frames - LEAST_FRAMES; at += BLOCKS * FRAMES_A_BLOCK)
		borders.push(at);
	return borders.map((border, index): Section => {
		const end = borders[index + 1];
		const from = border * AAC_FRAME;
		const to = end === undefined ? samples : end * AAC_FRAME;
		const around = { from: Math.max(0, from - MARGIN), to: Math.min(samples, to + MARGIN) };
		return { from, to, frames: { from: border, to: end ?? frames }, around };
	});
}

/**
 * The content address of a section: every sample of every layer in and around it, with its gains, and how it is treated
 * and encoded. It does not tell where in the film it stands, so it is found again when clips before it come and go.
 */
export function addressOf(
	buses: Bus[],
	{ from, to, around }: Section,
	how: { treatment: Pick<Treatment, 'gainDb' | 'held'> | null; encoder: string[] | null },
	engine: string,
): string {
	const { treatment, encoder } = how;
	const content = {
		sections: SECTIONS,
		place: [from - around.from, to - from, around.to - to],
		buses: buses.map(({ layers, gain }) => ({
			layers: layers.flatMap((layer) => heardOf(layer, around)),
			gain: gain && digest(pointsOf(gain, around, GRID)),
		})),
		gainDb: treatment?.gainDb ?? null,
		held: treatment?.held ? digest(pointsOf(treatment.held, around, CELL)) : null,
		encoder,
	};
	return hashOf(content, engine);
}

/** What a range hears of a layer; its file's name is the address of its content. */
function heardOf({ path, start, samples, fadeIn, fadeOut }: Layer, range: Range): [string, ...number[]][] {
	const [from, to] = [Math.max(range.from, start), Math.min(range.to, start + samples)];
	if (from >= to) return [];
	const rises = from - start < fadeIn;
	const falls = start + samples - to < fadeOut;
	const fades = [rises ? fadeIn : 0, falls ? fadeOut : 0, falls ? start + samples - from : 0];
	return [[basename(path), from - start, from - range.from, to - from, ...fades]];
}

/** Points of a curve from one end of a range to the other. */
const pointsOf = (curve: Float32Array, { from, to }: Range, step: number) =>
	curve.subarray(from / step, Math.ceil(to / step) + 1);

const digest = (points: Float32Array) =>
	createHash('sha256')
		.update(new Uint8Array(points.buffer, points.byteOffset, points.byteLength))
		.digest('hex');
