/** A complex plane, row by row; sides are powers of two. */
export type Plane = { width: number; height: number; re: Float64Array; im: Float64Array };

/** An empty plane that holds at least so much. */
export function emptyPlane(width: number, height: number): Plane {
	const [w, h] = [powerOfTwo(width), powerOfTwo(height)];
	return { width: w, height: h, re: new Float64Array(w * h), im: new Float64Array(w * h) };
}

const powerOfTwo = (least: number) => 2 ** Math.ceil(Math.log2(Math.max(2, least)));

/**
 * The discrete Fourier transform of a plane, in place: rows, then columns (Cooley and Tukey 1965, radix 2). `inverse`
 * undoes it, scale included. Only the first `filled` rows are read: the others hold zeros.
 */
export function transform({ width, height, re, im }: Plane, inverse = false, filled = height): void {
	const [along, across] = [turnsOf(width, inverse), turnsOf(height, inverse)];
	for (let y = 0; y < filled; y++) transformLine(re, im, y * width, along);
	transformColumns({ width, height, re, im }, across);
	if (!inverse) return;
	const scale = 1 / (width * height);
	for (let at = 0; at < re.length; at++) {
		re[at]! *= scale;
		im[at]! *= scale;
	}
}

/**
 * Correlates two pairs of planes by their transforms, for one inverse transform together: into `fit` comes the real part
 * of the correlation of `field` with `fit`, and as its imaginary part the correlation of `field2` with `fit2`, both of
 * which must be transforms of real planes. (The even-conjugate part of a spectrum belongs to the real part of its plane.)
 */
export function correlate(field: Plane, fit: Plane, field2: Plane, fit2: Plane): void {
	const { width, height } = fit;
	conjugateProduct(field, fit);
	conjugateProduct(field2, fit2);
	const { re, im } = fit;
	const { re: re2, im: im2 } = fit2;
	for (let y = 0; y < height; y++) {
		const mirrored = ((height - y) % height) * width;
		for (let x = 0, at = y * width; x < width; x++, at++) {
			const other = mirrored + (x && width - x);
			if (other < at) continue;
			const evenRe = (re[at]! + re[other]!) / 2;
			const evenIm = (im[at]! - im[other]!) / 2;
			re[at] = evenRe - im2[at]!;
			im[at] = evenIm + re2[at]!;
			re[other] = evenRe - im2[other]!;
			im[other] = re2[other]! - evenIm;
		}
	}
}

/** `a` times the conjugate of `b`, into `b`: the transform of their correlation. */
function conjugateProduct(a: Plane, b: Plane): void {
	for (let at = 0; at < a.re.length; at++) {
		const re = b.re[at]!;
		const im = b.im[at]!;
		b.re[at] = a.re[at]! * re + a.im[at]! * im;
		b.im[at] = a.im[at]! * re - a.re[at]! * im;
	}
}

type Turns = { size: number; cos: Float64Array; sin: Float64Array; swap: Uint32Array };
const known = new Map<number, Turns>();

/** The tables of a transform of `size` values: made once for each size and direction. */
function turnsOf(size: number, inverse: boolean): Turns {
	const key = inverse ? -size : size;
	let turns = known.get(key);
	if (turns) return turns;
	const sign = inverse ? 1 : -1;
	turns = {
		size,
		cos: Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size)),
		sin: Float64Array.from({ length: size / 2 }, (_, k) => sign * Math.sin((2 * Math.PI * k) / size)),
		swap: reversed(size),
	};
	known.set(key, turns);
	return turns;
}

function transformLine(re: Float64Array, im: Float64Array, begin: number, { size, cos, sin, swap }: Turns): void {
	for (let at = 0; at < size; at++) {
		const to = swap[at]!;
		if (to <= at) continue;
		const [a, b] = [begin + at, begin + to];
		const [r, i] = [re[a]!, im[a]!];
		re[a] = re[b]!;
		im[a] = im[b]!;
		re[b] = r;
		im[b] = i;
	}
	for (let half = 1, stride = size / 2; half < size; half *= 2, stride /= 2) {
		for (let block = begin; block < begin + size; block += 2 * half) {
			for (let k = 0, turn = 0; k < half; k++, turn += stride) {
				const a = block + k;
				const b = a + half;
				const tr = re[b]! * cos[turn]! - im[b]! * sin[turn]!;
				const ti = re[b]! * sin[turn]! + im[b]! * cos[turn]!;
				re[b] = re[a]! - tr;
				im[b] = im[a]! - ti;
				re[a]! += tr;
				im[a]! += ti;
			}
		}
	}
}

/** All columns at once, row against row: memory is read in order, which takes a third of the time. */
function transformColumns({ width, re, im }: Plane, { size, cos, sin, swap }: Turns): void {
	const row = new Float64Array(width);
	for (let y = 0; y < size; y++) {
		const to = swap[y]!;
		if (to > y) for (const values of [re, im]) swapRows(values, y * width, to * width, row);
	}
	for (let half = 1, stride = size / 2; half < size; half *= 2, stride /= 2) {
		for (let block = 0; block < size; block += 2 * half) {
			for (let k = 0; k < half; k++) {
				const [c, s] = [cos[k * stride]!, sin[k * stride]!];
				const end = (block + k + 1) * width;
				for (let a = end - width, b = a + half * width; a < end; a++, b++) {
					const tr = re[b]! * c - im[b]! * s;
					const ti = re[b]! * s + im[b]! * c;
					re[b] = re[a]! - tr;
					im[b] = im[a]! - ti;
					re[a]! += tr;
					im[a]! += ti;
				}
			}
		}
	}
}

function swapRows(values: Float64Array, a: number, b: number, kept: Float64Array): void {
	kept.set(values.subarray(a, a + kept.length));
	values.copyWithin(a, b, b + kept.length);
	values.set(kept, b);
}

/** For each place, the one with its bits in reverse. */
function reversed(size: number): Uint32Array {
	const places = new Uint32Array(size);
	for (let at = 1; at < size; at++) places[at] = (places[at >> 1]! >> 1) | (at & 1 ? size / 2 : 0);
	return places;
}
