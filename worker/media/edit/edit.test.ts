import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EditInput } from '../../contract/edit.ts';
import type { Edited, Media } from '../index.ts';
import { asClip, difference, ffmpeg, leftSamples, smallFrames, streamsOf, testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';
import { tempoChain } from './speed.ts';
import { clock, stampsOf } from './stamps.ts';

const clips = testClips();
let media: Media;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);

let made = 0;
async function edit(operation: string, path: string, options: object = {}): Promise<Edited & { out: string }> {
	const input = EditInput.parse({ operation, asset: '0'.repeat(64), ...options });
	const out = join(clips.folder, `edited${made++}`);
	const request = { input, source: asClip(path), files: {}, out };
	const edited = await media.edit(request, { signal: AbortSignal.timeout(60_000), progress: () => undefined });
	return { ...edited, out };
}

/** The pitch of a sound between two samples, by how often it rises through zero. */
function pitch(samples: Int16Array, from: number, to: number): number {
	let rises = 0;
	for (let at = from + 1; at < to; at++) if (samples[at - 1]! < 0 && samples[at]! >= 0) rises++;
	return (rises * 48_000) / (to - from);
}

/** Grey levels by which an encoded frame may differ from its source in the mean. */
const SAME = 1.5;

test.each([0.5, 1.5, 4])('a clip at %f times its speed shows the right frames, and exactly so many', async (factor) => {
	const { out } = await edit('speed', clips.path('idr3'), { factor });
	const [source, film] = [smallFrames(clips.path('idr3')), smallFrames(out)];
	const [video] = streamsOf(out);

	expect(film).toHaveLength(Math.round(72 / factor));
	expect(video).toMatchObject({ codec_name: 'h264', r_frame_rate: '24/1', width: 320, height: 180, profile: 'High' });
	for (const [frame, shown] of film.entries()) {
		const nearest = source
			.map((other, at) => ({ at, far: difference(shown, other) }))
			.toSorted((a, b) => a.far - b.far)[0]!;
		expect(nearest.at).toBe(Math.floor(frame * factor));
		expect(nearest.far).toBeLessThan(SAME);
	}
});

test('sound keeps its pitch at another speed, and is as long as the picture', async () => {
	const path = join(clips.folder, 'tone3.mp4');
	const inputs = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=24:d=3', '-f', 'lavfi', '-i', 'sine=f=440:r=44100:d=3'];
	ffmpeg(...inputs, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', path);
	for (const factor of [0.5, 2]) {
		const { out, notes } = await edit('speed', path, { factor });
		const samples = leftSamples(out);
		const length = (3 / factor) * 48_000;

		expect(notes).toEqual([]);
		expect(streamsOf(out).map(({ duration }) => Number(duration))).toEqual([3 / factor, 3 / factor]);
		expect(Math.abs(pitch(samples, 12_000, length - 12_000) - 440)).toBeLessThan(4);
	}
});

test('picture and sound that belong together stay together at another speed', async () => {
	const { out } = await edit('speed', clips.path('clap'), { factor: 0.5 });
	const seen = smallFrames(out).findIndex((frame) => frame[0]! > 180) / 24;
	const heard = leftSamples(out).findIndex((value) => Math.abs(value) > 2000) / 48_000;

	expect(seen).toBeCloseTo(2, 1);
	expect(Math.abs(heard - seen)).toBeLessThan(0.06);
});

test('mute, odd and unevenly timed clips change their speed as well', async () => {
	for (const name of ['mute30', 'odd', 'vfr', 'interlaced', 'turned'] as const) {
		const { out } = await edit('speed', clips.path(name), { factor: 2 });
		expect(streamsOf(out)[0]).toMatchObject({ codec_name: 'h264' });
	}
	await expect(edit('speed', clips.path('one'), { factor: 10 })).rejects.toMatchObject({ code: 'invalid_input' });
	await expect(edit('speed', clips.path('still'), { factor: 2 })).rejects.toMatchObject({ code: 'media' });
});

test('tempo is changed in steps that leave nothing out', () => {
	expect(tempoChain(1.5)).toBe('atempo=1.5');
	expect(tempoChain(10)).toBe('atempo=2,atempo=2,atempo=2,atempo=1.25');
	expect(tempoChain(0.1)).toBe('atempo=0.5,atempo=0.5,atempo=0.5,atempo=0.8');
});

/** Hashes of the sound's packets as they are stored. */
const packets = (path: string) =>
	execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:a:0', '-c', 'copy', '-f', 'framemd5', '-'], {
		encoding: 'utf8',
	})
		.split('\n')
		.filter((line) => line && !line.startsWith('#'))
		.map((line) => line.split(',').at(-1));

test('sound that is AAC is taken as it is, packet for packet and sample for sample', async () => {
	const { out, extension, notes } = await edit('audio', clips.path('a2'));

	expect(extension).toBe('m4a');
	expect(notes).toEqual(['The sound is AAC already: it was copied as it is.']);
	expect(packets(out)).toEqual(packets(clips.path('a2')));
	expect(
		Buffer.compare(Buffer.from(leftSamples(out).buffer), Buffer.from(leftSamples(clips.path('a2')).buffer)),
	).toBe(0);
	expect(streamsOf(out)).toHaveLength(1);
});

test('sound is written as AAC, MP3 and WAV of the same length', async () => {
	for (const [format, codec] of [
		['aac', 'aac'],
		['mp3', 'mp3'],
		['wav', 'pcm_s16le'],
	]) {
		const { out, report } = await edit('audio', clips.path('vp9'), { format });
		const [sound] = streamsOf(out);

		expect(sound).toMatchObject({ codec_name: codec });
		expect(Math.abs(Number(sound!.duration) - 1)).toBeLessThan(0.1);
		expect(report).toBeNull();
	}
	expect(streamsOf((await edit('audio', clips.path('surround'), { format: 'mp3' })).out)[0]).toMatchObject({
		channels: 2,
	});
});

test('a clip without sound has none to extract', async () => {
	await expect(edit('audio', clips.path('mute30'))).rejects.toMatchObject({
		code: 'media',
		message: 'mute30.mp4 has no sound track',
	});
});

test('a contact sheet shows the clip from first to last, row by row', async () => {
	const { out, extension } = await edit('contactSheet', clips.path('long'), { columns: 3, rows: 2, width: 660 });
	const source = smallFrames(clips.path('long'));
	const [picture] = streamsOf(out);

	expect(extension).toBe('jpg');
	expect(picture).toMatchObject({ codec_name: 'mjpeg' });
	expect(Math.abs(Number(picture!.width) - 660)).toBeLessThan(8);
	for (let tile = 0; tile < 6; tile++) {
		const [width, height, gap] = [216, 122, 3];
		const [x, y] = [gap + (tile % 3) * (width + gap), gap + Math.floor(tile / 3) * (height + gap)];
		const cut = join(clips.folder, `tile${tile}.png`);
		ffmpeg('-f', 'jpeg_pipe', '-i', out, '-vf', `crop=${width}:${height}:${x}:${y}:exact=1`, '-frames:v', '1', cut);
		const [shown] = smallFrames(cut);
		const nearest = source
			.map((frame, at) => ({ at, far: difference(frame, shown!) }))
			.toSorted((a, b) => a.far - b.far)[0]!;
		expect(Math.abs(nearest.at - (72 * tile + 36))).toBeLessThanOrEqual(24);
	}
});

test('black stretches are left out of a contact sheet where there is something else to show', async () => {
	const path = join(clips.folder, 'blinks.mp4');
	const black = "drawbox=c=black:t=fill:enable='between(mod(n,48),18,30)'";
	ffmpeg(
		'-f',
		'lavfi',
		'-i',
		'testsrc2=s=320x180:r=24:d=8',
		'-vf',
		black,
		'-c:v',
		'libx264',
		'-preset',
		'ultrafast',
		path,
	);
	const { out } = await edit('contactSheet', path, { columns: 2, rows: 2, width: 480 });
	const [shown] = smallFrames(out);

	// Rows and columns in the middle of the four pictures.
	for (const [x, y] of [
		[8, 5],
		[24, 5],
		[8, 13],
		[24, 13],
	] as const) {
		const around = [-3, -2, -1, 0, 1, 2, 3].map((by) => shown![y * 32 + x + by]!);
		expect(Math.max(...around)).toBeGreaterThan(60);
	}
});

test('sheets that would show nothing are refused, clips of few frames give fewer pictures', async () => {
	await expect(edit('contactSheet', clips.path('a2'), { columns: 12, width: 300 })).rejects.toMatchObject({
		code: 'invalid_input',
	});
	const { notes, out } = await edit('contactSheet', clips.path('one'));
	expect(notes).toEqual(['one.mp4 has no more than 1 frame: the sheet shows all of it.']);
	expect(existsSync(out)).toBe(true);
});

test('times are written as people read them', () => {
	expect([7.54, 67, 725, 3725].map((seconds) => clock(seconds))).toEqual(['0:07.5', '1:07.0', '12:05', '1:02:05']);
	const script = stampsOf([1, 2, 3], { columns: 2, rows: 2, width: 100, height: 50, gap: 4 });
	expect(script.match(/Dialogue/g)).toHaveLength(3);
	expect(script).toContain('PlayResX: 212');
});
