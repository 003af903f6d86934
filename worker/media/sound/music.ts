import type { Music } from '../../contract/sound.ts';
import { SAMPLE_RATE } from '../rate.ts';
import { GRID, type Layer } from './mix.ts';

/** Where music begins anew its end fades into its beginning: long enough to hide the step, too short to miss a beat. */
const LOOP_FADE = 0.05 * SAMPLE_RATE;

/**
 * The layers of music of `length` samples under a film of `samples`: cut to it, begun anew as often as it takes, or
 * followed by silence.
 */
export function musicLayers(path: string, length: number, samples: number, { loop }: Music): Layer[] {
	if (length >= samples || !loop)
		return [{ path, start: 0, samples: Math.min(length, samples), fadeIn: 0, fadeOut: 0 }];
	const fade = Math.min(LOOP_FADE, Math.floor(length / 4));
	const period = length - fade;
	return Array.from({ length: Math.ceil((samples - fade) / period) }, (_, at) => {
		const start = at * period;
		const end = Math.min(start + length, samples);
		return { path, start, samples: end - start, fadeIn: at ? fade : 0, fadeOut: end < samples ? fade : 0 };
	});
}

/**
 * Fades music in from the film's beginning and out to `end`, the film's end or its own, in the shape of equal power.
 * Fades that are longer together than what there is share it. Changes `gain`, which counts points of 10 ms.
 */
export function fadeMusic(gain: Float32Array, end: number, { fadeInSeconds, fadeOutSeconds }: Music): void {
	const share = Math.min(1, end / SAMPLE_RATE / (fadeInSeconds + fadeOutSeconds));
	const [fadeIn, fadeOut] = [fadeInSeconds, fadeOutSeconds].map((seconds) => seconds * share * SAMPLE_RATE);
	const shape = (part: number) => Math.sin((Math.min(1, Math.max(0, part)) * Math.PI) / 2);
	for (let point = 0; point < gain.length; point++) {
		const at = point * GRID;
		if (at < fadeIn!) gain[point]! *= shape(at / fadeIn!);
		if (fadeOut && end - at < fadeOut) gain[point]! *= shape((end - at) / fadeOut);
	}
}
