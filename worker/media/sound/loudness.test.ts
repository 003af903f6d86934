import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { measurePcm } from './loudness.ts';
import {
	meteredBy,
	noise,
	openStage,
	pcmBytes,
	planOf,
	RATE,
	sine,
	trackOf,
	type Stage,
	type Wave,
} from './testing.ts';

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.remove());

const { exp } = Math;
const at = (seconds: number) => Math.round(seconds * RATE);
/** Syllables: noise and a voice's tones, five a second, with pauses between sentences. */
const speech =
	(level: number): Wave =>
	(n) => {
		const seconds = n / RATE;
		if (seconds % 3 > 2.2) return noise(level * 0.002)(n);
		const syllable = (sine(2.5, 1)(n) as number) > 0 ? (sine(2.5, 1)(n) as number) ** 2 : 0;
		const voice = sine(140, 0.5)(n) as number;
		return level * syllable * (voice + (sine(700, 0.3)(n) as number) + (noise(0.2)(n) as number));
	};
/** A chord with a beat. */
const song =
	(level: number): Wave =>
	(n) => {
		const beat = (n % at(0.5)) / at(0.5);
		const chord = [220, 277, 330, 441].reduce((sum, hertz) => sum + (sine(hertz, 0.2)(n) as number), 0);
		const drum = exp(-beat * 30) * (sine(70, 0.9)(n) as number);
		return [level * (chord + drum), level * (chord * 0.8 + drum + (sine(2500, 0.05)(n) as number))];
	};
/** Claps of full scale over a murmur: peaks far above everything else. */
const claps: Wave = (n) => (n % at(0.7) < 60 ? noise(0.98)(n) : noise(0.01)(n)) as number;

const SOUNDS: [string, number, Wave][] = [
	['speech', 6, speech(0.3)],
	['a song', 5, song(0.5)],
	['noise', 2, noise(0.3)],
	['claps', 4, claps],
	['a tone that peaks between samples', 2, sine(12_000, 0.9, Math.PI / 4)],
	['one side alone', 2, (n) => [sine(1000, 0.3)(n) as number, 0]],
	['a long silence around a word', 5, (n) => (n > at(2) && n < at(3) ? speech(0.5)(n) : 0)],
];

test.each(SOUNDS)("the meter reads %s as ffmpeg's does", async (name, seconds, wave) => {
	const path = join(stage.folder, 'metered.pcm');
	writeFileSync(path, pcmBytes(at(seconds), wave));
	const ours = await measurePcm(path, AbortSignal.timeout(10_000));
	const theirs = meteredBy(path, ['-f', 's16le', '-ar', String(RATE), '-ac', '2']);

	expect(Math.abs(ours.integrated! - theirs.loudness)).toBeLessThan(0.05);
	// ffmpeg's meter mirrors the first samples of a sound that begins at once, and reads that too.
	expect(Math.abs(ours.truePeak! - theirs.truePeak)).toBeLessThan(name.includes('between') ? 0.5 : 0.1);
});

test("the meter reads the standard's own tone right", async () => {
	// A sine of 997 Hz on one side at full scale reads −3.01 LUFS, on both 0 (ITU-R BS.1770-4 annex 1).
	const path = join(stage.folder, 'standard.pcm');
	writeFileSync(
		path,
		pcmBytes(at(3), (n) => [sine(997, 0.999)(n) as number, 0]),
	);
	const { integrated } = await measurePcm(path, AbortSignal.timeout(10_000));

	expect(integrated).toBeCloseTo(-3.01, 1);
});

test('silence and what is shorter than a block have no loudness, and full scale is counted', async () => {
	const path = join(stage.folder, 'odd.pcm');
	const measure = (samples: number, wave: Wave) => {
		writeFileSync(path, pcmBytes(samples, wave));
		return measurePcm(path, AbortSignal.timeout(10_000));
	};

	expect(await measure(at(1), () => 0)).toEqual({ integrated: null, truePeak: null, clipped: 0 });
	expect(await measure(at(0.39), sine(1000))).toMatchObject({ integrated: null, truePeak: expect.closeTo(-6.02, 1) });
	expect(await measure(1000, (n) => (n % 100 === 0 ? 1 : 0))).toMatchObject({ clipped: 20 });
	expect(await measure(0, () => 0)).toEqual({ integrated: null, truePeak: null, clipped: 0 });
});

const PROGRAMMES: [string, number, Wave, number][] = [
	['speech', 6, speech(0.3), -14],
	['speech', 6, speech(0.3), -23],
	['loud speech', 6, speech(1.2), -16],
	['a song', 5, song(0.5), -14],
	['a song', 5, song(0.9), -9],
	['a murmur near silence', 3, noise(0.0012), -14],
	['claps over a murmur', 4, claps, -20],
	['a second of noise', 1, noise(0.1), -14],
	['half a second of tone', 0.5, sine(1000, 0.05), -16],
	['one side alone', 2, (n) => [sine(1000, 0.3)(n) as number, 0], -14],
];

test.each(PROGRAMMES)(
	'%s of %s s is brought to its target behind the encoder',
	async (name, seconds, wave, ...rest) => {
		const target = rest.at(-1) as number;
		const clip = await stage.clip(`${name} ${target}`.replaceAll(' ', '-'), seconds, wave);
		const { loudness, notes, path } = await trackOf(
			stage,
			planOf({ parts: [{ clip }], sound: { loudness: target } }),
		);
		const metered = meteredBy(path);

		// Claps of full scale stand in the way: the last tenths are left to them.
		expect(Math.abs(metered.loudness - target)).toBeLessThan(name.startsWith('claps') ? 0.5 : 0.3);
		expect(metered.truePeak).toBeLessThanOrEqual(-1);
		expect(Math.abs(loudness.after! - metered.loudness)).toBeLessThan(0.1);
		expect(Math.abs(loudness.truePeak! - metered.truePeak)).toBeLessThan(0.2);
		expect(loudness).toMatchObject({ target });
		expect(notes).toEqual([]);
	},
);

test('what peaks forbid is approached, never forced, and said', async () => {
	const clip = await stage.clip('clicks', 3, (n) => (n % at(1) < 3 ? 0.9 : 0));
	const { loudness, notes, path } = await trackOf(stage, planOf({ parts: [{ clip }], sound: { loudness: -14 } }));

	expect(meteredBy(path).truePeak).toBeLessThanOrEqual(-1);
	expect(loudness.limited).toBe(true);
	expect(loudness.after!).toBeLessThan(-14.5);
	expect(notes).toEqual([`its loudness is ${loudness.after} LUFS, not -14: its peaks must stay below -1 dBTP`]);
});

test.each<[string, number, Wave]>([
	['silence', 1, () => 0],
	['the least noise that 16 bits hold', 1, (n) => (n % 7 === 0 ? 1 / 32_768 : 0)],
	['a blink of 0.3 s', 0.3, sine(1000)],
])('%s is left as it is, and a note says why', async (name, seconds, wave) => {
	const clip = await stage.clip(name.replaceAll(' ', '-'), seconds, wave);
	const { loudness, notes } = await trackOf(stage, planOf({ parts: [{ clip }], sound: { loudness: -14 } }));

	expect(loudness).toMatchObject({ target: -14, before: null, after: null, gainDb: 0, limited: false });
	expect(notes).toEqual([expect.stringContaining('the sound was left as loud as it is')]);
});

test('joints do not jump: one gain is given to the whole film where no peak is held', async () => {
	const soft = await stage.clip('soft', 2, sine(500, 0.02));
	const louder = await stage.clip('louder', 2, sine(500, 0.08));
	const plan = planOf({ parts: [{ clip: soft }, { clip: louder }], sound: { loudness: -20 } });
	const { loudness, path } = await trackOf(stage, plan);
	const part = (from: number) => meteredBy(path, ['-ss', String(from), '-t', '1']).loudness;

	expect(loudness.limited).toBe(false);
	expect(part(2.5) - part(0.5)).toBeCloseTo(12.04, 1);
});
