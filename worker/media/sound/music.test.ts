import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { db, mixOf, openStage, planOf, RATE, sine, tone, trackOf, type Stage, type Wave } from './testing.ts';

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.remove());

const { abs } = Math;
const at = (seconds: number) => Math.round(seconds * RATE);
const plain = { gainDb: 0, duck: false, fadeInSeconds: 0, fadeOutSeconds: 0 };
const music = (settings: object = {}) => ({ music: { asset: 'a'.repeat(64), ...plain, ...settings } });

test('music is cut to the film, from where it is wanted, at its gain', async () => {
	const clip = await stage.clip('mute', 1.5, null);
	const song = await stage.sound('song.wav', 4, (n) => (n < at(2) ? 0.5 : sine(800, 0.5)(n)));
	const { left } = await mixOf(
		stage,
		planOf({ parts: [{ clip }], music: song, sound: music({ from: 2, gainDb: -12 }) }),
	);

	expect(left).toHaveLength(at(1.5));
	for (const seconds of [0, 0.7, 1.4]) expect(db(tone(left, 800, at(seconds)) / 0.5)).toBeCloseTo(-12, 1);
	expect(tone(left, 0, at(0))).toBeLessThan(0.001);
});

test('music that is too short begins anew without a click and without a hole', async () => {
	const clip = await stage.clip('longer', 4, null);
	// It ends in the middle of a swing: joined as it is, the wave would jump by more than half of full scale.
	const song = await stage.sound('loop.wav', 1.0006, sine(440.25, 0.4, 0.3));
	const plan = planOf({ parts: [{ clip }], music: song, sound: music() });
	const { left } = await mixOf(stage, plan);
	const step = left.reduce(
		(most, value, n) => (n && abs(value - left[n - 1]!) > most ? abs(value - left[n - 1]!) : most),
		0,
	);
	const steepest = 0.4 * 2 * Math.PI * (440.25 / RATE) * 32_768 * 1.45;
	const levels = Array.from({ length: 79 }, (_, n) => {
		const part = left.slice(at(n * 0.05), at(n * 0.05 + 0.05));
		return Math.hypot(...part) / Math.sqrt(part.length);
	});

	expect(left).toHaveLength(at(4));
	expect(step).toBeLessThan(steepest);
	expect(Math.min(...levels)).toBeGreaterThan((0.4 / Math.SQRT2) * 32_768 * 0.4);
	expect((await trackOf(stage, plan)).notes).toEqual(['the music lasts 1.00 s and is heard 5 times']);
});

test('music that is not to begin anew is followed by silence, and a note says so', async () => {
	const clip = await stage.clip('once', 2, null);
	const song = await stage.sound('once.wav', 1, sine(500, 0.4));
	const plan = planOf({ parts: [{ clip }], music: song, sound: music({ loop: false, fadeOutSeconds: 0.4 }) });
	const { left } = await mixOf(stage, plan);

	expect(db(tone(left, 500, at(0.4)) / 0.4)).toBeCloseTo(0, 1);
	expect(tone(left, 500, at(0.95), 2000)).toBeLessThan(0.1);
	expect(left.slice(at(1.01)).every((value) => value === 0)).toBe(true);
	expect((await trackOf(stage, plan)).notes).toEqual(['the music ends after 1.00 s, silence follows']);
});

test('music fades in and out in the shape of equal power', async () => {
	const clip = await stage.clip('faded', 4, null);
	const song = await stage.sound('even.wav', 5, sine(480, 0.5));
	const sound = music({ fadeInSeconds: 1, fadeOutSeconds: 2 });
	const { left } = await mixOf(stage, planOf({ parts: [{ clip }], music: song, sound }));
	const level = (seconds: number) => db(tone(left, 480, at(seconds) - 500, 1000) / 0.5);

	expect(Math.abs(left[10]!)).toBeLessThan(20);
	expect(level(0.5)).toBeCloseTo(db(Math.SQRT1_2), 1);
	expect(level(1.5)).toBeCloseTo(0, 1);
	expect(level(3)).toBeCloseTo(db(Math.SQRT1_2), 1);
	expect(level(3.667)).toBeCloseTo(db(0.2588), 0);
	expect(Math.abs(left.at(-1)!)).toBeLessThan(20);
});

test('fades that are longer together than the film share it', async () => {
	const clip = await stage.clip('brief', 1, null);
	const song = await stage.sound('brief.wav', 2, sine(480, 0.5));
	const sound = music({ fadeInSeconds: 10, fadeOutSeconds: 30 });
	const { left } = await mixOf(stage, planOf({ parts: [{ clip }], music: song, sound }));

	expect(db(tone(left, 480, at(0.25) - 500, 1000) / 0.5)).toBeGreaterThan(-0.3);
	expect(tone(left, 480, at(0.98), 960)).toBeLessThan(0.05);
});

test('music steps back under narration exactly, and not under the clips that carry it', async () => {
	const clip = await stage.clip('under', 5, sine(300, 0.2));
	const speaking: Wave = (n) => (n < at(1) ? 0 : sine(2000, 0.3)(n));
	const narration = await stage.sound('under.wav', 2, speaking);
	const song = await stage.sound('bed.wav', 6, sine(700, 0.2));
	const sound = { ...music({ duck: true, duckDb: 14 }), clipsDuckDb: 0 };
	const { left } = await mixOf(stage, planOf({ parts: [{ clip, narration }], music: song, sound }));
	const level = (seconds: number) => db(tone(left, 700, at(seconds), 1920) / 0.2);

	for (const free of [0.1, 0.5, 0.8, 2.6, 4]) expect(level(free)).toBeCloseTo(0, 1);
	for (const spoken of [1, 1.5, 1.95]) expect(level(spoken)).toBeCloseTo(-14, 0);
	expect(level(2.25)).toBeLessThan(-4);
});

test('without narration music steps back where the clips themselves speak up, and not for their murmur', async () => {
	const loud: Wave = (n) => (n > at(2) && n < at(4) ? sine(1500, 0.3)(n) : sine(1500, 0.005)(n));
	const clip = await stage.clip('dialogue', 7, loud);
	const song = await stage.sound('carpet.wav', 8, sine(700, 0.1));
	const { left } = await mixOf(stage, planOf({ parts: [{ clip }], music: song, sound: music({ duck: true }) }));
	const level = (seconds: number) => db(tone(left, 700, at(seconds), 1920) / 0.1);

	for (const murmur of [0.5, 1.5, 5, 6.5]) expect(level(murmur)).toBeCloseTo(0, 0);
	for (const speech of [2.05, 3, 3.9]) expect(level(speech)).toBeCloseTo(-10, 0);
	const steps = Array.from({ length: 100 }, (_, n) => level(1.5 + n * 0.03) - level(1.53 + n * 0.03));
	expect(Math.max(...steps.map(Math.abs))).toBeLessThan(3);
});

test('music that ends before it is to begin is refused', async () => {
	const clip = await stage.clip('late', 1, null);
	const song = await stage.sound('late.wav', 1, sine(500));
	const made = mixOf(stage, planOf({ parts: [{ clip }], music: song, sound: music({ from: 2 }) }));

	await expect(made).rejects.toMatchObject({ code: 'media', message: 'the music gave no sound' });
});
