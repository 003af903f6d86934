import { pressed, type Edges } from './edges.ts';
import { correlate, emptyPlane, transform, type Plane } from './fft.ts';
import { layersOf, templateOf, TEMPLATE_ROOM, type LogoPicture, type Template } from './template.ts';

/** Where a logo fits best, in pixels of the looked-at picture, and how well: the correlation, -1 to 1. */
export type Match = { x: number; y: number; width: number; height: number; correlation: number };

/** Widths that are tried, as shares of the picture's: a little beyond what anybody puts into a corner. */
const [NARROWEST, WIDEST] = [0.04, 0.4];
const STEP = 1.07;
/** Narrower templates have no shape left. */
const LEAST_PIXELS = 12;
/** Edges weaker than this, in grey levels a pixel, are noise. */
const NOISE = 4;
/** Counts as pressed edges' energy in every pixel of a template: flat ground must not match anything. */
const FLOOR = 0.15 ** 2;
/** Around the best fit, widths and places are tried one by one. */
const NEAR_PIXELS = 2;
const NEAR_WIDTHS = [0.94, 0.96, 0.98, 1, 1.02, 1.04, 1.06];

/**
 * Looks for a logo of any size in the edges that a film's frames have in common: normalised correlation of gradients
 * at every place, by Fourier transform, for widths from 4 to 40 % of the picture; then finer around the best. The sign
 * does not count, because a logo may be darker or lighter than what is behind it.
 */
export async function matchLogo(edges: Edges, logo: LogoPicture, breathe: () => Promise<void>): Promise<Match | null> {
	const layers = layersOf(logo);
	const field = pressed(edges, NOISE);
	const planes = planesOf(field);
	let best: (Match & { wide: number }) | null = null;
	for (let wide = NARROWEST * field.width; wide <= WIDEST * field.width; wide *= STEP) {
		const template = templateOf(layers, Math.max(LEAST_PIXELS, Math.round(wide)));
		if (template.width > field.width || template.height > field.height) continue;
		const found = bestPlace(planes, field, template);
		if (found && (!best || found.correlation > best.correlation)) best = { ...found, wide: Math.round(wide) };
		await breathe();
	}
	return best && refined(field, layers, best, best.wide);
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
function bestPlace(planes: Planes, field: Edges, template: Template): Match | null {
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
	for (const [plane, source] of [[fit, planes.edges], [under, planes.energy]] as const) {
		transform(plane);
		correlate(source, plane);
		transform(plane, true);
	}
	let best = { x: 0, y: 0, correlation: 0 };
	for (let y = 0; y + template.height <= field.height; y++) {
		for (let x = 0; x + template.width <= field.width; x++) {
			const at = y * fit.width + x;
			const energy = Math.max(0, under.re[at]!) + FLOOR * pixels;
			const correlation = Math.abs(fit.re[at]!) / Math.sqrt(energy * template.energy);
			if (correlation > best.correlation) best = { x, y, correlation };
		}
	}
	return best.correlation ? placed(best, template) : null;
}

const placed = ({ x, y, correlation }: { x: number; y: number; correlation: number }, { width, height }: Template) => ({
	...{ x: x + TEMPLATE_ROOM, y: y + TEMPLATE_ROOM, correlation },
	...{ width: width - 2 * TEMPLATE_ROOM, height: height - 2 * TEMPLATE_ROOM },
});

function refined(field: Edges, layers: ReturnType<typeof layersOf>, start: Match, wide: number): Match {
	let best = start;
	const middle = { x: start.x + start.width / 2, y: start.y + start.height / 2 };
	for (const width of new Set(NEAR_WIDTHS.map((share) => Math.round(wide * share)))) {
		const template = templateOf(layers, Math.max(LEAST_PIXELS, width));
		const [left, top] = [middle.x - template.width / 2, middle.y - template.height / 2].map(Math.round) as [number, number];
		for (let y = top - NEAR_PIXELS; y <= top + NEAR_PIXELS; y++) {
			for (let x = left - NEAR_PIXELS; x <= left + NEAR_PIXELS; x++) {
				const correlation = correlationAt(field, template, x, y);
				if (correlation > best.correlation) best = placed({ x, y, correlation }, template);
			}
		}
	}
	return best;
}

function correlationAt(field: Edges, template: Template, left: number, top: number): number {
	if (left < 0 || top < 0 || left + template.width > field.width || top + template.height > field.height) return 0;
	let [fit, energy] = [0, 0];
	for (let y = 0, from = 0; y < template.height; y++) {
		for (let x = 0, to = (top + y) * field.width + left; x < template.width; x++, from++, to++) {
			if (!template.support[from]) continue;
			const [fx, fy] = [field.x[to]!, field.y[to]!];
			fit += fx * template.edges.x[from]! + fy * template.edges.y[from]!;
			energy += fx * fx + fy * fy + FLOOR;
		}
	}
	return energy ? Math.abs(fit) / Math.sqrt(energy * template.energy) : 0;
}
