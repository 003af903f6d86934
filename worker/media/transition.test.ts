import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TRANSITIONS } from '../contract/transition.ts';
import { openPieces, targetFor } from './pieces.testkit.ts';
import { transitionRecipe, type Source } from './recipes.ts';
import { difference, ffmpeg, smallFrames, testClips } from './testing/clips.ts';

const clips = testClips();
let kit: Awaited<ReturnType<typeof openPieces>>;
let [a, b]: Source[] = [];
let [ofA, ofB]: Buffer[][] = [];

beforeAll(async () => {
	kit = await openPieces(clips.folder);
	[a, b] = await Promise.all([kit.source(clips.path('b3')), kit.source(clips.path('a3'))]);
	[ofA, ofB] = [smallFrames(clips.path('b3')), smallFrames(clips.path('a3'))];
});
afterAll(clips.remove);

const [LEAD, BOTH, TRAIL, FROM_A, FROM_B] = [2, 8, 3, 18, 4];
const SAME = 1.5;
/** At its first frame a squeeze has moved the picture by a line, a crop has cut its rim. */
const MOVED = 9;

async function made(transition: (typeof TRANSITIONS)[number], lead = LEAD, trail = TRAIL): Promise<Buffer[]> {
	const target = targetFor([a!, b!]);
	const from = FROM_A + LEAD - lead;
	const span = { lead, frames: BOTH, trail, transition };
	const recipe = transitionRecipe({ source: a!, from }, { source: b!, from: FROM_B }, span, target);
	return smallFrames(await kit.make(recipe, lead + BOTH + trail, target));
}

test.each(TRANSITIONS.filter((name) => name !== 'cut'))(
	'%s begins with the first clip, shows something of its own half-way and leaves the second behind',
	async (name) => {
		const film = await made(name);

		expect(film).toHaveLength(LEAD + BOTH + TRAIL);
		for (let frame = 0; frame < LEAD; frame++)
			expect(difference(film[frame]!, ofA![FROM_A + frame]!)).toBeLessThan(SAME);
		expect(difference(film[LEAD]!, ofA![FROM_A + LEAD]!)).toBeLessThan(MOVED);
		for (let frame = 0; frame < TRAIL; frame++)
			expect(difference(film[LEAD + BOTH + frame]!, ofB![FROM_B + BOTH + frame]!)).toBeLessThan(SAME);
		const middle = film[LEAD + BOTH / 2]!;
		expect(difference(middle, ofA![FROM_A + LEAD + BOTH / 2]!)).toBeGreaterThan(MOVED);
	},
);

test('a crossfade mixes frame by frame in equal steps, with and without frames shown alone', async () => {
	const [alone, led, followed] = [
		await made('crossfade', 0, 0),
		await made('crossfade', 2, 0),
		await made('crossfade', 0, 3),
	];

	expect([alone.length, led.length, followed.length]).toEqual([BOTH, BOTH + 2, BOTH + 3]);
	for (let frame = 0; frame < BOTH; frame++) {
		const share = frame / BOTH;
		const [first, second] = [ofA![FROM_A + LEAD + frame]!, ofB![FROM_B + frame]!];
		const blend = Buffer.from(first.map((value, index) => value * (1 - share) + second[index]! * share));
		for (const film of [alone[frame]!, led[frame + 2]!, followed[frame]!])
			expect(difference(film, blend)).toBeLessThan(SAME);
	}
});

test('clips of other sizes and rates meet in a transition', async () => {
	const other = await kit.source(clips.path('mute30'));
	const third = await kit.source(clips.path('tall25'));
	for (const [rate, frames] of [
		['30000/1001', 15],
		['25', 12],
	] as const) {
		const target = targetFor([other, third], { width: 320, height: 180, fps: rate, fit: 'blur' });
		const span = { lead: 3, frames, trail: 4, transition: 'wipeleft' as const };
		const recipe = transitionRecipe({ source: other, from: 6 }, { source: third, from: 0 }, span, target);

		expect(smallFrames(await kit.make(recipe, frames + 7, target))).toHaveLength(frames + 7);
	}
});

test('frames shown alone keep their pixels on the way past the transition', async () => {
	const target = targetFor([a!, b!]);
	const span = { lead: 20, frames: 4, trail: 20, transition: 'crossfade' as const };
	const { inputs, output } = transitionRecipe({ source: a!, from: 0 }, { source: b!, from: 0 }, span, target);
	const graph = output[output.indexOf('-filter_complex') + 1]!;
	const raw = `${clips.folder}/alone.mkv`;
	const files = inputs.flatMap(({ options }) =>
		options.map((option) => (typeof option === 'string' ? option : option.input)),
	);
	ffmpeg(...files, '-filter_complex', graph, '-map', '[v]', '-c:v', 'ffv1', '-fps_mode', 'passthrough', raw);
	const film = smallFrames(raw);

	expect(film).toHaveLength(44);
	for (let frame = 0; frame < 20; frame++) {
		expect(difference(film[frame]!, ofA![frame]!)).toBe(0);
		expect(difference(film[24 + frame]!, ofB![4 + frame]!)).toBe(0);
	}
});
