import type { Grey } from './goodness.ts';

/** A grey picture at half its size, each pixel the mean of four. */
export function halved({ pixels, width, height }: Grey): Grey {
	const [w, h] = [width >> 1, height >> 1];
	const half = new Uint8Array(w * h);
	for (let y = 0; y < h; y++) {
		for (let x = 0, at = 2 * y * width; x < w; x++, at += 2)
			half[y * w + x] = (pixels[at]! + pixels[at + 1]! + pixels[at + width]! + pixels[at + width + 1]! + 2) >> 2;
	}
	return { pixels: half, width: w, height: h };
}
