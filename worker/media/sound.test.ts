import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { mixed, writeProgramme } from './sound.ts';
import type { SoundPiece } from './programme.ts';

const folder = mkdtempSync(join(tmpdir(), 'reelsmith-sound-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Stereo PCM whose sample n is `value(n)` on the left and its negative on the right. */
function pcm(name: string, samples: number, value: (sample: number) => number): string {
	const bytes = Buffer.alloc(samples * 4);
	for (let sample = 0; sample < samples; sample++) {
		bytes.writeInt16LE(value(sample), sample * 4);
		bytes.writeInt16LE(-value(sample), sample * 4 + 2);
	}
	writeFileSync(join(folder, name), bytes);
	return join(folder, name);
}

async function programme(
	parts: { file: string | null; samples: number; fadeIn?: number }[],
): Promise<{ left: number[]; right: number[] }> {
	let start = 0;
	const pieces = parts.map(({ file, samples, fadeIn = 0 }, clip): SoundPiece & { file: string | null } => {
		start -= fadeIn;
		const piece = { clip, pcm: null, start, samples, fadeIn, file };
		start += samples;
		return piece;
	});
	const out = join(folder, 'film.pcm');
	await writeProgramme(pieces, ({ clip }) => parts[clip]!.file, out, AbortSignal.timeout(10_000));
	const bytes = readFileSync(out);
	const channel = (offset: number) =>
		Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readInt16LE(index * 4 + offset));
	return { left: channel(0), right: channel(2) };
}

test('pieces stand end to end to the sample, silence where a clip has none', async () => {
	const { left, right } = await programme([
		{ file: pcm('a', 70_001, (n) => (n % 1000) + 1), samples: 70_001 },
		{ file: null, samples: 333 },
		{ file: pcm('b', 5, (n) => n + 10), samples: 5 },
	]);

	expect(left).toHaveLength(70_339);
	expect(left.slice(69_999, 70_003)).toEqual([1000, 1, 0, 0]);
	expect(left[65_536]).toBe(537);
	expect(left.slice(-6)).toEqual([0, 10, 11, 12, 13, 14]);
	expect(right.at(-1)).toBe(-14);
});

test('two pieces that overlap are mixed at equal power over exactly the samples they share', async () => {
	const { left } = await programme([
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

test('a mix that would pass full scale is held there', () => {
	const full = Buffer.alloc(400);
	for (let at = 0; at < 400; at += 2) full.writeInt16LE(32_767, at);
	const mix = mixed(full, full);

	expect(mix.readInt16LE(200)).toBe(32_767);
	expect(mix.readInt16LE(0)).toBeGreaterThan(32_766);
});

test('a piece shorter than planned is never padded in silence', async () => {
	const short = programme([{ file: pcm('short', 10, () => 1), samples: 11 }]);

	await expect(short).rejects.toThrow('a piece of sound is shorter than planned');
});
