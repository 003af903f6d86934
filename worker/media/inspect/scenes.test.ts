import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { InspectInput, type SceneReport } from '../../contract/inspect.ts';
import type { Media } from '../index.ts';
import { asClip, difference, ffmpeg, footage, smallFrames, testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';
import { mergeShort } from './scenes.ts';

const clips = testClips();
let media: Media;

/** Pictures that have nothing in common, each moving. */
const SHOWS = {
	bars: 'smptebars=s=320x180:r=24',
	counter: 'testsrc2=s=320x180:r=24',
	red: 'color=c=0x803020:s=320x180:r=24,noise=alls=8:allf=t:all_seed=3',
};
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '18', '-pix_fmt', 'yuv420p'];

function made(name: string, shows: (keyof typeof SHOWS)[], graph: string): string {
	const path = join(clips.folder, `${name}.mp4`);
	const inputs = shows.flatMap((show) => ['-f', 'lavfi', '-i', SHOWS[show]]);
	ffmpeg(...inputs, '-filter_complex', `${graph},format=yuv420p[v]`, '-map', '[v]', ...X264, path);
	return path;
}

async function scenesOf(path: string, options: object = {}): Promise<SceneReport> {
	const input = InspectInput.parse({ operation: 'scenes', asset: '0'.repeat(64), ...options });
	const request = { input, source: asClip(path), logo: null, folder: mkdtempSync(join(clips.folder, 'look-')) };
	return (await media.inspect(request, {
		signal: AbortSignal.timeout(60_000),
		progress: () => undefined,
	})) as SceneReport;
}
const CUTS = '[0]trim=end_frame=36[a];[1]trim=end_frame=30[b];[2]trim=end_frame=40[c];[a][b][c]concat=n=3';

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);

test('cuts are found at their frames, and scenes lie end to end', async () => {
	const { scenes, seconds } = await scenesOf(made('cuts', ['bars', 'counter', 'red'], CUTS));

	expect(scenes.map(({ from, to }) => [Math.round(from * 24), Math.round(to * 24)])).toEqual([
		[0, 36],
		[36, 66],
		[66, 106],
	]);
	expect(scenes.map(({ number }) => number)).toEqual([1, 2, 3]);
	expect(scenes[0]!.score).toBeNull();
	expect(scenes[1]!.score).toBeGreaterThan(15);
	expect(seconds).toBeCloseTo(106 / 24, 5);
});

test('each scene comes with a picture of itself', async () => {
	const path = made('cuts', ['bars', 'counter', 'red'], CUTS);
	const { scenes } = await scenesOf(path);
	const frames = smallFrames(path);
	const middles = [18, 51, 86].map((frame) => frames[frame]!);

	for (const [index, { picture }] of scenes.entries()) {
		const [seen] = smallFrames(picture!);
		const nearest = middles.map((middle) => difference(seen!, middle));
		expect(nearest.indexOf(Math.min(...nearest))).toBe(index);
	}
});

test('no pictures are taken where none are wanted', async () => {
	const { scenes } = await scenesOf(made('cuts', ['bars', 'counter', 'red'], CUTS), { pictures: false });

	expect(scenes.map(({ picture }) => picture)).toEqual([null, null, null]);
});

test('a crossfade is one border, in its middle', async () => {
	const graph =
		'[0]trim=end_frame=72,settb=1/24[a];[1]trim=end_frame=72,settb=1/24[b];[a][b]xfade=duration=1:offset=2';
	const { scenes } = await scenesOf(made('fade', ['bars', 'red'], graph));

	expect(scenes).toHaveLength(2);
	expect(Math.abs(scenes[1]!.from - 2.5)).toBeLessThan(0.15);
});

test('a flash is no border', async () => {
	const flash = "[0]trim=end_frame=72,drawbox=c=white:t=fill:enable='between(n,30,32)'";
	const { scenes } = await scenesOf(made('flash', ['counter'], flash));

	expect(scenes).toHaveLength(1);
});

test('a scene shorter than the shortest becomes part of the one before, the first one of the next', async () => {
	const graph = '[0]trim=end_frame=36[a];[1]trim=end_frame=10[b];[2]trim=end_frame=40[c];[a][b][c]concat=n=3';
	const path = made('short', ['bars', 'counter', 'red'], graph);

	expect((await scenesOf(path, { minSeconds: 0 })).scenes).toHaveLength(3);
	expect((await scenesOf(path, { minSeconds: 1 })).scenes.map(({ from }) => Math.round(from * 24))).toEqual([0, 46]);
	expect(mergeShort([{ frame: 5, score: 50, gradual: false }], 100, 20)).toEqual([{ from: 0, to: 100, score: null }]);
});

test('sound alone and still pictures are refused in words', async () => {
	await expect(scenesOf(clips.path('tone'))).rejects.toMatchObject({
		code: 'media',
		message: 'tone.mp4 is sound alone, not a video',
	});
	await expect(scenesOf(clips.path('still'))).rejects.toMatchObject({
		message: 'still.mp4 is a still picture, not a video',
	});
});

const real = footage();
if (!real) console.log('the real clips are not here: scenes in them are not looked for');
(real ? test : test.skip)('transitions that a model drew are found, and one long take is one scene', async () => {
	const [bricks, diner, hall] = await Promise.all(real!.map((path) => scenesOf(path)));

	expect(bricks!.scenes).toHaveLength(1);
	expect(diner!.scenes).toHaveLength(2);
	expect(Math.abs(diner!.scenes[1]!.from - 82 / 24)).toBeLessThan(0.3);
	expect(hall!.scenes).toHaveLength(2);
	expect(Math.abs(hall!.scenes[1]!.from - 88 / 24)).toBeLessThan(0.3);
});
