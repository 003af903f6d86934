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
export function transform(plane: Plane, inverse = false, filled = plane.height): void {
	const { width, height, re, im } = plane;
	const rows = makeLine(width, inverse);
	for (let y = 0; y < filled; y++) rows(re, im, y * width, 1);
	const columns = makeLine(height, inverse);
	for (let x = 0; x < width; x++) columns(re, im, x, width);
	if (!inverse) return;
	const scale = 1 / (width * height);
	for (let at = 0; at < re.length; at++) {
		re[at]! *= scale;
		im[at]! *= scale;
	}
}

/** `a` times the conjugate of `b`, into `b`: the transform of their correlation. */
export function correlate(a: Plane, b: Plane): void {
	for (let at = 0; at < a.re.length; at++) {
		const re = b.re[at]!;
		const im = b.im[at]!;
		b.re[at] = a.re[at]! * re + a.im[at]! * im;
		b.im[at] = a.im[at]! * re - a.re[at]! * im;
	}
}

/** A transform of lines of `size` values that stand `step` apart, with its tables made once. */
function makeLine(size: number, inverse: boolean) {
	const sign = inverse ? 1 : -1;
	const cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
	const sin = Float64Array.from({ length: size / 2 }, (_, k) => sign * Math.sin((2 * Math.PI * k) / size));
	const swap = reversed(size);
	const [r, i] = [new Float64Array(size), new Float64Array(size)];
	return (re: Float64Array, im: Float64Array, begin: number, step: number) => {
		for (let at = 0; at < size; at++) {
			const from = begin + swap[at]! * step;
			r[at] = re[from]!;
			i[at] = im[from]!;
		}
		butterflies(r, i, cos, sin);
		for (let at = 0; at < size; at++) {
			re[begin + at * step] = r[at]!;
			im[begin + at * step] = i[at]!;
		}
	};
}

function butterflies(r: Float64Array, i: Float64Array, cos: Float64Array, sin: Float64Array): void {
	const size = r.length;
	for (let half = 1, stride = size / 2; half < size; half *= 2, stride /= 2) {
		for (let block = 0; block < size; block += 2 * half) {
			for (let k = 0; k < half; k++) {
				const a = block + k;
				const b = a + half;
				const c = cos[k * stride]!;
				const s = sin[k * stride]!;
				const tr = r[b]! * c - i[b]! * s;
				const ti = r[b]! * s + i[b]! * c;
				r[b] = r[a]! - tr;
				i[b] = i[a]! - ti;
				r[a]! += tr;
				i[a]! += ti;
			}
		}
	}
}

/** For each place, the one with its bits in reverse. */
function reversed(size: number): Uint32Array {
	const places = new Uint32Array(size);
	for (let at = 1; at < size; at++) places[at] = (places[at >> 1]! >> 1) | (at & 1 ? size / 2 : 0);
	return places;
}
