/**
 * Rises and falls no faster than so much a point, and is nowhere below the given values: a rise begins early. Where
 * `share` of what is left to fall is more than `fall`, it falls by that.
 */
export function slewed(values: Float32Array, rise: number, fall: number, share = 0): Float32Array {
	const curve = Float32Array.from(values);
	for (let at = 1; at < curve.length; at++) {
		const last = curve[at - 1]!;
		curve[at] = Math.max(curve[at]!, last - Math.max(fall, share * last));
	}
	for (let at = curve.length - 2; at >= 0; at--) curve[at] = Math.max(curve[at]!, curve[at + 1]! - rise);
	return curve;
}

/** Fills gaps shorter than `width` points up to the lower one of their two edges. */
export function bridged(values: Float32Array, width: number): Float32Array {
	const half = Math.ceil(width / 2);
	// Nothing stands outside that a gap at either end could be bridged to.
	const framed = new Float32Array(values.length + 2 * half);
	framed.set(values, half);
	const wide = extreme(framed, half, (a, b) => a >= b);
	return extreme(wide, half, (a, b) => a <= b).slice(half, half + values.length);
}

/** For each point the best value within `half` points on both sides, in one pass. */
function extreme(values: Float32Array, half: number, beats: (a: number, b: number) => boolean): Float32Array {
	const best = new Float32Array(values.length);
	const queue = new Int32Array(values.length);
	let [head, tail] = [0, 0];
	for (let at = 0; at < values.length + half; at++) {
		if (at < values.length) {
			while (tail > head && beats(values[at]!, values[queue[tail - 1]!]!)) tail--;
			queue[tail++] = at;
		}
		const centre = at - half;
		if (centre < 0) continue;
		while (queue[head]! < centre - half) head++;
		best[centre] = values[queue[head]!]!;
	}
	return best;
}

/** A factor for so many decibels. */
export const factorOf = (decibels: number): number => 10 ** (decibels / 20);
/** Decibels of a factor. */
export const decibelsOf = (factor: number): number => 20 * Math.log10(factor);
