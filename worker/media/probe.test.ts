import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readMovie } from './boxes.ts';
import { openTools } from './ffmpeg.ts';
import type { Media } from './index.ts';
import { probePlain } from './plain.ts';
import { probeByTool } from './probe.ts';
import { ffmpeg, footage, streamsOf, testClips } from './testing/clips.ts';
import { openTestMedia, stitchTest } from './testing/engine.ts';

const clips = testClips();
const real = footage();
let media: Media;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);

const probe = (path: string, name = path.split('/').at(-1)!) =>
	media.probe(path, { name, signal: AbortSignal.timeout(20_000) });
const put = (name: string, content: string | Buffer) => {
	const path = join(clips.folder, name);
	writeFileSync(path, content);
	return path;
};

test('a clip is as long as its frames, not as its container says', async () => {
	const { seconds, video, audio } = media.facts(await probe(clips.path('a3')));

	expect(video).toEqual({ codec: 'h264', width: 320, height: 180, fps: '24/1', frames: 72 });
	expect(seconds).toBe(3);
	expect(audio).toMatchObject({ codec: 'aac', sampleRate: 48_000, channels: 2 });
});

test('only IDR pictures count as places to cut, whatever the sync table lists', async () => {
	const { video } = await probe(clips.path('b3'));

	expect(video!.copy!.idr).toEqual([0]);
	expect((await probe(clips.path('idr3'))).video!.copy!.idr).toEqual([0, 24, 48]);
	expect(video!.copy!.closed.at(-1)).toBe(72);
});

test('a clip at a varying rate is known by its frames and its true length', async () => {
	const { video } = await probe(clips.path('vfr'));

	expect(video).toMatchObject({ uneven: 'its frame rate varies', copy: null, frames: 24 });
	expect(video!.seconds).toBeCloseTo(46 / 24, 1);
});

test('a clip whose edit list hides frames counts what is shown', async () => {
	expect((await probe(clips.path('edited'))).video).toMatchObject({ frames: 36, seconds: 1.5, copy: null });
});

test('a turned clip has the size it is shown at', async () => {
	expect((await probe(clips.path('turned'))).video).toMatchObject({
		width: 180,
		height: 320,
		stored: { width: 320, height: 180 },
	});
});

test('WebM, HEVC and 10-bit clips are read', async () => {
	expect((await probe(clips.path('vp9'))).video).toMatchObject({ codec: 'vp9', width: 320, frames: 24 });
	expect((await probe(clips.path('hevc'))).video).toMatchObject({ codec: 'hevc', frames: 24, copy: null });
	expect((await probe(clips.path('ten'))).video).toMatchObject({ pixelFormat: 'yuv420p10le', frames: 24 });
});

test('sound and pictures alone are read as what they are', async () => {
	const sounds = ['wav', 'mp3', 'flac', 'ogg', 'opus', 'aac'].map((kind) => join(clips.folder, `tone.${kind}`));
	for (const path of sounds) ffmpeg('-f', 'lavfi', '-i', 'sine=d=1', path);
	const [png, jpg, webp] = ['png', 'jpg', 'webp'].map((kind) => join(clips.folder, `still.${kind}`));
	for (const path of [png!, jpg!, webp!]) ffmpeg('-i', clips.path('a2'), '-frames:v', '1', path);

	for (const path of sounds) {
		const facts = media.facts(await probe(path));
		expect(facts).toMatchObject({ video: null, audio: { channels: 1 } });
		if (!path.endsWith('.aac')) expect(facts.seconds).toBeCloseTo(1, 1);
	}
	for (const path of [png!, jpg!, webp!])
		expect(media.facts(await probe(path))).toMatchObject({
			seconds: 0,
			audio: null,
			video: { width: 320, height: 180, frames: 1 },
		});
});

test('a tag in front of a sound does not hide what it is', async () => {
	const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\x0a', 'latin1'), Buffer.alloc(138)]);
	for (const kind of ['mp3', 'aac', 'flac']) {
		const path = join(clips.folder, `plain.${kind}`);
		ffmpeg('-f', 'lavfi', '-i', 'sine=d=1', path);
		const { format, audio } = await probe(put(`tagged.${kind}`, Buffer.concat([tag, readFileSync(path)])));
		expect([format, audio!.codec]).toEqual([kind, kind]);
	}
});

/** A cover as OGG carries it: FLAC's picture block in base64 (RFC 9639 §8.8). */
function coverOf(picture: Buffer): string {
	const words = (...values: number[]) =>
		Buffer.concat(values.map((value) => Buffer.from(Uint32Array.of(value).buffer).swap32()));
	const type = Buffer.from('image/png');
	const block = [words(3, type.length), type, words(0, 64, 36, 24, 0, picture.length), picture];
	return Buffer.concat(block).toString('base64');
}

test('OGG is sound, whatever moves or is shown in it', async () => {
	const [film, silent, covered, png, flac] = ['film.ogv', 'silent.ogv', 'covered.ogg', 'cover.png', 'flac.ogg'].map(
		(name) => join(clips.folder, name),
	) as [string, string, string, string, string];
	const [picture, tone] = ['testsrc2=s=64x36:d=2', 'sine=d=1'].map((graph) => ['-f', 'lavfi', '-i', graph]);
	ffmpeg(...picture!, ...tone!, '-c:v', 'libvpx', '-c:a', 'libvorbis', film);
	ffmpeg(...picture!, '-c:v', 'libtheora', silent);
	ffmpeg(...picture!, '-frames:v', '1', png);
	const cover = `METADATA_BLOCK_PICTURE=${coverOf(readFileSync(png))}`;
	ffmpeg(...tone!, '-c:a', 'libopus', '-metadata', cover, covered);
	ffmpeg(...tone!, '-c:a', 'flac', flac);

	expect(streamsOf(covered).map(({ codec_type }) => codec_type)).toContain('video');
	expect(await probe(film)).toMatchObject({ kind: 'audio', video: null, audio: { codec: 'vorbis', stream: 1 } });
	expect(await probe(covered)).toMatchObject({ kind: 'audio', video: null, audio: { codec: 'opus', stream: 0 } });
	expect(await probe(flac)).toMatchObject({ kind: 'audio', video: null, audio: { codec: 'flac' } });
	await expect(probe(silent)).rejects.toMatchObject({ code: 'media', message: 'silent.ogv holds no sound' });
	await expect(stitchTest(media, clips.folder, [{ path: film }])).rejects.toMatchObject({
		code: 'media',
		message: 'film.ogv is sound, not a clip',
	});
});

test('half a file is refused by its name, wherever its header stands', async () => {
	const front = join(clips.folder, 'front.mp4');
	ffmpeg('-i', clips.path('a3'), '-c', 'copy', '-movflags', '+faststart', front);
	const half = (path: string) => readFileSync(path).subarray(0, readFileSync(path).length / 2);
	const png = join(clips.folder, 'whole.png');
	ffmpeg('-i', clips.path('a2'), '-frames:v', '1', png);

	for (const path of [
		put('half-front.mp4', half(front)),
		put('half-back.mp4', half(clips.path('a3'))),
		put('half.webm', half(clips.path('vp9'))),
		put('half.png', half(png)),
	])
		await expect(probe(path)).rejects.toMatchObject({
			code: 'media',
			message: expect.stringMatching(/^half.* is cut short/),
		});
});

test('playlists, scripts and pictures in disguise are refused without opening what they name', async () => {
	const secret = clips.path('a2');
	const disguised = [
		put('hls.mp4', `#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://${secret}\n#EXT-X-ENDLIST\n`),
		put('concat.mp4', `ffconcat version 1.0\nfile '${secret}'\n`),
		put('dash.mp4', '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>'),
		put('gif.mp4', readFileSync(clips.path('gif'))),
		put('svg.mp4', '<svg xmlns="http://www.w3.org/2000/svg"/>'),
		put('text.mp4', 'hello'),
		put('empty.mp4', ''),
	];
	for (const path of disguised)
		await expect(probe(path)).rejects.toMatchObject({
			code: 'media',
			message: expect.stringContaining(path.split('/').at(-1)!),
		});
});

test("broken tables, boxes and numbers are refused as the file's fault", async () => {
	const whole = readFileSync(clips.path('a2'));
	const bent = (type: string, skip: number, value: number) => {
		const bytes = Buffer.from(whole);
		bytes.writeUInt32BE(value, bytes.indexOf(type, 0, 'latin1') + skip);
		return put(`bent-${type}.mp4`, bytes);
	};
	for (const path of [
		bent('stsz', 12, 0xffff_ffff),
		bent('stco', 12, 0x7fff_ffff),
		bent('trak', -4, 0xfff_ffff),
		bent('stsc', 8, 0xffff_fff0),
	])
		await expect(probe(path)).rejects.toMatchObject({ code: 'media' });
	await expect(probe(put('ftyp.mp4', whole.subarray(0, 32)))).rejects.toMatchObject({ code: 'media' });
});

test('a clip whose tables leave frames without a time, or whose profile few players know, is not copied', async () => {
	const whole = readFileSync(clips.path('a2'));
	const bytes = Buffer.from(whole);
	const table = bytes.indexOf('ctts', 0, 'latin1');
	bytes.writeUInt32BE(bytes.readUInt32BE(table + 12) + 1000, table + 12);

	expect((await probe(put('gap.mp4', bytes))).video).toMatchObject({
		uneven: 'its tables do not list a time for each frame',
		copy: null,
	});
	expect((await probe(clips.path('nLossless'))).video).toMatchObject({ pixelFormat: 'yuv420p', copy: null });
});

test('a codec that is not on the list is refused by its name', async () => {
	const path = join(clips.folder, 'raw.mov');
	ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x64:d=0.2', '-c:v', 'cinepak', path);

	await expect(probe(path)).rejects.toMatchObject({ code: 'media', message: expect.stringContaining('cinepak') });
});

test('what the tables of a plain clip say is what ffprobe says', async () => {
	const tools = await openTools({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', sandbox: 'auto' });
	const names = ['a2', 'a3', 'b3', 'idr3', 'flat2', 'mute30', 'tall25', 'ntsc2'] as const;
	for (const path of [...names.map(clips.path), ...(real ?? [])]) {
		const [movie, size] = [await readMovie(path, 'it'), statSync(path).size];
		const plain = await probePlain(movie, { path, name: 'it', bytes: size });
		const asked = await probeByTool(tools, path, {
			name: 'it',
			signal: AbortSignal.timeout(9000),
			format: 'mov',
			movie,
			size,
		});

		expect(plain).toEqual({
			...asked,
			audio: asked.audio && { ...asked.audio, seconds: expect.closeTo(asked.audio.seconds, 2) },
		});
	}
});

test('a clip that is anything but plain is left to ffprobe', async () => {
	for (const name of ['turned', 'edited', 'vfr', 'odd', 'ten', 'hevc', 'surround'] as const)
		expect(
			await probePlain(await readMovie(clips.path(name), name), { path: clips.path(name), name, bytes: 1 }),
		).toBeNull();
});

(real ? test : test.skip)('real Veo clips last 8 s with one place to cut, whatever their containers say', async () => {
	for (const path of real!) {
		const found = await probe(path);
		expect(found.video).toMatchObject({
			frames: 192,
			seconds: 8,
			rate: { n: 24, d: 1 },
			uneven: null,
			copy: { idr: [0], delay: 2 },
		});
	}
});
