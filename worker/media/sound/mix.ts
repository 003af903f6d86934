import { open, type FileHandle } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { AAC_FRAME } from '../rate.ts';
import { SAMPLE_BYTES } from './pieces.ts';

/** A file of 16-bit stereo somewhere in the film, with fades of equal power at its ends; numbers are samples. */
export type Layer = { path: string; start: number; samples: number; fadeIn: number; fadeOut: number };

/** Layers, in the order of their starts, that share a gain; null for the gain 1. */
export type Bus = { layers: Layer[]; gain: Float32Array | null };

/** Samples worked on at once: a third of a second, some milliseconds of work; whole AAC frames and whole points. */
export const BLOCK = 15 * AAC_FRAME;
/** Samples between two points of a gain: 10 ms; it runs straight from one to the next. */
export const GRID = 480;

/** Samples of the film from one up to another. */
export type Range = { from: number; to: number };

/** Points of a gain for so many samples: one at each end of every stretch. */
export const gridPoints = (samples: number): number => Math.ceil(samples / GRID) + 1;

/**
 * A stretch of the programme in blocks of interleaved stereo, in units of 16-bit sound but neither rounded nor held at
 * full scale; `at` counts from the film's beginning, and `from` must be a multiple of BLOCK. The array is the same each
 * time: use it before asking for the next. Between blocks other work of the process gets its turn. Throws the signal's
 * reason when it aborts, `RangeError` for a file that is shorter than its layer.
 */
export async function* mix(
	buses: Bus[],
	{ from, to }: Range,
	signal: AbortSignal,
): AsyncGenerator<{ block: Float64Array; at: number; length: number }> {
	const tracks = buses.map(openBus);
	const block = new Float64Array(BLOCK * 2);
	const own = new Float64Array(BLOCK * 2);
	try {
		for (let at = from; at < to; at += BLOCK) {
			await turn();
			signal.throwIfAborted();
			const length = Math.min(BLOCK, to - at);
			block.fill(0);
			for (const track of tracks) {
				if (!track.gain) await track.add(block, at, length);
				else if (await track.add(own.fill(0), at, length)) addTimes(block, own, track.gain, at, length);
			}
			yield { block, at, length };
		}
	} finally {
		await Promise.all(tracks.map(({ close }) => close()));
	}
}

type Open = { layer: Layer; file: FileHandle };

/** A bus that is read from beginning to end: files are opened when they begin and closed when they have ended. */
function openBus({ layers, gain }: Bus) {
	const bytes = Buffer.alloc(BLOCK * SAMPLE_BYTES);
	let active: Open[] = [];
	let next = 0;
	return {
		gain,
		/** Adds what is heard from film sample `at` on; false when that is nothing. */
		async add(block: Float64Array, at: number, length: number): Promise<boolean> {
			for (; next < layers.length && layers[next]!.start < at + length; next++) {
				const layer = layers[next]!;
				if (layer.start + layer.samples > at) active.push({ layer, file: await open(layer.path) });
			}
			const heard = active.length > 0;
			for (const { layer, file } of active) {
				const from = Math.max(at, layer.start);
				const to = Math.min(at + length, layer.start + layer.samples);
				if (from >= to) continue;
				const pcm = await readSamples(file, bytes, from - layer.start, to - from);
				addFaded(block.subarray((from - at) * 2), pcm, layer, from - layer.start);
			}
			const ended = active.filter(({ layer }) => layer.start + layer.samples <= at + length);
			active = active.filter((each) => !ended.includes(each));
			await Promise.all(ended.map(({ file }) => file.close()));
			return heard;
		},
		close: async () => void (await Promise.all(active.map(({ file }) => file.close()))),
	};
}

async function readSamples(file: FileHandle, into: Buffer, from: number, samples: number): Promise<Int16Array> {
	const wanted = samples * SAMPLE_BYTES;
	for (let filled = 0; filled < wanted;) {
		const { bytesRead } = await file.read(into, filled, wanted - filled, from * SAMPLE_BYTES + filled);
		if (!bytesRead) throw new RangeError('a piece of sound is shorter than planned');
		filled += bytesRead;
	}
	return new Int16Array(into.buffer, into.byteOffset, samples * 2);
}

const { sin, cos } = Math;
/** Of a circle. */
const QUARTER = Math.PI / 2;

/**
 * Adds samples of a layer from its sample `from` on. Fades keep equal power (sine and cosine), because two shots'
 * sounds have nothing in common and would dip in linear ones.
 */
function addFaded(block: Float64Array, pcm: Int16Array, layer: Layer, from: number): void {
	const { samples, fadeIn, fadeOut } = layer;
	const count = pcm.length / 2;
	const risen = Math.max(0, Math.min(count, fadeIn - from));
	const falling = Math.max(risen, Math.min(count, samples - fadeOut - from));
	for (let n = 0; n < risen; n++) {
		const gain = sin(((from + n + 0.5) / fadeIn) * QUARTER);
		block[n * 2]! += pcm[n * 2]! * gain;
		block[n * 2 + 1]! += pcm[n * 2 + 1]! * gain;
	}
	for (let at = risen * 2; at < falling * 2; at++) block[at]! += pcm[at]!;
	for (let n = falling; n < count; n++) {
		const gain = cos(((from + n - (samples - fadeOut) + 0.5) / fadeOut) * QUARTER);
		block[n * 2]! += pcm[n * 2]! * gain;
		block[n * 2 + 1]! += pcm[n * 2 + 1]! * gain;
	}
}

/** Adds `own`, times the gain, which counts its points from the film's beginning; `at` is a point. */
function addTimes(block: Float64Array, own: Float64Array, gain: Float32Array, at: number, length: number): void {
	for (let first = 0; first < length; first += GRID) {
		const point = (at + first) / GRID;
		const [begin, step] = [gain[point]!, (gain[point + 1]! - gain[point]!) / GRID];
		const end = Math.min(first + GRID, length);
		for (let n = first; n < end; n++) {
			const factor = begin + step * (n - first);
			block[n * 2]! += own[n * 2]! * factor;
			block[n * 2 + 1]! += own[n * 2 + 1]! * factor;
		}
	}
}
