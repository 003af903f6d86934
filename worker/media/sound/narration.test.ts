import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { placeNarrations } from './narration.ts';
import { secondsHeard } from './decode.ts';
import { db, mixOf, noise, openStage, planOf, RATE, sine, tone, type Stage, type Wave } from './testing.ts';

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.remove());

const at = (seconds: number) => Math.round(seconds * RATE);
const wanted = (clip: number, start: number, length: number, end: number) => ({
	clip,
	name: `clip ${clip + 1}`,
	start: at(start),
	samples: at(length),
	end: at(end),
});
const quiet = { clipsDuckDb: 0 };

test('narrations that fit begin with their clips and nothing is said about it', () => {
	const { placed, notes } = placeNarrations(
		[wanted(0, 0, 3.9, 4), wanted(1, 4, 4.05, 8), wanted(2, 8, 1, 12)],
		at(12),
	);

	expect(placed.map(({ start }) => start)).toEqual([0, at(4), at(8.0) + at(0.05) + at(0.25)]);
	expect(notes).toEqual(['the narration of clip 3 begins 0.30 s late, behind the one before it']);
	expect(placeNarrations([wanted(0, 0, 4, 4), wanted(1, 4, 4, 8)], at(8)).notes).toEqual([]);
});

test('a narration longer than its clip runs on whole, and pushes the next ones back with a breath between', () => {
	const { placed, notes } = placeNarrations([wanted(0, 0, 5, 2), wanted(1, 2, 3, 4), wanted(2, 4, 1, 20)], at(20));

	expect(placed).toEqual([
		{ clip: 0, start: 0, samples: at(5) },
		{ clip: 1, start: at(5.25), samples: at(3) },
		{ clip: 2, start: at(8.5), samples: at(1) },
	]);
	expect(notes).toEqual([
		'the narration of clip 1 runs on for 3.00 s behind its clip',
		'the narration of clip 2 begins 3.25 s late, behind the one before it',
		'the narration of clip 2 runs on for 4.25 s behind its clip',
		'the narration of clip 3 begins 4.50 s late, behind the one before it',
	]);
});

test('what the end of the film leaves no room for is told to the hundredth of a second', () => {
	const { placed, notes } = placeNarrations([wanted(0, 0, 5, 2), wanted(1, 2, 1, 4)], at(4));

	expect(placed).toEqual([{ clip: 0, start: 0, samples: at(4) }]);
	expect(notes).toEqual([
		'the narration of clip 1 runs on for 2.00 s behind its clip',
		'the last 1.00 s of the narration of clip 1 are lost: it is faded out with the film',
		'the narration of clip 2 begins 3.25 s late, behind the one before it',
		'the narration of clip 2 is not heard: the film ends before it can begin',
	]);
});

test('a narration is heard from the middle of the transition into its clip, to the sample', async () => {
	const clip = await stage.clip('mute', 2, null);
	const narration = await stage.sound('counted.wav', 0.5, (n) => (n + 1) / 32_768);
	const parts = [{ clip }, { clip, narration, transition: 'crossfade', transitionSeconds: 0.5 }];
	const plan = planOf({ parts });
	const { left } = await mixOf(stage, plan);

	expect(plan.narrations).toMatchObject([{ clip: 1, start: at(1.75), samples: at(0.5) }]);
	expect([...left.slice(at(1.75) - 1, at(1.75) + 3)]).toEqual([0, 1, 2, 3]);
	expect([...left.slice(at(2.25) - 2, at(2.25) + 1)]).toEqual([23_999, 24_000, 0]);
});

test.each(['spoken.mp3', 'spoken.m4a', 'spoken.flac', 'spoken.mp4'])('%s speaks as a wave file does', async (name) => {
	const clip = await stage.clip('still', 2, null);
	const narration = name.endsWith('.mp4')
		? await stage.clip('talking', 1, sine(600, 0.25))
		: await stage.sound(name, 1, sine(600, 0.25));
	const { left } = await mixOf(stage, planOf({ parts: [{ clip, narration }], sound: { narrationDb: -6 } }));

	// LAME makes everything 0.45 dB softer on its own account.
	for (const seconds of [0.2, 0.85])
		expect(Math.abs(db(tone(left, 600, at(seconds)) / 0.25) + 6)).toBeLessThan(name.endsWith('.mp3') ? 0.5 : 0.05);
	expect(tone(left, 600, at(1.2))).toBeLessThan(0.001);
});

test('a narration that the film cuts off is faded out in its last half second', async () => {
	const clip = await stage.clip('short', 1, null);
	const narration = await stage.sound('long.wav', 3, sine(500, 0.5));
	const plan = planOf({ parts: [{ clip, narration }] });
	const { left } = await mixOf(stage, plan);

	expect(plan.notes).toEqual([
		'the last 2.00 s of the narration of short.mov are lost: it is faded out with the film',
	]);
	expect(left).toHaveLength(at(1));
	expect(db(tone(left, 500, at(0.4)) / 0.5)).toBeCloseTo(0, 1);
	expect(db(tone(left, 500, at(0.7)) / 0.5)).toBeCloseTo(db(Math.cos(Math.PI / 4)), 0);
	expect(Math.abs(left.at(-1)!)).toBeLessThan(20);
});

test('clips step back by the wanted decibels before the first word is said, and not for silence', async () => {
	const clip = await stage.clip('hum', 6, sine(440, 0.1));
	const speaking: Wave = (n) => (n < at(1) || n > at(2) ? 0 : sine(2000, 0.3)(n));
	const narration = await stage.sound('waits.wav', 3, speaking);
	const { left } = await mixOf(stage, planOf({ parts: [{ clip, narration }], sound: { clipsDuckDb: 12 } }));
	const level = (seconds: number) => db(tone(left, 440, at(seconds), 1200) / 0.1);

	expect(level(0.4)).toBeCloseTo(0, 1);
	expect(level(0.82)).toBeCloseTo(0, 1);
	expect(level(0.91)).toBeLessThan(-4);
	expect(level(0.91)).toBeGreaterThan(-8);
	for (const inside of [1, 1.3, 1.6, 1.9, 1.97]) expect(level(inside)).toBeCloseTo(-12, 0);
	expect(level(2.25)).toBeLessThan(-4);
	expect(level(2.25)).toBeGreaterThan(-8);
	for (const behind of [2.6, 3.5, 5]) expect(level(behind)).toBeCloseTo(0, 1);
	expect(db(tone(left, 2000, at(1.5)) / 0.3)).toBeCloseTo(0, 1);
});

test('short pauses between words let nothing come back', async () => {
	const clip = await stage.clip('drone', 5, sine(440, 0.1));
	const speaking: Wave = (n) => (n % at(1) < at(0.3) ? sine(2000, 0.3)(n) : 0);
	const narration = await stage.sound('words.wav', 4, speaking);
	const { left } = await mixOf(stage, planOf({ parts: [{ clip, narration }] }));
	const levels = Array.from({ length: 32 }, (_, n) => db(tone(left, 440, at(n / 10), 4800) / 0.1));

	expect(Math.max(...levels)).toBeLessThan(-9.5);
	expect(Math.min(...levels)).toBeGreaterThan(-10.5);
});

test('clips and narration have levels of their own', async () => {
	const clip = await stage.clip('level', 1, sine(440, 0.1));
	const narration = await stage.sound('level.wav', 1, sine(2000, 0.1));
	const sound = { clipsDb: 3, narrationDb: 6, ...quiet };
	const { left } = await mixOf(stage, planOf({ parts: [{ clip, narration }], sound }));

	expect(db(tone(left, 440, at(0.5)) / 0.1)).toBeCloseTo(3, 1);
	expect(db(tone(left, 2000, at(0.5)) / 0.1)).toBeCloseTo(6, 1);
});

test('a narration without sound is refused by name', async () => {
	const clip = await stage.clip('nothing', 1, null);

	expect(() => planOf({ parts: [{ clip, narration: clip }] })).toThrow('the narration of nothing.mov holds no sound');
});

test.each(['guessed.aac', 'guessed.mp3', 'known.wav'])('what %s really holds is known by decoding it', async (name) => {
	const spoken: Wave = (n) => (n % at(3) < at(0.5) ? noise(0.4)(n) : 0);
	const source = await stage.sound(name, 6, spoken, ['-write_xing', '0'].slice(0, name.endsWith('mp3') ? 2 : 0));
	const seconds = await secondsHeard(stage.tools, source, name, AbortSignal.timeout(10_000));

	expect(Math.abs(seconds - 6)).toBeLessThan(0.1);
});
