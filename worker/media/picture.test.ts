import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Media } from './index.ts';
import { difference, smallFrames, testClips } from './testing/clips.ts';
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
