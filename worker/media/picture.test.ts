import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Media } from './index.ts';
import { difference, ffmpeg, leftSamples, smallFrames, testClips } from './testing/clips.ts';
import { openTestMedia, stitchTest } from './testing/engine.ts';

const clips = testClips();
let media: Media;

/** Grey levels by which an encoded frame may differ from its source in the mean; neighbours differ by more. */
const SAME = 1.5;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);

test('an encoded cut shows exactly the frames it was cut to', async () => {
	const { out } = await stitchTest(media, clips.folder, [{ path: clips.path('idr3'), cutFrom: 0.25, cutTo: 0.75 }]);
	const [source, film] = [smallFrames(clips.path('idr3')), smallFrames(out)];

	expect(film).toHaveLength(12);
	for (const [index, frame] of film.entries()) {
		const nearest = source
			.map((other, at) => ({ at, far: difference(frame, other) }))
			.toSorted((a, b) => a.far - b.far)[0]!;
		expect(nearest).toMatchObject({ at: index + 6 });
		expect(nearest.far).toBeLessThan(SAME);
	}
});

test('a crossfade shows the end of one clip and the beginning of the next in the right shares', async () => {
	const { out } = await stitchTest(media, clips.folder, [
		{ path: clips.path('a3') },
		{ path: clips.path('a2'), transition: 'crossfade', transitionSeconds: 0.5 },
	]);
	const [a, b, film] = [smallFrames(clips.path('a3')), smallFrames(clips.path('a2')), smallFrames(out)];

	expect(film).toHaveLength(108);
	for (let frame = 0; frame < 12; frame++) {
		const share = frame / 12;
		const blend = Buffer.from(
			a[60 + frame]!.map((value, index) => value * (1 - share) + b[frame]![index]! * share),
		);
		expect(difference(film[60 + frame]!, blend)).toBeLessThan(SAME);
	}
	for (let frame = 0; frame < 60; frame++) expect(difference(film[frame]!, a[frame]!)).toBeLessThan(SAME);
	for (let frame = 72; frame < 108; frame++) expect(difference(film[frame]!, b[frame - 60]!)).toBeLessThan(SAME);
});

test('a clip of another shape is centred between black bars', async () => {
	const { out } = await stitchTest(media, clips.folder, [{ path: clips.path('tall25') }], {
		target: { width: 320, height: 180, fps: '24' },
	});
	const [frame] = smallFrames(out);
	const column = (x: number) => Array.from({ length: 18 }, (_, y) => frame![y * 32 + x]!);

	expect(Math.max(...column(2), ...column(9), ...column(22), ...column(29))).toBeLessThan(24);
	expect(Math.max(...column(15), ...column(16))).toBeGreaterThan(60);
});

test('a clip turned by its metadata stands upright in the film', async () => {
	const { report } = await stitchTest(media, clips.folder, [{ path: clips.path('turned') }]);

	expect(report).toMatchObject({ width: 180, height: 320 });
	expect(report.segments[0]).toMatchObject({
		how: 'encoded',
		why: expect.stringMatching(/turned by (90|270) degrees/),
	});
});

test('a frame hidden by an edit list is not in the film', async () => {
	const { report, out } = await stitchTest(media, clips.folder, [{ path: clips.path('edited') }]);
	const [source, film] = [smallFrames(clips.path('a2')), smallFrames(out)];

	expect(report.frames).toBe(36);
	expect(difference(film[0]!, source[12]!)).toBeLessThan(SAME);
	expect(difference(film[35]!, source[47]!)).toBeLessThan(SAME);
});

/** First white frame and first loud sample of a film, in seconds. */
function clapIn(film: string): { seen: number; heard: number } {
	const white = smallFrames(film).findIndex((frame) => frame[0]! > 180);
	return { seen: white / 24, heard: leftSamples(film).findIndex((value) => Math.abs(value) > 2000) / 48_000 };
}

test('picture and sound that belong together stay together, whatever the container shifts', async () => {
	const source = clips.path('clap');
	const made = (name: string, ...args: string[]) => {
		const path = join(clips.folder, name);
		ffmpeg(...args, path);
		return path;
	};
	const files = [
		source,
		made('shifted.mp4', '-ss', '0.5', '-i', source, '-c', 'copy'),
		made('fragments.mp4', '-i', source, '-c', 'copy', '-movflags', '+frag_keyframe+delay_moov'),
		made('clap.mkv', '-i', source, '-c', 'copy'),
		made('clap.webm', '-i', source, '-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus'),
		made('early.mp4', '-i', source, '-itsoffset', '0.3', '-i', source, '-map', '0:a', '-map', '1:v', '-c', 'copy'),
	];
	for (const path of files) {
		const { out } = await stitchTest(media, clips.folder, [{ path: clips.path('flat2') }, { path }], {
			target: { fps: '24' },
		});
		const { seen, heard } = clapIn(out);
		const late = path.endsWith('early.mp4') ? 0.3 : 0;

		expect(seen).toBeGreaterThan(2);
		expect(Math.abs(heard - (seen - late))).toBeLessThan(0.01);
	}
});

test('a cut far into a clip is sought and still shows exactly its frames', async () => {
	const { report, out } = await stitchTest(media, clips.folder, [
		{ path: clips.path('long'), cutFrom: 13.25, cutTo: 13.75 },
		{ path: clips.path('long'), cutFrom: 14, cutTo: 16 },
		{ path: clips.path('long'), cutFrom: 15, cutTo: 17, transition: 'crossfade', transitionSeconds: 0.25 },
	]);
	const [source, film] = [smallFrames(clips.path('long')), smallFrames(out)];

	expect(report.segments[1]).toMatchObject({ how: 'copied' });
	expect(film).toHaveLength(12 + 48 + 48 - 6);
	for (let frame = 0; frame < 12; frame++) expect(difference(film[frame]!, source[318 + frame]!)).toBeLessThan(SAME);
	for (let frame = 0; frame < 42; frame++)
		expect(difference(film[12 + frame]!, source[336 + frame]!)).toBeLessThan(SAME);
	for (let frame = 0; frame < 42; frame++)
		expect(difference(film[60 + frame]!, source[366 + frame]!)).toBeLessThan(SAME);
});
