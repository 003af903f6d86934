import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCache } from './cache.ts';
import { openTools } from './ffmpeg.ts';
import type { Media } from './index.ts';
import { difference, ffmpeg, smallFrames, streamsOf, testClips, type ClipName } from './testing/clips.ts';
import { openTestMedia } from './testing/engine.ts';
import { makeThumbnail } from './thumbnail.ts';

const clips = testClips();
let media: Media;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);

async function thumbnailOf(path: string): Promise<string> {
	const signal = AbortSignal.timeout(20_000);
	const out = join(clips.folder, `${path.split('/').at(-1)}.jpg`);
	await media.thumbnail(path, await media.probe(path, { name: 'clip', signal }), out, { signal });
	return out;
}
const brightness = (path: string) => {
	const [frame] = smallFrames(path);
	return frame!.reduce((sum, value) => sum + value, 0) / frame!.length;
};

test('the thumbnail of a clip that fades in from black is not black', async () => {
	const out = await thumbnailOf(clips.path('fadein'));

	expect(brightness(out)).toBeGreaterThan(60);
	expect(streamsOf(out)[0]).toMatchObject({ codec_name: 'mjpeg', width: 320, height: 180 });
});

test('the thumbnail is a frame in focus, well lit and at rest', async () => {
	const path = join(clips.folder, 'picky.mp4');
	const spoilt = [
		"boxblur=12:enable='lt(n,24)'",
		"eq=brightness=0.6:enable='between(n,24,47)'",
		"eq=brightness=-0.6:enable='gte(n,72)'",
	];
	ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=24:d=4', '-vf', spoilt.join(','), '-pix_fmt', 'yuv420p', path);
	const [shown] = smallFrames(await thumbnailOf(path));
	const frames = smallFrames(path);
	const nearest = frames
		.map((frame, at) => ({ at, far: difference(frame, shown!) }))
		.toSorted((a, b) => a.far - b.far)[0]!;

	expect(nearest.at).toBeGreaterThanOrEqual(48);
	expect(nearest.at).toBeLessThan(72);
});

test('the frame at a second is that frame, and the last one behind the end', async () => {
	const path = clips.path('long');
	const probe = await media.probe(path, { name: 'clip', signal: AbortSignal.timeout(20_000) });
	const frames = smallFrames(path);
	const tools = await openTools({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', sandbox: 'auto' });
	const cache = await openCache(join(clips.folder, 'own'), 1e9);
	for (const [at, frame] of [
		[0, 0],
		[2.5, 60],
		[13.26, 318],
		[99, 431],
	] as const) {
		const out = join(clips.folder, `at${frame}.jpg`);
		await makeThumbnail({ tools, cache }, path, probe, out, {
			signal: AbortSignal.timeout(20_000),
			at,
			width: 200,
		});
		const [shown] = smallFrames(out);
		const nearest = frames
			.map((each, index) => ({ index, far: difference(each, shown!) }))
			.toSorted((a, b) => a.far - b.far)[0]!;
		expect(nearest.index).toBe(frame);
		expect(streamsOf(out)[0]).toMatchObject({ width: 200 });
	}
});

test('a black clip still has a thumbnail', async () => {
	const out = await thumbnailOf(clips.path('black'));

	expect(existsSync(out)).toBe(true);
	expect(brightness(out)).toBeLessThan(20);
});

test('clips of one frame, of other codecs and shapes have thumbnails that keep the shape', async () => {
	for (const [name, width, height] of [
		['one', 320, 180],
		['vp9', 320, 180],
		['turned', 180, 320],
		['odd', 321, 182],
	] as [ClipName, number, number][])
		expect(streamsOf(await thumbnailOf(clips.path(name)))[0]).toMatchObject({ width, height });
});

test('a large picture becomes a small one of the same shape', async () => {
	const png = join(clips.folder, 'large.png');
	ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=1600x900', '-frames:v', '1', png);
	const out = await thumbnailOf(png);

	expect(streamsOf(out)[0]).toMatchObject({ width: 640, height: 360 });
	expect(execFileSync('head', ['-c', '3', out]).toString('hex')).toBe('ffd8ff');
});

test('sound alone is refused a thumbnail in words', async () => {
	const wav = join(clips.folder, 'tone.wav');
	ffmpeg('-f', 'lavfi', '-i', 'sine=d=1', wav);

	await expect(thumbnailOf(wav)).rejects.toMatchObject({
		code: 'media',
		message: 'the file is sound alone: there is no picture of it',
	});
});
