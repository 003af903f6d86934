import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { renderPieces } from '../render.ts';
import { ffmpeg } from '../testing/clips.ts';
import { makeSound, soundPieces } from './sound.ts';
import { channels, noise, openStage, planOf, RATE, sine, trackOf, type Stage } from './testing.ts';

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.remove());

const at = (seconds: number) => Math.round(seconds * RATE);

/** Samples by which the second best resembles the first, within so many. */
function lagOf(made: Int16Array, source: Int16Array, most = 40): number {
	const alike = (lag: number) => {
		let sum = 0;
		for (let n = most; n < source.length - most; n++) sum += made[n + lag]! * source[n]!;
		return sum;
	};
	const lags = Array.from({ length: 2 * most + 1 }, (_, n) => n - most);
	return lags.reduce((best, lag) => (alike(lag) > alike(best) ? lag : best), 0);
}

test.each([null, -18])('behind the encoder every clip still begins at its sample (loudness %s)', async (loudness) => {
	const clips = await Promise.all(
		[1, 2, 3].map((seed) => stage.clip(`noise${seed}`, 0.7, noise(0.3, seed), '30000/1001')),
	);
	const plan = planOf({ parts: clips.map((clip) => ({ clip })), sound: { loudness } });
	const { path } = await trackOf(stage, plan);
	const decode = (from: string, to: string) => ffmpeg('-i', from, '-f', 's16le', '-ar', '48000', '-ac', '2', to);
	const out = join(stage.folder, 'decoded.pcm');
	decode(path, out);
	const film = channels(await readFile(out)).left;

	// Decoders give the whole last frame.
	expect(Math.ceil(plan.samples / 1024) * 1024).toBe(film.length);
	for (const [index, piece] of plan.pieces.entries()) {
		decode(clips[index]!.path, out);
		const source = channels(await readFile(out)).left.slice(0, 9000);
		expect(lagOf(film.slice(piece.start, piece.start + 9000), source)).toBe(0);
	}
});

test('without a target the samples stay as they are, and are measured all the same', async () => {
	const clip = await stage.clip('left', 1, sine(1000, 0.1));
	const { loudness, notes } = await trackOf(stage, planOf({ parts: [{ clip }] }));

	expect(loudness).toEqual({
		target: null,
		before: expect.closeTo(-20, 0),
		after: loudness.before,
		truePeak: expect.closeTo(-20, 1),
		gainDb: 0,
		limited: false,
	});
	expect(notes).toEqual([]);
});

test('a mix that passes full scale is told where no target prevents it', async () => {
	const clip = await stage.clip('hot', 0.5, sine(440, 0.9));
	const narration = await stage.sound('hot.wav', 0.5, sine(440, 0.9));
	const sound = { clipsDuckDb: 0 };
	const plain = await trackOf(stage, planOf({ parts: [{ clip, narration }], sound }));
	const kept = await trackOf(stage, planOf({ parts: [{ clip, narration }], sound: { ...sound, loudness: -14 } }));

	expect(plain.notes).toEqual([expect.stringMatching(/^\d+ samples of the mix pass full scale/)]);
	expect(kept.notes).toEqual([]);
});

test('sections are found again, and made anew where they are damaged', async () => {
	const clip = await stage.clip('again', 4, noise(0.1));
	const plan = planOf({ parts: [{ clip }], sound: { loudness: -16 } });
	const first = await trackOf(stage, plan);
	const second = await trackOf(stage, plan);
	const { found: _, heard: __, path: ___, ...report } = first;
	const kept = readdirSync(join(stage.folder, 'cache'), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.section'))
		.map((name) => join(stage.folder, 'cache', name));

	expect([first.found, second.found]).toEqual([false, true]);
	expect(second).toMatchObject(report);
	for (const path of kept) await writeFile(path, 'no sound');
	expect(await trackOf(stage, plan)).toMatchObject({ ...report, found: false });
	for (const path of kept) {
		const bytes = await readFile(path);
		await writeFile(path, bytes.fill(0, bytes.length >> 1));
	}
	expect(await trackOf(stage, plan)).toMatchObject(report);
	expect((await trackOf(stage, plan)).found).toBe(true);
});

test('levels, music and places all count in the address of a sound; names do not', async () => {
	const clip = await stage.clip('address', 1, sine(300, 0.1));
	const music = await stage.sound('address.wav', 1, sine(500, 0.1));
	const sound = (more: object = {}) => ({ music: { asset: music.id, ...more } });
	const keys = [
		planOf({ parts: [{ clip }] }),
		planOf({ parts: [{ clip }], sound: { loudness: -14 } }),
		planOf({ parts: [{ clip }], sound: { clipsDb: -1 } }),
		planOf({ parts: [{ clip, narration: music }] }),
		planOf({ parts: [{ clip }], music, sound: sound() }),
		planOf({ parts: [{ clip }], music, sound: sound({ gainDb: -3 }) }),
		planOf({ parts: [{ clip }, { clip }] }),
	].map(({ key }) => key);

	expect(new Set(keys).size).toBe(keys.length);
	const renamed = { ...clip, name: 'another' };
	expect(planOf({ parts: [{ clip: renamed }] }).key).toBe(keys[0]);
});

test('progress rises to 1, and the process stays awake meanwhile', async () => {
	const clip = await stage.clip('awake', 2, noise(0.2));
	const narration = await stage.sound('awake.wav', 3, sine(500, 0.2));
	const parts = Array.from({ length: 20 }, () => ({ clip, narration }));
	let [last, longest] = [performance.now(), 0];
	const clock = setInterval(() => {
		longest = Math.max(longest, performance.now() - last);
		last = performance.now();
	}, 1);
	const { heard } = await trackOf(stage, planOf({ parts, sound: { loudness: -14 } }));
	clearInterval(clock);

	expect(heard.length).toBeGreaterThan(20);
	expect(heard).toEqual(heard.toSorted((a, b) => a - b));
	expect(heard.at(-1)).toBe(1);
	expect(longest).toBeLessThan(250);
});

test('a sound that is cancelled ends within a second, wherever it is, and leaves nothing unfinished in the cache', async () => {
	const clip = await stage.clip('endless', 4, noise(0.3));
	const folder = await stage.scratch();
	const signal = AbortSignal.timeout(30_000);
	for (const [nth, share] of [0, 0.05, 0.4, 0.8].entries()) {
		// Each film has its own level, so that nothing of the one before is found.
		const sound = { loudness: -14, clipsDb: -nth };
		const plan = planOf({ parts: Array.from({ length: 40 }, () => ({ clip })), sound });
		await renderPieces(soundPieces({ sound: plan }), folder, stage.kitchen, { signal, done: () => undefined });
		const stop = new AbortController();
		let asked = 0;
		const cancel = (at: number) => {
			if (at < share || stop.signal.aborted) return;
			asked = performance.now();
			stop.abort(new Error('enough'));
		};
		const made = makeSound(stage.kitchen, plan, folder, { signal: stop.signal, progress: cancel });
		if (share === 0) cancel(0);
		await expect(made).rejects.toThrow('enough');
		expect(performance.now() - asked).toBeLessThan(1000);
	}
	const kept = readdirSync(join(stage.folder, 'cache'), { recursive: true, encoding: 'utf8' });
	expect(kept.filter((name) => /^..\//.test(name) && !/\/[0-9a-f]{64}\.(section|pcm)$/.test(name))).toEqual([]);
});

test('a film without any sound has no plan of it', async () => {
	const clip = await stage.clip('dumb', 1, null);

	expect(planOf({ parts: [{ clip }, { clip }] })).toBeNull();
	expect(planOf({ parts: [{ clip }, { clip: await stage.clip('one', at(0.5) / RATE, sine(300)) }] })).not.toBeNull();
});
