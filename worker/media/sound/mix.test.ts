import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleAt } from '../rate.ts';
import { clipLayers } from './buses.ts';
import { writeMix } from './master.ts';
import { channels, mixOf, openStage, pcmBytes, planOf, type Stage, type Wave } from './testing.ts';

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.remove());

/** Every sample tells its own number. */
const counting =
	(from: number): Wave =>
	(n) => [(from + (n % 20_000)) / 32_768, -(from + (n % 20_000)) / 32_768];

async function mixed(parts: { file: string | null; samples: number; fadeIn?: number }[]) {
	let start = 0;
	const pieces = parts.map(({ samples, fadeIn = 0 }, clip) => {
		start -= fadeIn;
		const piece = { clip, name: 'a clip', pcm: null, start, samples, fadeIn };
		start += samples;
		return piece;
	});
	const out = join(stage.folder, 'film.pcm');
	const layers = clipLayers(pieces, ({ clip }) => parts[clip]!.file);
	const job = { signal: AbortSignal.timeout(10_000), progress: () => undefined };
	await writeMix({ buses: [{ layers, gain: null }], from: 0, to: start }, out, null, job);
	return channels(readFileSync(out));
}

function pcm(name: string, samples: number, value: (sample: number) => number): string {
	writeFileSync(
		join(stage.folder, name),
		pcmBytes(samples, (n) => value(n) / 32_768),
	);
	return join(stage.folder, name);
}

test('clips stand end to end to the sample at a rate whose frames are no whole samples', async () => {
	const rate = { n: 30_000, d: 1001 };
	const clips = await Promise.all(
		[1, 2, 3].map((n) => stage.clip(`count${n}`, n === 2 ? 1.1 : 0.7, counting(n * 100), '30000/1001')),
	);
	const silent = await stage.clip('silent', 0.5, null, '30000/1001');
	const order = [clips[0]!, clips[1]!, silent, clips[2]!, clips[0]!];
	const { left, right } = await mixOf(stage, planOf({ parts: order.map((clip) => ({ clip })) }));
	let frames = 0;
	const expected = order.flatMap((clip, index) => {
		const [from, to] = [frames, (frames += clip.probe.video!.frames)];
		const samples = sampleAt(to, rate) - sampleAt(from, rate);
		const kept = Math.round((index === 1 ? 1.1 : 0.7) * 48_000);
		const base = [100, 200, 0, 300, 100][index]!;
		return Array.from({ length: samples }, (_, n) => (base && n < kept ? base + (n % 20_000) : 0));
	});

	expect(left).toHaveLength(sampleAt(frames, rate));
	expect([...left].findIndex((value, n) => value !== expected[n])).toBe(-1);
	expect([...right].findIndex((value, n) => value + expected[n]! !== 0)).toBe(-1);
});

test('title cards before and behind the clips are silence', async () => {
	const clip = await stage.clip('carded', 0.5, counting(1));
	const { left } = await mixOf(stage, planOf({ parts: [{ clip }], cards: { lead: 12, tail: 6 } }));

	expect(left).toHaveLength(24_000 + 24_000 + 12_000);
	expect(left.slice(0, 24_000).every((value) => value === 0)).toBe(true);
	expect([...left.slice(24_000, 24_003), left[47_999]]).toEqual([1, 2, 3, 4000]);
	expect(left.slice(48_000).every((value) => value === 0)).toBe(true);
});

test('two pieces that overlap are mixed at equal power over exactly the samples they share', async () => {
	const { left } = await mixed([
		{ file: pcm('loud', 1000, () => 10_000), samples: 1000 },
		{ file: pcm('low', 600, () => -4000), samples: 600, fadeIn: 200 },
		{ file: pcm('end', 400, () => 2000), samples: 400, fadeIn: 400 },
	]);
	const mix = (a: number, b: number, at: number, length: number) => {
		const angle = ((at + 0.5) / length) * (Math.PI / 2);
		return Math.round(a * Math.cos(angle) + b * Math.sin(angle));
	};

	expect(left).toHaveLength(1400 - 400 + 400);
	expect(left[799]).toBe(10_000);
	for (const at of [0, 1, 100, 199]) expect(left[800 + at]).toBe(mix(10_000, -4000, at, 200));
	for (const at of [0, 57, 399]) expect(left[1000 + at]).toBe(mix(-4000, 2000, at, 400));
});

test('a mix that would pass full scale is held there', async () => {
	const full = pcm('full', 200, () => 32_767);
	const { left } = await mixed([
		{ file: full, samples: 200 },
		{ file: full, samples: 200, fadeIn: 200 },
	]);

	expect(left[100]).toBe(32_767);
	expect(left[0]).toBeGreaterThan(32_766);
});

test('a piece shorter than planned is never padded in silence', async () => {
	const short = mixed([{ file: pcm('short', 10, () => 0.1), samples: 11 }]);

	await expect(short).rejects.toThrow('a piece of sound is shorter than planned');
});
