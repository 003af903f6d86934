import { pressed, type Edges } from './edges.ts';
import { correlate, emptyPlane, transform, type Plane } from './fft.ts';
import { layersOf, templateOf, TEMPLATE_ROOM, type LogoPicture, type Template } from './template.ts';

const { abs, sqrt } = Math;

/** Where a logo fits best, in pixels of the looked-at picture, and how well: the correlation, -1 to 1. */
export type Match = { x: number; y: number; width: number; height: number; correlation: number };

/** Widths that are tried, as shares of the picture's: a little beyond what anybody puts into a corner. */
const [NARROWEST, WIDEST] = [0.03, 0.4];
const STEP = 1.08;
/** Narrower templates have no shape left. */
const LEAST_PIXELS = 8;
/** Edges weaker than this, in grey levels a pixel, are noise. */
const NOISE = 4;
/** Counts as pressed edges' energy in every pixel of a template: flat ground must not match anything. */
const FLOOR = 0.15 ** 2;
/** Places looked at again, finer, for each width that is tried; and how well the logo must fit there at first sight. */
const CANDIDATES = 40;
/** Large logos are told apart at first sight: fewer places, so that no width costs more than this many comparisons. */
const MOST_COMPARED = 12e6;
const LEAST_CANDIDATES = 4;
const FIRST_SIGHT = 0.35;
/** Around a candidate, widths and places are tried one by one. */
const NEAR_PIXELS = 2;
const NEAR_WIDTHS = [0.97, 1, 1.03];
const NEAREST_WIDTHS = [0.96, 0.98, 0.99, 1, 1.01, 1.02, 1.04];

/**
 * Looks for a logo of any size in the edges that a film's frames have in common: normalised correlation of gradients
 * at every place, by Fourier transform, for widths from 3 to 40 % of the picture (`coarse`); the places that fit best
 * are looked at again in a larger picture (`fine`), where small logos have a shape. The sign does not count, because a
 * logo may be darker or lighter than what is behind it. The answer is in pixels of `fine`.
 */
export async function matchLogo(
	{ coarse, fine }: { coarse: Edges; fine: Edges },
	logo: LogoPicture,
	breathe: () => Promise<void>,
): Promise<Match | null> {
	const layers = layersOf(logo);
	const planes = planesOf(pressed(coarse, NOISE));
	const field = pressed(fine, NOISE);
	const scale = fine.width / coarse.width;
	let best: Match | null = null;
	for (let wide = NARROWEST * coarse.width; wide <= WIDEST * coarse.width; wide *= STEP) {
		const template = templateOf(layers, Math.max(LEAST_PIXELS, Math.round(wide)));
		if (template.width > coarse.width || template.height > coarse.height) continue;
		const candidates = bestPlaces(planes, coarse, template);
		await breathe();
		const finer = NEAR_WIDTHS.map((share) => templateOf(layers, Math.round(wide * scale * share)));
		for (const candidate of candidates.slice(0, affordable(finer))) {
			const found = bestNear(field, finer, candidate, scale);
			if (found.correlation > (best?.correlation ?? 0)) best = found;
		}
		await breathe();
	}
	if (!best) return null;
	const finest = NEAREST_WIDTHS.map((share) => templateOf(layers, Math.round(best.width * share)));
	const last = bestNear(field, finest, best, 1);
	return last.correlation > best.correlation ? last : best;
}

/** Candidates that can be looked at with these templates. */
function affordable(templates: Template[]): number {
	const pixels = templates.reduce((sum, { width, height }) => sum + width * height, 0);
	return Math.max(LEAST_CANDIDATES, Math.round(MOST_COMPARED / (pixels * (2 * NEAR_PIXELS + 1) ** 2)));
}

type Planes = { edges: Plane; energy: Plane };

function planesOf({ width, height, x, y }: Edges): Planes {
	const [edges, energy] = [emptyPlane(width, height), emptyPlane(width, height)];
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const [from, to] = [row * width + column, row * edges.width + column];
			edges.re[to] = x[from]!;
			edges.im[to] = y[from]!;
			energy.re[to] = x[from]! ** 2 + y[from]! ** 2;
		}
	}
	transform(edges);
	transform(energy);
	return { edges, energy };
}

/** The real part of a complex correlation is the sum of both components' products. */
function bestPlaces(planes: Planes, field: Edges, template: Template): Match[] {
	const [fit, under] = [emptyPlane(field.width, field.height), emptyPlane(field.width, field.height)];
	let pixels = 0;
	for (let row = 0; row < template.height; row++) {
		for (let column = 0; column < template.width; column++) {
			const [from, to] = [row * template.width + column, row * fit.width + column];
			fit.re[to] = template.edges.x[from]!;
			fit.im[to] = template.edges.y[from]!;
			under.re[to] = template.support[from]!;
			pixels += template.support[from]!;
		}
	}
	for (const [plane, source] of [
		[fit, planes.edges],
		[under, planes.energy],
	] as const) {
		transform(plane, false, template.height);
		correlate(source, plane);
		transform(plane, true);
	}
	const fits = new Float32Array(field.width * field.height);
	for (let y = 0; y + template.height <= field.height; y++) {
		for (let x = 0; x + template.width <= field.width; x++) {
			const at = y * fit.width + x;
			const energy = Math.max(0, under.re[at]!) + FLOOR * pixels;
			fits[y * field.width + x] = abs(fit.re[at]!) / sqrt(energy * template.energy);
		}
	}
	return highest(fits, field.width).map((at) =>
		placed({ x: at % field.width, y: Math.floor(at / field.width), correlation: fits[at]! }, template),
	);
}

/** Where the values are higher than all around, the highest first. */
function highest(fits: Float32Array, width: number): number[] {
	const found: number[] = [];
	const around = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1];
	for (let at = 0; at < fits.length; at++) {
		const value = fits[at]!;
		if (value > FIRST_SIGHT && around.every((step) => (fits[at + step] ?? 0) <= value)) found.push(at);
	}
	return found.sort((a, b) => fits[b]! - fits[a]!).slice(0, CANDIDATES);
}

const placed = ({ x, y, correlation }: { x: number; y: number; correlation: number }, { width, height }: Template) => ({
	...{ x: x + TEMPLATE_ROOM, y: y + TEMPLATE_ROOM, correlation },
	...{ width: width - 2 * TEMPLATE_ROOM, height: height - 2 * TEMPLATE_ROOM },
});

/** The best of some templates around the middle of a candidate, which counts in pixels `scale` times as large. */
function bestNear(field: Edges, templates: Template[], near: Match, scale: number): Match {
	let best: Match = { x: 0, y: 0, width: 0, height: 0, correlation: 0 };
	const middle = { x: (near.x + near.width / 2) * scale, y: (near.y + near.height / 2) * scale };
	const away = Math.ceil(NEAR_PIXELS * Math.max(1, scale / 2));
	for (const template of templates) {
		const left = Math.round(middle.x - template.width / 2);
		const top = Math.round(middle.y - template.height / 2);
		for (let y = top - away; y <= top + away; y++) {
			for (let x = left - away; x <= left + away; x++) {
				const correlation = correlationAt(field, template, x, y);
				if (correlation > best.correlation) best = placed({ x, y, correlation }, template);
			}
		}
	}
	return best;
}

function correlationAt(field: Edges, template: Template, left: number, top: number): number {
	if (left < 0 || top < 0 || left + template.width > field.width || top + template.height > field.height) return 0;
	let fit = 0;
	let energy = 0;
	for (let y = 0, from = 0; y < template.height; y++) {
		for (let x = 0, to = (top + y) * field.width + left; x < template.width; x++, from++, to++) {
			if (!template.support[from]) continue;
			const fx = field.x[to]!;
			const fy = field.y[to]!;
			fit += fx * template.edges.x[from]! + fy * template.edges.y[from]!;
			energy += fx * fx + fy * fy + FLOOR;
		}
	}
	return energy ? abs(fit) / sqrt(energy * template.energy) : 0;
}
