import { edgesOf, type Edges } from './edges.ts';

// Looked up once: the loops below run over every pixel of many sizes of a logo.
const { ceil, floor, max, min, round, sqrt } = Math;

/** A logo as red, green, blue and opacity, four bytes a pixel. */
export type LogoPicture = { width: number; height: number; rgba: Uint8Array };

/**
 * A logo's edges at one size: only the pixels that have one or are next to one, because only these are compared.
 * `column` and `row` say where each lies, `x` and `y` are its gradient, pressed.
 */
export type Template = {
	width: number;
	height: number;
	column: Uint16Array;
	row: Uint16Array;
	x: Float32Array;
	y: Float32Array;
	energy: number;
};

/** Contrast that a see-through logo is given against what is behind it. */
const CONTRAST = 110;
/** Edges weaker than this share of the strongest hardly count. */
const NOISE_SHARE = 0.15;
/** Room around the logo, in pixels, for its own outline. */
const ROOM = 2;
const SUPPORT = 0.2;
/** A logo without a pixel less opaque than this is a plain rectangle. */
const OPAQUE = 0.99;

/** The part of a logo that is not transparent. Throws a RangeError where nothing is. */
export function trimmed({ width, height, rgba }: LogoPicture): LogoPicture {
	let [left, top, right, bottom] = [width, height, -1, -1];
	for (let y = 0, at = 3; y < height; y++) {
		for (let x = 0; x < width; x++, at += 4) {
			if (rgba[at]! < 16) continue;
			[left, right] = [min(left, x), max(right, x)];
			[top, bottom] = [min(top, y), max(bottom, y)];
		}
	}
	if (right < 0) throw new RangeError('the logo is all transparent');
	const [w, h] = [right - left + 1, bottom - top + 1];
	const kept = new Uint8Array(w * h * 4);
	for (let y = 0; y < h; y++) {
		const from = ((top + y) * width + left) * 4;
		kept.set(rgba.subarray(from, from + w * 4), y * w * 4);
	}
	return { width: w, height: h, rgba: kept };
}

/** Brightness over opacity, as numbers that can be averaged: a logo made ready for many sizes. */
export type Layers = {
	width: number;
	height: number;
	light: Float32Array;
	opacity: Float32Array;
	ground: number;
	opaque: boolean;
};

export function layersOf({ width, height, rgba }: LogoPicture): Layers {
	const [light, opacity] = [new Float32Array(width * height), new Float32Array(width * height)];
	let [sum, weight, least] = [0, 0, 1];
	for (let at = 0, from = 0; at < light.length; at++, from += 4) {
		const share = rgba[from + 3]! / 255;
		// BT.601's weights of brightness.
		light[at] = (0.299 * rgba[from]! + 0.587 * rgba[from + 1]! + 0.114 * rgba[from + 2]!) * share;
		opacity[at] = share;
		sum += light[at]!;
		weight += share;
		least = min(least, share);
	}
	const mean = sum / max(1, weight);
	const ground = mean > 128 ? mean - CONTRAST : mean + CONTRAST;
	return { width, height, light, opacity, ground, opaque: least > OPAQUE };
}

/** The edges of a logo that is `width` pixels wide, on a plain ground. */
export function templateOf(logo: Layers, width: number): Template {
	const height = max(1, round((width * logo.height) / logo.width));
	const [w, h] = [width + 2 * ROOM, height + 2 * ROOM];
	const pixels = new Float32Array(w * h).fill(logo.ground);
	const spans = { x: spansOf(logo.width, width), y: spansOf(logo.height, height) };
	const light = averaged(logo.light, logo.width, spans);
	const opacity = averaged(logo.opacity, logo.width, spans);
	for (let y = 0, at = 0; y < height; y++) {
		for (let x = 0, to = (y + ROOM) * w + ROOM; x < width; x++, at++, to++)
			pixels[to] = light[at]! + (1 - opacity[at]!) * logo.ground;
	}
	const edges = edgesOf({ pixels, width: w, height: h });
	// What a picture without transparency ends against is not known: its outline is left out.
	if (logo.opaque) clearOutside(edges, ROOM + 1);
	return supported(edges);
}

/** The pixels on and next to strong edges, gradients pressed as those of a film are. */
function supported({ width, height, x, y }: Edges): Template {
	const length = x.map((value, at) => sqrt(value * value + y[at]! * y[at]!));
	const strongest = length.reduce((most, value) => (value > most ? value : most), 0);
	const strong = (at: number) => length[at]! > SUPPORT * strongest;
	const kept: number[] = [];
	for (let row = 1; row + 1 < height; row++) {
		for (let column = 1, at = row * width + 1; column + 1 < width; column++, at++)
			if (strong(at) || strong(at - 1) || strong(at + 1) || strong(at - width) || strong(at + width))
				kept.push(at);
	}
	const template = {
		...{ width, height, energy: 0 },
		...{ column: new Uint16Array(kept.length), row: new Uint16Array(kept.length) },
		...{ x: new Float32Array(kept.length), y: new Float32Array(kept.length) },
	};
	for (let index = 0; index < kept.length; index++) {
		const at = kept[index]!;
		const press = 1 / (length[at]! + NOISE_SHARE * strongest + 1e-6);
		template.column[index] = at % width;
		template.row[index] = floor(at / width);
		template.x[index] = x[at]! * press;
		template.y[index] = y[at]! * press;
		template.energy += (length[at]! * press) ** 2;
	}
	return template;
}

function clearOutside({ width, height, x, y }: Edges, border: number): void {
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const inside = row >= border && row < height - border && column >= border && column < width - border;
			if (!inside) x[row * width + column] = y[row * width + column] = 0;
		}
	}
}

/** For each of `to` pixels the first of `from` that lies in it, and how much of that one and the next ones does. */
type Spans = { first: Int32Array; weights: Float32Array[] };

function spansOf(from: number, to: number): Spans {
	const first = new Int32Array(to);
	const weights: Float32Array[] = [];
	for (let at = 0; at < to; at++) {
		const [begin, end] = [(at * from) / to, ((at + 1) * from) / to];
		first[at] = floor(begin);
		const own = new Float32Array(max(1, min(from, ceil(end - 1e-9)) - floor(begin)));
		for (let index = 0; index < own.length; index++) {
			const pixel = floor(begin) + index;
			own[index] = ((min(pixel + 1, end) - max(pixel, begin)) * to) / from;
		}
		weights.push(own);
	}
	return { first, weights };
}

/** A layer at another size: means over the pixels' areas, first along the rows, then down the columns. */
function averaged(layer: Float32Array, width: number, { x, y }: { x: Spans; y: Spans }): Float32Array {
	const [columns, rows, height] = [x.weights.length, y.weights.length, layer.length / width];
	const narrow = new Float32Array(columns * height);
	for (let row = 0, to = 0; row < height; row++)
		for (let column = 0; column < columns; column++, to++)
			narrow[to] = weighed(layer, row * width + x.first[column]!, 1, x.weights[column]!);
	const small = new Float32Array(columns * rows);
	for (let row = 0, to = 0; row < rows; row++)
		for (let column = 0; column < columns; column++, to++)
			small[to] = weighed(narrow, y.first[row]! * columns + column, columns, y.weights[row]!);
	return small;
}

function weighed(values: Float32Array, from: number, step: number, weights: Float32Array): number {
	let sum = 0;
	for (let index = 0, at = from; index < weights.length; index++, at += step) sum += values[at]! * weights[index]!;
	return sum;
}

/** Pixels that a template is larger than its logo, to the left and above. */
export const TEMPLATE_ROOM = ROOM;
