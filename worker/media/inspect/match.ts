import { pressed, type Edges } from './edges.ts';
import { correlate, emptyPlane, transform, type Plane } from './fft.ts';
import { layersOf, templateOf, TEMPLATE_ROOM, type Layers, type LogoPicture, type Template } from './template.ts';

// Looked up once: the loops below run millions of times.
const { abs, ceil, max, round, sqrt } = Math;

/**
 * Where a logo fits best, in pixels of the looked-at picture, and how well: the correlation, 0 to 1, of which `sure` is
 * what counts.
 */
export type Match = { x: number; y: number; width: number; height: number; correlation: number; sure: number };

/** Widths that are tried, as shares of the picture's: a little beyond what anybody puts into a corner. */
const [NARROWEST, WIDEST] = [0.03, 0.4];
const STEP = 1.08;
/** Narrower templates have no shape left. */
const LEAST_PIXELS = 8;
/** A logo that still is this wide and high on a smaller picture is looked for there first, which costs a quarter. */
const [ENOUGH_WIDTH, ENOUGH_HEIGHT] = [24, 8];
/**
 * A logo lower or narrower than this, in pixels of the largest picture, is little more than a line, and lines are
 * everywhere: a wordmark of 26 x 3 pixels fits a film without it by .77. It counts for less then.
 */
const FULL_SHAPE = 8;
/** Edges weaker than this, in grey levels a pixel, are noise. */
const NOISE = 4;
/** Counts as pressed edges' energy in every pixel of a template: flat ground must not match anything. */
const FLOOR = 0.15 ** 2;
/**
 * Places looked at again in the next larger picture, for each width that is tried; fewer of large logos, which are told
 * apart at first sight, so that no width costs more than about this many comparisons of a pixel.
 */
const CANDIDATES = 40;
const LEAST_CANDIDATES = 4;
const MOST_COMPARED = 1.5e6;
/** How well the logo must fit there at first sight. */
const FIRST_SIGHT = 0.35;
/** Around a candidate, widths and places are tried one by one. */
const NEAR_PIXELS = 2;
const NEAR_WIDTHS = [0.97, 1, 1.03];
const NEAREST_WIDTHS = [0.96, 0.98, 0.99, 1, 1.01, 1.02, 1.04];

/**
 * Looks for a logo of any size in the edges that a film's frames have in common: normalised correlation of gradients
 * at every place, by Fourier transform, for widths from 3 to 40 % of the picture. `levels` are the edges of the same
 * picture, the largest first, each half as large as the one before. A width is tried on the smallest one on which the
 * logo has a shape; the places that fit best are looked at again on the larger ones. The sign does not count, because
 * a logo may be darker or lighter than what is behind it. The answer is in pixels of the largest.
 */
export async function matchLogo(
	levels: Edges[],
	logo: LogoPicture,
	breathe: () => Promise<void>,
): Promise<Match | null> {
	const layers = layersOf(logo);
	const fields = levels.map(fieldOf);
	const planes = new Map<Field, Planes>();
	const fine = fields[0]!;
	let best: Match | null = null;
	for (let wide = NARROWEST * fine.width; wide <= WIDEST * fine.width; wide *= STEP) {
		const level = levelFor(wide, layers, fields);
		const field = fields[level]!;
		const template = templateOf(layers, max(LEAST_PIXELS, round((wide * field.width) / fine.width)));
		if (template.width > field.width || template.height > field.height) continue;
		if (!planes.has(field)) planes.set(field, planesOf(field));
		const candidates = bestPlaces(planes.get(field)!, field, template);
		await breathe();
		const found = lookCloser(candidates, level, fields, layers);
		if (found && found.sure > (best?.sure ?? 0)) best = found;
		await breathe();
	}
	if (!best) return null;
	const last = bestNear(fine, sized(layers, best.width, NEAREST_WIDTHS), best, 1);
	return last.sure > best.sure ? last : best;
}

/** Which picture a logo of a width is looked for in first: the second one where it is too small for the others. */
function levelFor(wide: number, logo: Layers, fields: Field[]): number {
	for (let level = fields.length - 1; level > 1; level--) {
		const width = (wide * fields[level]!.width) / fields[0]!.width;
		if (width >= ENOUGH_WIDTH && (width * logo.height) / logo.width >= ENOUGH_HEIGHT) return level;
	}
	return Math.min(1, fields.length - 1);
}

/** Candidates that can be looked at in every width around this one. */
function affordable({ row }: Template): number {
	const compared = row.length * NEAR_WIDTHS.length * (2 * NEAR_PIXELS + 1) ** 2;
	return max(LEAST_CANDIDATES, round(MOST_COMPARED / compared));
}

/** The best of some places found on one picture, looked at on every larger one. */
function lookCloser(candidates: Match[], level: number, fields: Field[], logo: Layers): Match | null {
	let found = candidates;
	for (let next = level; next > 0 && found.length; next--) {
		const [field, scale] = [fields[next - 1]!, fields[next - 1]!.width / fields[next]!.width];
		const templates = new Map<number, Template[]>();
		const closer = found.slice(0, affordable(templateOf(logo, found[0]!.width * scale))).map((candidate) => {
			const { width } = candidate;
			if (!templates.has(width)) templates.set(width, sized(logo, width * scale, NEAR_WIDTHS));
			return bestNear(field, templates.get(width)!, candidate, scale);
		});
		found = closer.sort((a, b) => b.sure - a.sure);
	}
	return found[0] ?? null;
}

const sized = (logo: Layers, width: number, shares: number[]) =>
	shares.map((share) => templateOf(logo, round(width * share)));

/** The transforms of a picture's edges and of their energy, and two planes to work in. */
type Planes = { edges: Plane; energy: Plane; fit: Plane; under: Plane };

function planesOf({ width, height, x, y }: Field): Planes {
	const [edges, energy] = [emptyPlane(width, height), emptyPlane(width, height)];
	for (let row = 0; row < height; row++) {
		for (let column = 0, from = row * width, to = row * edges.width; column < width; column++, from++, to++) {
			edges.re[to] = x[from]!;
			edges.im[to] = y[from]!;
			energy.re[to] = x[from]! ** 2 + y[from]! ** 2;
		}
	}
	transform(edges);
	transform(energy);
	return { edges, energy, fit: emptyPlane(width, height), under: emptyPlane(width, height) };
}

/** Gradients are complex numbers here: the real part of their correlation is the sum of both components' products. */
function bestPlaces({ edges, energy, fit, under }: Planes, field: Edges, template: Template): Match[] {
	for (const values of [fit.re, fit.im, under.re, under.im]) values.fill(0);
	for (let index = 0; index < template.row.length; index++) {
		const to = template.row[index]! * fit.width + template.column[index]!;
		fit.re[to] = template.x[index]!;
		fit.im[to] = template.y[index]!;
		under.re[to] = 1;
	}
	for (const plane of [fit, under]) transform(plane, false, template.height);
	correlate(edges, fit, energy, under);
	transform(fit, true);
	const fits = new Float32Array(field.width * field.height);
	const floor = FLOOR * template.row.length;
	for (let y = 0; y + template.height <= field.height; y++) {
		const [from, to] = [y * fit.width, y * field.width] as const;
		for (let x = 0; x + template.width <= field.width; x++) {
			const around = max(0, fit.im[from + x]!) + floor;
			fits[to + x] = abs(fit.re[from + x]!) / sqrt(around * template.energy);
		}
	}
	return highest(fits, field.width).map((at) =>
		placed({ x: at % field.width, y: Math.floor(at / field.width), correlation: fits[at]! }, template),
	);
}

/** Where the values are higher than all around, the highest first. */
function highest(fits: Float32Array, width: number): number[] {
	const found: number[] = [];
	for (let at = 0; at < fits.length; at++) if (fits[at]! > FIRST_SIGHT && isPeak(fits, at, width)) found.push(at);
	return found.sort((a, b) => fits[b]! - fits[a]!).slice(0, CANDIDATES);
}

/** Beyond the first and the last row there is nothing, and nothing is not higher. */
function isPeak(fits: Float32Array, at: number, width: number): boolean {
	for (const beside of [at, at - width, at + width])
		for (let near = beside - 1; near <= beside + 1; near++) if (fits[near]! > fits[at]!) return false;
	return true;
}

/** A place as the logo's own, without the room around its template. */
function placed({ x, y, correlation }: { x: number; y: number; correlation: number }, template: Template): Match {
	const [width, height] = [template.width - 2 * TEMPLATE_ROOM, template.height - 2 * TEMPLATE_ROOM];
	const shape = Math.min(1, sqrt(Math.min(width, height) / FULL_SHAPE));
	return { x: x + TEMPLATE_ROOM, y: y + TEMPLATE_ROOM, width, height, correlation, sure: correlation * shape };
}

/** The best of some templates around the middle of a candidate, which counts in pixels `scale` times as large. */
function bestNear(field: Field, templates: Template[], near: Match, scale: number): Match {
	let best: Match = { ...near, correlation: 0, sure: 0 };
	const middle = { x: (near.x + near.width / 2) * scale, y: (near.y + near.height / 2) * scale };
	const away = ceil(NEAR_PIXELS * max(1, scale / 2));
	for (const template of templates) {
		const left = round(middle.x - template.width / 2);
		const top = round(middle.y - template.height / 2);
		for (let y = max(0, top - away); y <= top + away && y + template.height <= field.height; y++) {
			for (let x = max(0, left - away); x <= left + away && x + template.width <= field.width; x++) {
				const correlation = correlationAt(field, template, y * field.width + x);
				if (correlation > best.correlation) best = placed({ x, y, correlation }, template);
			}
		}
	}
	return best;
}

/** Edges with the energy of each pixel, flat ground's included. */
type Field = Edges & { energy: Float32Array };

function fieldOf(steady: Edges): Field {
	const edges = pressed(steady, NOISE);
	const energy = edges.x.map((x, at) => x * x + edges.y[at]! ** 2 + FLOOR);
	return { ...edges, energy };
}

function correlationAt({ width, x, y, energy }: Field, template: Template, begin: number): number {
	const { column, row, x: tx, y: ty } = template;
	let [fit, under] = [0, 0];
	for (let index = 0; index < row.length; index++) {
		const at = begin + row[index]! * width + column[index]!;
		fit += x[at]! * tx[index]! + y[at]! * ty[index]!;
		under += energy[at]!;
	}
	return under ? abs(fit) / sqrt(under * template.energy) : 0;
}
