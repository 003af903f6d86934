import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { difference, ffmpeg, footage, frameHashes, smallFrames, streamsOf, testClips } from '../testing/clips.ts';
import { bestLag, heard, level, likeness, toneIn } from '../testing/hearing.ts';
import { apart, idOf, loudnessOf, nearestFrames, openEdits, pixels } from './edits.testkit.ts';

const clips = testClips();
let edit: Awaited<ReturnType<typeof openEdits>>['edit'];

beforeAll(async () => {
	({ edit } = await openEdits(clips));
});
afterAll(clips.remove);

/** Grey levels by which an encoded frame may differ from its source in the mean. */
const SAME = 1.5;
const RATE = 48_000;
const SOUND_NOTE = 'The sound is as it was to the ear, but it was decoded and encoded anew as AAC.';
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

test('a cut where a frame decodes alone copies every frame bit for bit', async () => {
	const path = clips.path('idr3');
	const { out, report, notes, extension } = await edit('trim', path, { from: 1, to: 2 });

	expect(extension).toBe('mp4');
	expect(frameHashes(out)).toEqual(frameHashes(path).slice(24, 48));
	expect(report!.segments.map(({ how }) => how)).toEqual(['copied']);
	expect(streamsOf(out).map(({ duration }) => Number(duration))).toEqual([1, 1]);
	expect(notes).toContain(SOUND_NOTE);
});

test('a cut elsewhere is right to the frame, and only what is cut into is encoded', async () => {
	const path = clips.path('idr3');
	const { out, report } = await edit('trim', path, { from: 0.5, to: 2.25 });
	const [film, source] = [frameHashes(out), frameHashes(path)];
	const encoded = report!.segments.filter(({ how }) => how === 'encoded');

	expect(film).toHaveLength(42);
	// The IDR pictures are frames 24 and 48: between them nothing is touched.
	expect(film.slice(12, 36)).toEqual(source.slice(24, 48));
	expect(encoded.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThanOrEqual(18 / 24);
	const nearest = nearestFrames(out, path);
	expect(nearest.map(({ at }) => at)).toEqual(range(12, 54));
	expect(Math.max(...nearest.map(({ far }) => far))).toBeLessThan(SAME);
});

test('the sound of a trimmed clip is that of its frames, to the sample', async () => {
	const path = clips.path('idr3');
	const [film, source] = [heard((await edit('trim', path, { from: 0.5, to: 2.25 })).out), heard(path)];

	// Noise loses a little each time that it is encoded as AAC; a sample off, it would be like nothing.
	for (const from of [4800, 40_000, 76_000]) {
		const [shown, wanted] = [
			{ of: film, from, length: 4000 },
			{ of: source, from: from + RATE / 2, length: 4000 },
		];
		expect(bestLag(shown, wanted, 20).lag).toBe(0);
		expect(likeness(shown, wanted)).toBeGreaterThan(0.9);
	}
});

test('trimming says what it cannot do, and what it did otherwise', async () => {
	const path = clips.path('idr3');
	const refused = (options: Record<string, unknown>) => expect(edit('trim', path, options)).rejects;

	await refused({ from: 3 }).toMatchObject({
		code: 'invalid_input',
		message: 'idr3.mp4 lasts 3 s: nothing is left of it from 3 s',
		refusals: [{ field: 'from' }],
	});
	await refused({ from: 2, to: 1 }).toMatchObject({ code: 'invalid_input', refusals: [{ field: 'to' }] });
	await expect(edit('trim', clips.path('tone'), { to: 1 })).rejects.toMatchObject({
		code: 'media',
		message: 'tone.mp4 is sound alone, not a video',
	});
	const { notes, report } = await edit('trim', path, { from: 2, to: 9 });
	expect(report!.frames).toBe(24);
	expect(notes).toContain('idr3.mp4 ends at 3 s, before 9 s: it was kept to its end.');
});

const real = footage();
if (!real) console.log('the real clips are not here: they are not trimmed');
(real ? test : test.skip)('the front of a real clip is copied frame by frame', async () => {
	const [path] = real!;
	const { out, report } = await edit('trim', path!, { to: 2 });
	const [film, source] = [frameHashes(out), frameHashes(path!)];
	const copied = film.findIndex((hash, at) => hash !== source[at]);

	expect(film).toHaveLength(48);
	expect(report!.copiedSeconds).toBeGreaterThan(1.5);
	expect(copied === -1 ? 48 : copied).toBeGreaterThanOrEqual(Math.round(report!.copiedSeconds * 24));
});

test.each(['pad', 'blur', 'crop'] as const)('a wide clip becomes a tall one by %s', async (fit) => {
	const path = clips.path('mute30');
	const { out, report, notes } = await edit('aspect', path, { ratio: '9:16', fit, colour: '#C02040' });
	const size = { width: Number(streamsOf(out)[0]!.width), height: Number(streamsOf(out)[0]!.height) };
	const at = pixels(out, size, 30);
	const source = pixels(path, { width: 480, height: 270 }, 30);
	const bars = [0.05, 0.15, 0.85, 0.95].map((share) => at(size.width / 2, size.height * share));

	expect(size.width / size.height).toBeCloseTo(9 / 16, 1);
	expect(report).toMatchObject({ frames: 60, fps: '30/1' });
	expect(notes).not.toContain(SOUND_NOTE);
	if (fit === 'pad') for (const bar of bars) expect(apart(bar, [0xc0, 0x20, 0x40])).toBeLessThan(8);
	if (fit === 'blur') {
		// What is blurred has no edges: neighbours are alike, and yet it is no plain colour.
		for (const y of [0.06, 0.12, 0.9]) {
			const row = range(8, size.width - 8).map((x) => at(x, size.height * y));
			expect(Math.max(...row.slice(1).map((pixel, index) => apart(pixel, row[index]!)))).toBeLessThan(24);
			expect(Math.max(...row.map((pixel) => apart(pixel, row[0]!)))).toBeGreaterThan(12);
		}
	}
	if (fit === 'crop') return;
	// All of the clip is there, in the middle.
	const scale = size.width / 480;
	for (const [x, y] of [
		[60, 60],
		[420, 60],
		[60, 215],
		[420, 215],
	] as const)
		expect(apart(at(x * scale, size.height / 2 + (y - 135) * scale), source(x, y))).toBeLessThan(40);
});

test('a cropped clip shows its middle at its own shape', async () => {
	const path = clips.path('n24');
	const { out, report } = await edit('aspect', path, { ratio: '1:1', fit: 'crop' });
	const wanted = join(clips.folder, 'middle.mp4');
	ffmpeg('-i', path, '-vf', `crop=180:180,scale=${report!.width}:${report!.height}`, '-an', wanted);
	const [film, middle] = [smallFrames(out), smallFrames(wanted)];

	expect(report!.width).toBe(report!.height);
	expect(film).toHaveLength(24);
	for (const [index, frame] of film.entries()) expect(difference(frame, middle[index]!)).toBeLessThan(3);
});

test.each([
	[{ width: 160 }, '160x90'],
	[{ height: 360 }, '640x360'],
	[{ width: 200, height: 200 }, '200x200'],
])('a clip resized by %j is %s and shows every frame', async (options, size) => {
	const path = clips.path('idr3');
	const { out, report } = await edit('resize', path, options);
	const [video] = streamsOf(out);

	expect(`${video!.width}x${video!.height}`).toBe(size);
	expect(video).toMatchObject({ r_frame_rate: '24/1', nb_frames: '72' });
	expect(report).toMatchObject({ frames: 72, copiedSeconds: 0 });
	if (size !== '200x200') expect(nearestFrames(out, path).map(({ at }) => at)).toEqual(range(0, 72));
	const said = report!.segments.map(({ why }) => why).join();
	expect(said.includes('enlarged 2.00 times')).toBe(size === '640x360');
});

test('a clip that is resized to its own size is copied', async () => {
	const { out, report } = await edit('resize', clips.path('a2'), { width: 320, height: 180 });

	expect(report!.encodedSeconds).toBe(0);
	expect(frameHashes(out)).toEqual(frameHashes(clips.path('a2')));
	await expect(edit('resize', clips.path('a2'))).rejects.toMatchObject({
		code: 'invalid_input',
		message: 'neither the width nor the height to resize to is given',
		refusals: [{ field: 'width' }],
	});
});

/** A clip with a tone of its own, three seconds long. */
function toned(name: string, hertz: number, gain = 1): string {
	const path = join(clips.folder, `${name}.mp4`);
	const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=24:d=3'];
	const sound = ['-f', 'lavfi', '-i', `sine=f=${hertz}:r=48000:d=3,volume=${gain}`];
	ffmpeg(...picture, ...sound, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', path);
	return path;
}

test('music lies under the clip’s own sound, fades, goes on to the end, and the picture is copied', async () => {
	const path = toned('speech', 440, 4);
	const music = join(clips.folder, 'music.wav');
	ffmpeg('-f', 'lavfi', '-i', 'sine=f=1500:r=48000:d=1,volume=4', music);
	const { out, report } = await edit('music', path, {
		music: { asset: idOf(music), gainDb: -6, duck: false, fadeInSeconds: 1, fadeOutSeconds: 0.5 },
		loudness: null,
		files: [music],
	});
	const sound = heard(out);
	const at = (from: number, hertz: number) => toneIn({ of: sound, from: from * RATE, length: 9600 }, hertz);

	expect(frameHashes(out)).toEqual(frameHashes(path));
	expect(report!.encodedSeconds).toBe(0);
	expect(streamsOf(out).map(({ duration }) => Number(duration))).toEqual([3, 3]);
	for (const second of [0.1, 1.2, 2]) expect(at(second, 440)).toBeGreaterThan(0.4);
	// Half as loud as the clip, and again after its one second.
	for (const second of [1.2, 2]) expect(at(second, 1500) / at(second, 440)).toBeCloseTo(0.5, 1);
	expect(at(0, 1500)).toBeLessThan(at(1.2, 1500) * 0.35);
	expect(at(2.8, 1500)).toBeLessThan(at(2, 1500) * 0.6);
});

test('a silent clip gets music as well; a picture is no music', async () => {
	const music = join(clips.folder, 'tune.wav');
	ffmpeg('-f', 'lavfi', '-i', 'sine=f=700:r=48000:d=5', music);
	const { out } = await edit('music', clips.path('mute30'), { music: { asset: idOf(music) }, files: [music] });

	expect(toneIn({ of: heard(out), from: RATE, length: 9600 }, 700)).toBeGreaterThan(0.01);
	const still = clips.path('still');
	await expect(
		edit('music', clips.path('a2'), { music: { asset: idOf(still) }, files: [still] }),
	).rejects.toMatchObject({ code: 'media', message: expect.stringContaining('music') });
});

test.each([-23, -16])('a clip is brought to %d LUFS, below full scale, its picture copied', async (loudness) => {
	const path = join(clips.folder, 'uneven.mp4');
	const sound = ['-f', 'lavfi', '-i', 'anoisesrc=r=48000:a=0.2:seed=9:d=6,tremolo=f=0.5:d=0.9'];
	const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=24:d=6'];
	ffmpeg(...picture, ...sound, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', path);
	const { out, report, notes } = await edit('loudness', path, { loudness });
	const { integrated, peak } = loudnessOf(out);

	expect(Math.abs(integrated - loudness)).toBeLessThan(0.5);
	expect(peak).toBeLessThanOrEqual(-0.9);
	expect(report!.loudness!.target).toBe(loudness);
	expect(frameHashes(out)).toEqual(frameHashes(path));
	expect(notes).not.toContain(SOUND_NOTE);
});

test('captions as a track leave the picture bit for bit', async () => {
	const path = clips.path('a2');
	const { out, report } = await edit('captions', path, {
		captions: { mode: 'soft', language: 'eng' },
		lines: [{ text: 'Only here', from: 0.5, to: 1.5 }],
	});

	expect(frameHashes(out)).toEqual(frameHashes(path));
	expect(report!.encodedSeconds).toBe(0);
	expect(streamsOf(out).map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac', 'mov_text']);
	const srt = join(clips.folder, 'soft.srt');
	ffmpeg('-i', out, '-map', '0:s:0', srt);
	expect(heardLines(srt)).toEqual(['00:00:00,500 --> 00:00:01,500', 'Only here']);
});
const heardLines = (path: string) => readFileSync(path, 'utf8').trim().split(/\r?\n/).slice(1);

test.each(['plain', 'box', 'karaoke'] as const)(
	'%s captions are seen when they are said and at no other time',
	async (style) => {
		const path = join(clips.folder, 'dark.mp4');
		ffmpeg('-f', 'lavfi', '-i', 'color=0x203040:s=320x180:r=24:d=2,format=yuv420p', '-c:v', 'libx264', path);
		const { out, report } = await edit('captions', path, {
			captions: { mode: 'burned', style },
			lines: [{ text: 'Only here', from: 0.5, to: 1.5 }],
		});
		const [blank] = smallFrames(path);
		const frames = smallFrames(out);
		// Letters lie in few of the small picture's pixels, but they change those.
		const inked = frames.map((frame) => Math.max(...frame.map((value, at) => Math.abs(value - blank![at]!))) > 6);

		expect(frames).toHaveLength(48);
		expect(inked).toEqual(frames.map((_, at) => at >= 12 && at < 36));
		// The upper half stays as it is.
		for (const frame of frames)
			expect(difference(frame.subarray(0, 32 * 9), blank!.subarray(0, 32 * 9))).toBeLessThan(1);
		expect(report!.encodedSeconds).toBeGreaterThan(0);
	},
);

test('captions that no font draws are refused, as a track they pass', async () => {
	const lines = [{ text: 'fine' }, { text: 'here \u{10FFFE} it is' }];

	await expect(edit('captions', clips.path('a2'), { captions: { mode: 'burned' }, lines })).rejects.toMatchObject({
		code: 'invalid_input',
		message: expect.stringMatching(/^line 2 of the captions: no font .*U\+10FFFE/),
	});
	expect((await edit('captions', clips.path('a2'), { captions: { mode: 'soft' }, lines })).report!.frames).toBe(48);
});

test.each(['top-left', 'bottom-right'] as const)('a logo lies in the %s corner and nowhere else', async (corner) => {
	const logo = join(clips.folder, 'green.png');
	ffmpeg('-f', 'lavfi', '-i', 'color=0x20C020:s=64x64', '-frames:v', '1', logo);
	const path = clips.path('a2');
	const { out, notes } = await edit('logo', path, {
		logo: { asset: idOf(logo), corner, width: 0.2, margin: 0.1 },
		files: [logo],
	});
	const size = { width: 320, height: 180 };
	const [x, y] = corner === 'top-left' ? [18 + 32, 18 + 32] : [320 - 18 - 32, 180 - 18 - 32];
	for (const frame of [0, 20, 47]) {
		const [film, source] = [pixels(out, size, frame), pixels(path, size, frame)];
		expect(apart(film(x, y), [0x20, 0xc0, 0x20])).toBeLessThan(8);
		expect(apart(film(320 - x, 180 - y), source(320 - x, 180 - y))).toBeLessThan(30);
	}
	expect(notes).toContain(SOUND_NOTE);
	expect(level({ of: heard(out), from: 0, length: RATE })).toBeGreaterThan(0.05);
});

test('a logo that is no picture is refused by name', async () => {
	const tone = clips.path('tone');

	await expect(edit('logo', clips.path('a2'), { logo: { asset: idOf(tone) }, files: [tone] })).rejects.toMatchObject({
		code: 'media',
		message: 'the logo ("tone.mp4") is no picture',
	});
});
