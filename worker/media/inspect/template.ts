import { edgesOf, pressed, type Edges } from './edges.ts';

const { hypot } = Math;

/** A logo as red, green, blue and opacity, four bytes a pixel. */
export type LogoPicture = { width: number; height: number; rgba: Uint8Array };

/** A logo's edges at one size, and the pixels that have one or are next to one: only these are compared. */
export type Template = { width: number; height: number; edges: Edges; support: Float32Array; energy: number };

/** Contrast that a see-through logo is given against what is behind it. */
const CONTRAST = 110;
/** Edges weaker than this share of the strongest hardly count. */
const NOISE_SHARE = 0.15;
/** Room around the logo, in pixels, for its own outline. */
const ROOM = 2;
const SUPPORT = 0.2;

/** The part of a logo that is not transparent. Throws a RangeError where nothing is. */
export function trimmed({ width, height, rgba }: LogoPicture): LogoPicture {
	let [left, top, right, bottom] = [width, height, -1, -1];
	for (let y = 0, at = 3; y < height; y++) {
		for (let x = 0; x < width; x++, at += 4) {
			if (rgba[at]! < 16) continue;
			[left, right] = [Math.min(left, x), Math.max(right, x)];
			[top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
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
export type Layers = { width: number; height: number; light: Float32Array; opacity: Float32Array; ground: number };

export function layersOf({ width, height, rgba }: LogoPicture): Layers {
	const [light, opacity] = [new Float32Array(width * height), new Float32Array(width * height)];
	let [sum, weight] = [0, 0];
	for (let at = 0; at < light.length; at++) {
		const [r, g, b, a] = rgba.subarray(at * 4, at * 4 + 4) as unknown as [number, number, number, number];
		opacity[at] = a / 255;
		// BT.601's weights of brightness.
		light[at] = (0.299 * r + 0.587 * g + 0.114 * b) * opacity[at]!;
		sum += light[at]!;
		weight += opacity[at]!;
	}
	const mean = sum / Math.max(1, weight);
	return { width, height, light, opacity, ground: mean > 128 ? mean - CONTRAST : mean + CONTRAST };
}

/** The edges of a logo that is `width` pixels wide, on a plain ground. */
export function templateOf(logo: Layers, width: number): Template {
	const height = Math.max(1, Math.round((width * logo.height) / logo.width));
	const [w, h] = [width + 2 * ROOM, height + 2 * ROOM];
	const opaque = logo.opacity.every((value) => value > 0.99);
	const pixels = new Float32Array(w * h).fill(logo.ground);
	const share = { x: logo.width / width, y: logo.height / height };
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const [light, opacity] = averageOver(logo, x * share.x, (x + 1) * share.x, y * share.y, (y + 1) * share.y);
			pixels[(y + ROOM) * w + x + ROOM] = light + (1 - opacity) * logo.ground;
		}
	}
	const raw = edgesOf({ pixels, width: w, height: h });
	// What a picture without transparency ends against is not known: its outline is left out.
	if (opaque) clearOutside(raw, ROOM + 1);
	return supported(raw);
}

function supported(raw: Edges): Template {
	const strongest = raw.x.reduce((most, value, at) => Math.max(most, hypot(value, raw.y[at]!)), 0);
	const edges = pressed(raw, NOISE_SHARE * strongest + 1e-6);
	const { width, height } = raw;
	const strong = raw.x.map((value, at) => (hypot(value, raw.y[at]!) > SUPPORT * strongest ? 1 : 0));
	const support = new Float32Array(width * height);
	for (let y = 1; y + 1 < height; y++) {
		for (let x = 1, at = y * width + 1; x + 1 < width; x++, at++)
			support[at] = Math.max(
				strong[at]!,
				strong[at - 1]!,
				strong[at + 1]!,
				strong[at - width]!,
				strong[at + width]!,
			);
	}
	let energy = 0;
	for (let at = 0; at < support.length; at++) {
		if (!support[at]) edges.x[at] = edges.y[at] = 0;
		energy += edges.x[at]! ** 2 + edges.y[at]! ** 2;
	}
	return { width, height, edges, support, energy };
}

function clearOutside({ width, height, x, y }: Edges, border: number): void {
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const inside = row >= border && row < height - border && column >= border && column < width - border;
			if (!inside) x[row * width + column] = y[row * width + column] = 0;
		}
	}
}

/** Mean light and opacity of a rectangle of the logo, whole pixels weighed by how much of them lies in it. */
function averageOver({ width, height, light, opacity }: Layers, x0: number, x1: number, y0: number, y1: number) {
	let [sumLight, sumOpacity, sum] = [0, 0, 0];
	for (let y = Math.floor(y0); y < Math.min(height, Math.ceil(y1)); y++) {
		const tall = Math.min(y + 1, y1) - Math.max(y, y0);
		for (let x = Math.floor(x0); x < Math.min(width, Math.ceil(x1)); x++) {
			const weight = tall * (Math.min(x + 1, x1) - Math.max(x, x0));
			sumLight += light[y * width + x]! * weight;
			sumOpacity += opacity[y * width + x]! * weight;
			sum += weight;
		}
	}
	return [sumLight / sum, sumOpacity / sum] as const;
}

/** Pixels that a template is larger than its logo, to the left and above. */
export const TEMPLATE_ROOM = ROOM;
