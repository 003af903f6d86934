import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readMovie } from './boxes.ts';
import type { Media } from './index.ts';
import { footage, frameHashes, leftSamples, streamsOf, testClips } from './testing/clips.ts';
import { openTestMedia, stitchTest } from './testing/engine.ts';

const clips = testClips();
let media: Media;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);

/** The offset in samples, within a few, at which `piece` fits `film` best. */
function bestOffset(film: Int16Array, piece: Int16Array, at: number): number {
	const difference = (offset: number) => {
		let sum = 0;
		for (let index = 2000; index < piece.length - 2000; index++)
			sum += (piece[index]! - (film[at + offset + index] ?? 0)) ** 2;
		return sum;
	};
	return [-3, -2, -1, 0, 1, 2, 3].toSorted((a, b) => difference(a) - difference(b))[0]!;
}

const loudest = (samples: Int16Array, from: number, to: number) =>
	samples.subarray(from, to).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

test('matched clips are copied: every frame is bit-exact and in order, every joint of the sound exact to the sample', async () => {
	const paths = [clips.path('a2'), clips.path('b3'), clips.path('a3'), clips.path('a2')];
	const { report, out } = await stitchTest(
		media,
		clips.folder,
		paths.map((path) => ({ path })),
	);

	expect(report).toMatchObject({
		width: 320,
		height: 180,
		fps: '24/1',
		frames: 240,
		seconds: 10,
		copiedSeconds: 10,
		encodedSeconds: 0,
	});
	expect(frameHashes(out)).toEqual(paths.flatMap(frameHashes));
	const film = leftSamples(out);
	for (const [path, second] of [
		['a2', 0],
		['b3', 2],
		['a3', 5],
		['a2', 8],
	] as const)
		expect(bestOffset(film, leftSamples(clips.path(path)), second * 48_000)).toBe(0);
	const [video, audio] = streamsOf(out);
	expect(video).toMatchObject({ start_time: '0.000000', duration: '10.000000', nb_frames: '240' });
	expect(audio).toMatchObject({ start_time: '0.000000', duration: '10.000000' });
});

test('the sync table of the film lists the one IDR picture of each clip, and not the scene cut that the clip lists', async () => {
	const { out } = await stitchTest(media, clips.folder, [{ path: clips.path('b3') }, { path: clips.path('a2') }]);
	const source = (await readMovie(clips.path('b3'), 'b3')).tracks[0]!;
	const film = (await readMovie(out, 'film')).tracks[0]!;

	expect(source.sync).toHaveLength(2);
	expect(film.sync).toEqual([0, 72]);
	expect(film.durations).toEqual([[120, 512]]);
});

test('clips that decode differently far ahead still join at even times', async () => {
	const paths = [clips.path('flat2'), clips.path('a2'), clips.path('flat2'), clips.path('idr3')];
	const { report, out } = await stitchTest(
		media,
		clips.folder,
		paths.map((path) => ({ path })),
	);

	expect(report.encodedSeconds).toBe(0);
	expect(frameHashes(out)).toEqual(paths.flatMap(frameHashes));
	expect((await readMovie(out, 'film')).tracks[0]!.durations).toEqual([[216, 512]]);
});

test('pieces of a frame or two join at even times', async () => {
	const pieces = [
		{ path: clips.path('deep') },
		{ path: clips.path('a2'), cutFrom: 0.5, cutTo: 0.542 },
		{ path: clips.path('mute30'), cutTo: 0.084 },
		{ path: clips.path('a2') },
	];
	const { report, out } = await stitchTest(media, clips.folder, pieces);

	expect(report.segments.map(({ how, seconds }) => [how, Math.round(seconds * 24)])).toEqual([
		['copied', 48],
		['encoded', 1],
		['encoded', 2],
		['copied', 48],
	]);
	expect(frameHashes(out)).toHaveLength(99);
	expect((await readMovie(out, 'film')).tracks[0]!.durations).toEqual([[99, 512]]);
});

test('a mixed set becomes one film: the clip that fits is copied, the others are encoded to its size and rate', async () => {
	const pieces = (['a3', 'mute30', 'tall25'] as const).map((name) => ({ path: clips.path(name) }));
	const { report, out } = await stitchTest(media, clips.folder, pieces, { sound: { loudness: null } });

	expect(report.segments.map(({ how, why }) => [how, why])).toEqual([
		['copied', 'it already is what the film is'],
		['encoded', "its size is 480x270, the film's is 320x180"],
		['encoded', "its size is 180x320, the film's is 320x180"],
	]);
	expect(report).toMatchObject({ frames: 168, seconds: 7, copiedSeconds: 3, encodedSeconds: 4 });
	expect(frameHashes(out).slice(0, 72)).toEqual(frameHashes(clips.path('a3')));
	expect(streamsOf(out)).toMatchObject([{ nb_frames: '168', duration: '7.000000' }, { duration: '7.000000' }]);
	const sound = leftSamples(out);
	expect(loudest(sound, 150_000, 238_000)).toBeLessThan(40);
	// The one channel of the third clip is as loud on both sides as it was.
	const tone = leftSamples(clips.path('tall25'), 1);
	expect(loudest(sound, 260_000, 320_000) / loudest(tone, 20_000, 80_000)).toBeCloseTo(1, 1);
});

test('a film at 30000/1001 frames a second keeps its exact rate', async () => {
	const { report, out } = await stitchTest(
		media,
		clips.folder,
		[1, 2, 3].map(() => ({ path: clips.path('ntsc2') })),
	);

	expect(report).toMatchObject({ fps: '30000/1001', frames: 180, copiedSeconds: 6.006 });
	expect(streamsOf(out)[0]).toMatchObject({ r_frame_rate: '30000/1001', nb_frames: '180' });
	expect((await readMovie(out, 'film')).tracks[0]!.durations).toEqual([[180, 1001]]);
});

test('a cut where frames decode alone is copied from there, a cut elsewhere encodes what it must', async () => {
	const { report, out } = await stitchTest(media, clips.folder, [
		{ path: clips.path('idr3'), cutFrom: 1 },
		{ path: clips.path('a2'), cutTo: 1.5 },
		{ path: clips.path('a2'), cutFrom: 0.5, cutTo: 1 },
	]);
	const [idr, a2, film] = [frameHashes(clips.path('idr3')), frameHashes(clips.path('a2')), frameHashes(out)];

	expect(film).toHaveLength(48 + 36 + 12);
	expect(film.slice(0, 48)).toEqual(idr.slice(24));
	const copied = Math.round(report.segments[1]!.seconds * 24);
	expect(report.segments[1]).toMatchObject({ how: 'copied', clips: [1] });
	expect(copied).toBeGreaterThan(30);
	expect(film.slice(48, 48 + copied)).toEqual(a2.slice(0, copied));
	expect(report.segments.at(-1)).toMatchObject({ how: 'encoded', clips: [2], seconds: 0.5 });
});

test('crossfades shorten the film by exactly their frames, blend the picture and keep the first clip copied', async () => {
	const { report, out } = await stitchTest(media, clips.folder, [
		{ path: clips.path('a3') },
		{ path: clips.path('a2'), transition: 'crossfade', transitionSeconds: 0.5 },
		{ path: clips.path('mute30'), transition: 'crossfade', transitionSeconds: 0.25 },
	]);

	expect(report.frames).toBe(72 + 48 + 48 - 12 - 6);
	expect(report.segments.map(({ clips: shown }) => shown)).toEqual([[0], [0, 1], [1], [1, 2], [2]]);
	expect(report.segments[0]!.how).toBe('copied');
	const film = frameHashes(out);
	const copied = Math.round(report.segments[0]!.seconds * 24);
	expect(film.slice(0, copied)).toEqual(frameHashes(clips.path('a3')).slice(0, copied));
	const seconds = (report.frames / 24).toFixed(6);
	expect(streamsOf(out)).toMatchObject([{ duration: seconds, nb_frames: '150' }, { duration: seconds }]);
});

test('a second stitch of the same renders nothing; a changed clip renders only what it changes', async () => {
	const pieces = (middle: 'tall25' | 'ntsc2') => [
		{ path: clips.path('mute30') },
		{ path: clips.path(middle) },
		{ path: clips.path('a3') },
	];
	const cached = async (middle: 'tall25' | 'ntsc2') =>
		(
			await stitchTest(media, clips.folder, pieces(middle), { target: { width: 320, height: 180, fps: '24' } })
		).report.segments.map((segment) => segment.cached);
	await cached('tall25');

	expect(await cached('tall25')).toEqual([true, true, true]);
	expect(await cached('ntsc2')).toEqual([true, false, true]);
});

test('pieces that a power cut left damaged in the cache are made anew', async () => {
	const own = await openTestMedia(join(clips.folder, 'power-cut'));
	const names = ['a2', 'mute30', 'b3'] as const;
	const pieces = names.map((name) => ({ path: clips.path(name) }));
	const make = (title: string) => stitchTest(own, clips.folder, pieces, { title, sound: { loudness: null } });
	const { out } = await make('before');
	const before = frameHashes(out);
	const cache = join(clips.folder, 'power-cut/cache');
	const kept = readdirSync(cache, { recursive: true, encoding: 'utf8' }).map((name) => join(cache, name));
	const damage = [
		(bytes: Buffer) => bytes.fill(0, bytes.length >> 2, bytes.length >> 1),
		(bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
	];
	for (const [index, spoil] of damage.entries()) {
		for (const path of kept.filter((name) => /\.(mp4|section|pcm)$/.test(name)))
			writeFileSync(path, spoil(readFileSync(path)));
		const after = await make(`after ${index}`);
		expect(frameHashes(after.out)).toEqual(before);
		expect(leftSamples(after.out).length).toBeGreaterThanOrEqual(after.report.seconds * 48_000);
		// What is damaged in both ways is whole again; a title alone makes nothing anew.
		expect((await make(`again ${index}`)).report.segments.every(({ cached }) => cached)).toBe(true);
	}
});

test('films and clips of every odd kind come out at the planned length', async () => {
	const odd = ['one', 'odd', 'ten', 'hevc', 'vp9', 'vfr', 'edited', 'turned', 'surround'] as const;
	const { report, out } = await stitchTest(
		media,
		clips.folder,
		odd.map((name) => ({ path: clips.path(name) })),
		{
			target: { width: 320, height: 180, fps: '24' },
		},
	);
	const seconds = await Promise.all(
		odd.map(
			async (name) => (await media.probe(clips.path(name), { name, signal: AbortSignal.timeout(9000) })).seconds,
		),
	);

	expect(report.frames).toBe(seconds.reduce((sum, each) => sum + Math.max(1, Math.round(each * 24)), 0));
	expect(frameHashes(out)).toHaveLength(report.frames);
	expect(report.lost.join('; ')).toContain('surround sound of surround.mp4');
});

test('progress rises from 0 to 1 and says what is going on', async () => {
	const { heard } = await stitchTest(media, clips.folder, [{ path: clips.path('a2') }, { path: clips.path('vfr') }]);

	const done = heard.map((each) => each.done);
	expect(done).toEqual(done.toSorted((a, b) => a - b));
	expect(done.at(-1)).toBe(1);
	expect(heard.map(({ activity }) => activity)).toContain('Joining the film');
});

test('a film without a sound has no sound track', async () => {
	const { out } = await stitchTest(media, clips.folder, [{ path: clips.path('mute30') }]);

	expect(streamsOf(out).map(({ codec_type }) => codec_type)).toEqual(['video']);
});

test('cuts and crossfades that do not fit a clip are refused by its name', async () => {
	const one = (piece: object) =>
		stitchTest(media, clips.folder, [{ path: clips.path('a2') }, { path: clips.path('b3'), ...piece }]);

	await expect(one({ cutFrom: 5 })).rejects.toMatchObject({
		code: 'invalid_input',
		message: expect.stringContaining('b3.mp4'),
	});
	await expect(one({ transition: 'crossfade', transitionSeconds: 2.5 })).rejects.toMatchObject({
		code: 'invalid_input',
	});
	expect(existsSync(`${clips.folder}/none.mp4`)).toBe(false);
});

const real = footage();
(real ? test : test.skip)("real Veo clips join bit-exact, with sound of the picture's length", async () => {
	const { report, out } = await stitchTest(
		media,
		clips.folder,
		real!.map((path) => ({ path })),
	);

	expect(report).toMatchObject({ frames: 576, copiedSeconds: 24 });
	expect(frameHashes(out)).toEqual(real!.flatMap(frameHashes));
	const film = leftSamples(out);
	for (const [index, path] of real!.entries()) expect(bestOffset(film, leftSamples(path), index * 384_000)).toBe(0);
});
if (!real) console.info('The real footage is not beside the repository: its tests are skipped.');

test('letters that no font draws are refused wherever they would be burned in, and are no matter in a track', async () => {
	const never = 'all is well \u{10fffe}';
	const spoken = [{ text: never }, { captions: [{ text: never }] }, { words: [{ text: never, from: 0, to: 1 }] }];
	const make = (mode: 'burned' | 'soft', said: object) =>
		stitchTest(media, clips.folder, [{ path: clips.path('a2'), ...said }], { captions: { mode } });

	for (const said of spoken)
		await expect(make('burned', said)).rejects.toMatchObject({
			code: 'invalid_input',
			message: expect.stringContaining('the caption of clip 1'),
		});
	await expect(make('soft', spoken[1]!)).resolves.toBeDefined();
});

test('a chapter keeps its title whatever signs are in it, and its beginning', async () => {
	const titles = ['ends in \\', 'a=b; #c', 'two\nlines \\\\', '漢字 and 👍'];
	const { out } = await stitchTest(
		media,
		clips.folder,
		titles.map((chapter) => ({ path: clips.path('a2'), chapter })),
	);
	const args = ['-v', 'error', '-show_chapters', '-of', 'json', out];
	const { chapters } = JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })) as {
		chapters: { start_time: string; tags: { title: string } }[];
	};

	expect(chapters.map(({ tags }) => tags.title.trim())).toEqual([
		'ends in \\',
		'a=b; #c',
		'two lines \\\\',
		'漢字 and 👍',
	]);
	expect(chapters.map(({ start_time }) => Number(start_time))).toEqual([0, 2, 4, 6]);
});
