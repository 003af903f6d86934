import type { Grey } from './goodness.ts';

// Looked up once: the loops below run over every pixel of every frame.
const { floor, max, sqrt } = Math;

/** A gradient for each pixel of a picture. */
export type Edges = { width: number; height: number; x: Float32Array; y: Float32Array };

/** What stands still over several frames of a film. */
export type Steady = {
	/** Gradients as they are in most frames, and in nearly all of them. */
	most: Edges;
	all: Edges;
	/** For each pixel how much its brightness changes over the frames: the standard deviation, in grey levels. */
	change: Float32Array;
};

/** Share of the frames that may be without an edge that counts as being in nearly all. */
const MISSING = 0.07;
/** Gradients of one direction add up to nearly the sum of their lengths; of several scenes, to less than this share. */
const ONE_DIRECTION = 0.7;
/** Grey levels a pixel below which a mean gradient is none. */
const FAINTEST = 0.5;

/** Gradients by central differences. */
export function edgesOf({
	pixels,
	width,
	height,
}: {
	pixels: ArrayLike<number>;
	width: number;
	height: number;
}): Edges {
	const [x, y] = [new Float32Array(width * height), new Float32Array(width * height)];
	for (let row = 1; row + 1 < height; row++) {
		for (let column = 1, at = row * width + 1; column + 1 < width; column++, at++) {
			x[at] = (pixels[at + 1]! - pixels[at - 1]!) / 2;
			y[at] = (pixels[at + width]! - pixels[at - width]!) / 2;
		}
	}
	return { width, height, x, y };
}

/**
 * The edges that frames have in common. Each frame's gradient is measured along the mean one; the median of that is
 * what most frames show there, a low quantile what nearly all do. Edges that move or belong to one scene vanish.
 */
export function steadyEdges(frames: Grey[]): Steady {
	const { width, height } = frames[0]!;
	const size = width * height;
	const make = (): Edges => ({ width, height, x: new Float32Array(size), y: new Float32Array(size) });
	const [most, all] = [make(), make()];
	const [gx, gy] = [new Float32Array(frames.length), new Float32Array(frames.length)];
	const along = new Float64Array(frames.length);
	const pictures = frames.map(({ pixels }) => pixels);
	for (let row = 1; row + 1 < height; row++) {
		for (let column = 1, at = row * width + 1; column + 1 < width; column++, at++) {
			for (let frame = 0; frame < frames.length; frame++) {
				const pixels = pictures[frame]!;
				gx[frame] = (pixels[at + 1]! - pixels[at - 1]!) / 2;
				gy[frame] = (pixels[at + width]! - pixels[at - width]!) / 2;
			}
			const common = commonGradient(gx, gy, along);
			if (!common) continue;
			[most.x[at], most.y[at]] = [common.x * common.most, common.y * common.most];
			[all.x[at], all.y[at]] = [common.x * common.all, common.y * common.all];
		}
	}
	return { most, all, change: changeOf(frames) };
}

/** The mean direction of gradients, and how long most of them and nearly all of them are along it. */
function commonGradient(gx: Float32Array, gy: Float32Array, along: Float64Array) {
	const count = gx.length;
	let [x, y] = [0, 0];
	for (let frame = 0; frame < count; frame++) {
		x += gx[frame]!;
		y += gy[frame]!;
	}
	const length = sqrt(x * x + y * y);
	if (length < count * FAINTEST) return null;
	[x, y] = [x / length, y / length];
	let lengths = 0;
	for (let frame = 0; frame < count; frame++) {
		lengths += sqrt(gx[frame]! * gx[frame]! + gy[frame]! * gy[frame]!);
		insert(along, frame, gx[frame]! * x + gy[frame]! * y);
	}
	const [all, most] = [along[floor(MISSING * count)]!, along[floor((count - 1) / 2)]!];
	return { x, y, most: max(0, most), all: length < ONE_DIRECTION * lengths ? 0 : max(0, all) };
}

/** Puts a value where it belongs among the first `count` ones, which are in order: quicker than a sort of so few. */
function insert(values: Float64Array, count: number, value: number): void {
	let at = count;
	for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
	values[at] = value;
}

function changeOf(frames: Grey[]): Float32Array {
	const change = new Float32Array(frames[0]!.pixels.length);
	for (let at = 0; at < change.length; at++) {
		let [sum, squares] = [0, 0];
		for (const { pixels } of frames) {
			sum += pixels[at]!;
			squares += pixels[at]! ** 2;
		}
		const mean = sum / frames.length;
		change[at] = sqrt(max(0, squares / frames.length - mean * mean));
	}
	return change;
}

/**
 * Gradients with their lengths pressed together: all clear edges count alike, whatever the contrast, and noise below
 * `noise` hardly counts. What a logo of 30 % opacity needs beside edges of full contrast.
 */
export function pressed({ width, height, x, y }: Edges, noise: number): Edges {
	const made = { width, height, x: new Float32Array(x.length), y: new Float32Array(y.length) };
	for (let at = 0; at < x.length; at++) {
		const factor = 1 / (sqrt(x[at]! * x[at]! + y[at]! * y[at]!) + noise);
		made.x[at] = x[at]! * factor;
		made.y[at] = y[at]! * factor;
	}
	return made;
}
