import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ffmpeg } from '../testing/clips.ts';
import { adtsFrames, sameWindow } from './adts.ts';
import { renderPieces } from '../render.ts';
import type { Bus } from './mix.ts';
import { prepareSound, soundPieces } from './sound.ts';
import { addressOf, framesFor, sectionsOf } from './sections.ts';
import { channels, mixOf, noise, openStage, planOf, RATE, sine, trackOf, type Stage, type Wave } from './testing.ts';

let stage: Stage;
beforeAll(async () => void (stage = await openStage()));
afterAll(() => stage.remove());

const { max, sqrt, floor } = Math;
const VEO_CLIP = 8 * RATE;
/** Samples of a section, and of the first one. */
const [SECTION, FIRST] = [75 * 1024, 45 * 1024];

test.each([1, 1023, 1024, 46_080, 61_440, 122_880, 384_000, 1_000_003])(
	'the sections of %s samples stand end to end and hold every frame once',
	(samples) => {
		const sections = sectionsOf(samples);
		const ends = (key: 'from' | 'to') => sections.map((each) => each[key]);
		const frames = sections.map((each) => each.frames);

		expect(ends('from')).toEqual([0, ...ends('to').slice(0, -1)]);
		expect(ends('to').at(-1)).toBe(samples);
		expect(frames.map(({ from }) => from)).toEqual([0, ...frames.map(({ to }) => to).slice(0, -1)]);
		expect(frames.at(-1)!.to).toBe(framesFor(samples));
		for (const { from, to } of frames.slice(0, -1)) expect(to - from).toBe(from ? 75 : 45);
		for (const { from, to, around } of sections) {
			expect(around.from).toBe(max(0, from - 15 * 1024));
			expect(around.to).toBe(Math.min(samples, to + 15 * 1024));
		}
	},
);

const bus = (...clips: string[]): Bus[] => [
	{
		layers: clips.map((name, at) => ({
			path: `/anywhere/${name}.pcm`,
			start: at * VEO_CLIP,
			samples: VEO_CLIP,
			fadeIn: 0,
			fadeOut: 0,
		})),
		gain: null,
	},
];
const addresses = (buses: Bus[], clips: number, gainDb = 0) =>
	sectionsOf(clips * VEO_CLIP).map((section) =>
		addressOf(buses, section, { treatment: { gainDb, held: null }, encoder: ['aac'] }, 'test'),
	);

test('one changed clip changes six sections, and clips that change places keep those within them', () => {
	const before = addresses(bus('a', 'b', 'c', 'd'), 4);
	const changed = addresses(bus('a', 'b', 'x', 'd'), 4);
	const turned = addresses(bus('b', 'a', 'd', 'c'), 4);

	expect(before.filter((address) => !changed.includes(address))).toHaveLength(6);
	expect(before.filter((address) => turned.includes(address)).length).toBeGreaterThanOrEqual(12);
	expect(addresses(bus('a', 'b', 'c', 'd'), 4, 0.1).filter((address) => before.includes(address))).toEqual([]);
});

test('a gain counts only where it is heard', () => {
	const gained = (from: number) => {
		const gain = new Float32Array((2 * VEO_CLIP) / 480 + 1).fill(1);
		gain.fill(0.5, from / 480);
		return addresses([{ ...bus('a', 'b')[0]!, gain }], 2);
	};
	const [early, late] = [gained(VEO_CLIP), gained(VEO_CLIP + 5 * SECTION)];
	const same = early.filter((address, index) => address === late[index]);

	expect(same).toHaveLength(5);
});

/** A voice: tones that come and go, with clicks on both sides. */
const voice =
	(hertz: number): Wave =>
	(n) => {
		const tone = (sine(hertz, 0.3)(n) as number) * (0.6 + (sine(3, 0.4)(n) as number));
		return tone + (noise(0.02)(n) as number) + (n % 9000 < 30 ? 0.3 : 0);
	};

/** How far a decoded track is from the mix it was made of, in windows of 1024 samples. */
async function errorsOf(path: string, plan: ReturnType<typeof planOf>): Promise<number[]> {
	const out = join(stage.folder, 'decoded.pcm');
	ffmpeg('-i', path, '-f', 's16le', '-ar', String(RATE), '-ac', '2', out);
	const [{ left: made }, { left: wanted }] = [channels(readFileSync(out)), await mixOf(stage, plan)];
	return Array.from({ length: floor(wanted.length / 1024) }, (_, at) => {
		let sum = 0;
		for (let n = at * 1024; n < (at + 1) * 1024; n++) sum += (made[n]! - wanted[n]!) ** 2;
		return sqrt(sum / 1024);
	});
}

/** The largest error near the borders of sections, or away from them. */
function worstAt({ samples }: { samples: number }, errors: number[], near: boolean): number {
	const borders = sectionsOf(samples).map(({ frames: { from } }) => from);
	const isNear = (at: number) => borders.some((border) => border > 0 && Math.abs(at - border) < 5);
	return max(...errors.filter((_, at) => isNear(at) === near));
}

const sectionsKept = () =>
	readdirSync(join(stage.folder, 'cache'), { recursive: true, encoding: 'utf8' }).filter((name) =>
		/^..\/.*\.section$/.test(name),
	).length;

test('sections of two encoders go on behind one another as if there were one', async () => {
	const clips = await Promise.all([300, 430, 570, 710].map((hertz) => stage.clip(`v${hertz}`, 8, voice(hertz))));
	const [a, b, c, x] = clips.map((clip) => ({ clip })) as [
		{ clip: (typeof clips)[0] },
		{ clip: (typeof clips)[0] },
		{ clip: (typeof clips)[0] },
		{ clip: (typeof clips)[0] },
	];
	await trackOf(stage, planOf({ parts: [a, b, c] }));
	const before = sectionsKept();
	const plan = planOf({ parts: [a, x, c] });
	const { path, found } = await trackOf(stage, plan);
	const errors = await errorsOf(path, plan);

	expect(found).toBe(false);
	expect(before).toBe(sectionsOf(plan.samples).length);
	expect(sectionsKept() - before).toBe(6);
	expect(worstAt(plan, errors, true)).toBeLessThan(worstAt(plan, errors, false) * 1.2);
});

test('sections that no missing clip can change are made ahead, and found when the clip is there', async () => {
	const clips = await Promise.all([330, 470, 610].map((hertz) => stage.clip(`w${hertz}`, 8, voice(hertz))));
	const plan = planOf({ parts: clips.map((clip) => ({ clip })) });
	const folder = await stage.scratch();
	const signal = AbortSignal.timeout(30_000);
	await renderPieces(soundPieces({ sound: plan }), folder, stage.kitchen, { signal, done: () => undefined });
	const before = sectionsKept();
	await prepareSound(stage.kitchen, plan, folder, (clip) => clip < 2, signal);
	const ahead = sectionsKept() - before;
	await trackOf(stage, plan);

	expect(ahead).toBe(sectionsOf(plan.samples).filter(({ around }) => around.to <= 2 * VEO_CLIP).length);
	expect(sectionsKept() - before).toBe(sectionsOf(plan.samples).length);
});

test('what is heard again and again in a long film is encoded once', async () => {
	const clip = await stage.clip('again', 8, voice(390));
	const plan = planOf({ parts: Array.from({ length: 16 }, () => ({ clip })) });
	const before = sectionsKept();
	const { path } = await trackOf(stage, plan);
	const errors = await errorsOf(path, plan);

	// The first two, the last two, and the five of a clip between two others.
	expect(sectionsKept() - before).toBeLessThanOrEqual(9);
	expect(worstAt(plan, errors, true)).toBeLessThan(worstAt(plan, errors, false) * 1.2);
});

test('where two encoders never choose the same windows all is encoded in one run', async () => {
	// Clicks on one side alone keep the two channels from sharing a window.
	const clicks =
		(seed: number): Wave =>
		(n) => [n % 400 < 8 ? 0.6 : 0, noise(0.01, seed)(n) as number];
	const clips = await Promise.all([1, 2, 3].map((seed) => stage.clip(`clicks${seed}`, 4, clicks(seed))));
	const [a, b, x] = clips.map((clip) => ({ clip })) as [
		{ clip: (typeof clips)[0] },
		{ clip: (typeof clips)[0] },
		{ clip: (typeof clips)[0] },
	];
	await trackOf(stage, planOf({ parts: [a, b, a] }));
	const plan = planOf({ parts: [a, x, a] });
	const { path } = await trackOf(stage, plan);
	expect(existsSync(join(dirname(path), 'whole-0.section'))).toBe(true);
	const errors = await errorsOf(path, plan);

	expect(worstAt(plan, errors, true)).toBeLessThan(worstAt(plan, errors, false) * 1.2);
});

test('frames are told apart by their windows, and bytes that are none are refused', () => {
	const encode = (graph: string, name: string) => {
		const path = join(stage.folder, name);
		ffmpeg('-f', 'lavfi', '-i', graph, '-ac', '2', '-c:a', 'aac', '-b:a', '192k', '-f', 'adts', path);
		return readFileSync(path);
	};
	const calm = adtsFrames(encode('sine=f=300:r=48000:d=1', 'calm.aac'));
	const other = adtsFrames(encode('sine=f=500:r=48000:d=1', 'other.aac'));
	const bangs = encode(
		'aevalsrc=0.9*lt(mod(t\\,0.1)\\,0.002)*random(0)|0.9*lt(mod(t\\,0.1)\\,0.002)*random(0):s=48000:d=1',
		'bangs.aac',
	);
	const short = adtsFrames(bangs).filter((frame, at) => at > 5 && !sameWindow(frame, calm[10]!));

	expect(calm).toHaveLength(framesFor(RATE));
	expect(sameWindow(calm[10]!, other[20]!)).toBe(true);
	expect(short.length).toBeGreaterThan(3);
	expect(() => adtsFrames(Buffer.concat([bangs, Buffer.from('rest')]))).toThrow('is no ADTS at byte');
});

test('the first section is shorter, so that borders keep away from the joints of clips of 8 s', () => {
	const borders = sectionsOf(10 * VEO_CLIP).map(({ from }) => from);

	expect(borders[1]).toBe(FIRST);
	for (const border of borders.slice(1)) {
		const off = border % VEO_CLIP;
		expect(Math.min(off, VEO_CLIP - off)).toBeGreaterThanOrEqual(30 * 1024);
	}
});
