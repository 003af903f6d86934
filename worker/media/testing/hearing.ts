import { spawnSync } from 'node:child_process';
import { SAMPLE_RATE } from '../rate.ts';

const MOST_BYTES = 1 << 30;

/** The sound of a file at 48 kHz, all channels as one, from the first instant of its picture on; empty without any. */
export function heard(path: string): Float32Array {
	const filter = `aresample=${SAMPLE_RATE}:async=1:first_pts=0`;
	const args = ['-v', 'error', '-i', path, '-map', '0:a:0', '-af', filter, '-ac', '1', '-f', 'f32le', '-'];
	const { stdout } = spawnSync('ffmpeg', args, { maxBuffer: MOST_BYTES });
	return new Float32Array(stdout.buffer, stdout.byteOffset, stdout.length >> 2);
}

/** A stretch of one sound, in samples. */
export type Stretch = { of: Float32Array | Int16Array; from: number; length: number };

/** How alike a stretch of a film and of its source are, 1 for the same but for loudness. */
export function likeness(film: Stretch, source: Stretch, lag = 0): number {
	let [both, ofFilm, ofSource] = [0, 0, 0];
	for (let index = 0; index < film.length; index++) {
		const a = film.of[film.from + index + lag] ?? 0;
		const b = source.of[source.from + index] ?? 0;
		both += a * b;
		ofFilm += a * a;
		ofSource += b * b;
	}
	return ofFilm && ofSource ? both / Math.sqrt(ofFilm * ofSource) : 0;
}

/** The lag in samples, 0 preferred, at which the film sounds most like its source. */
export function bestLag(film: Stretch, source: Stretch, most: number): { lag: number; likeness: number } {
	const at = (lag: number) => ({ lag, likeness: likeness(film, source, lag) });
	let best = at(0);
	for (let lag = 1; lag <= most; lag++)
		for (const each of [at(lag), at(-lag)]) if (each.likeness > best.likeness + A_TIE) best = each;
	return best;
}
/** Tones fit at many lags almost alike. */
const A_TIE = 0.002;

/** Root of the mean square: 0 for silence, .7 for the loudest sine. */
export function level({ of, from, length }: Stretch): number {
	let sum = 0;
	for (let index = from; index < from + length; index++) sum += (of[index] ?? 0) ** 2;
	return Math.sqrt(sum / Math.max(1, length));
}

// Looked up once: a test's globals are slow to reach, and a sound has many samples.
const { sin, cos, PI } = Math;
const TURN = 2 * PI;

/** How strong a tone of so many hertz is in a stretch: its amplitude, in the unit of the samples (Goertzel's sum). */
export function toneIn({ of, from, length }: Stretch, hertz: number): number {
	let [real, imaginary] = [0, 0];
	for (let index = 0; index < length; index++) {
		const turned = (TURN * hertz * index) / SAMPLE_RATE;
		real += (of[from + index] ?? 0) * cos(turned);
		imaginary += (of[from + index] ?? 0) * sin(turned);
	}
	return (2 * Math.hypot(real, imaginary)) / length;
}
