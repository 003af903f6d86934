import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ffmpeg, leftSamples, smallFrames, streamsOf, testClips } from '../testing/clips.ts';
import { heard, toneIn } from '../testing/hearing.ts';
import { nearestFrames, openEdits, packets } from './edits.testkit.ts';
import { tempoChain } from './speed.ts';

const clips = testClips();
let edit: Awaited<ReturnType<typeof openEdits>>['edit'];

beforeAll(async () => {
	({ edit } = await openEdits(clips));
});
afterAll(clips.remove);

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
	const film = nearestFrames(out, clips.path('idr3'));
	const [video] = streamsOf(out);

	expect(film).toHaveLength(Math.round(72 / factor));
	expect(video).toMatchObject({ codec_name: 'h264', r_frame_rate: '24/1', width: 320, height: 180, profile: 'High' });
	expect(film.map(({ at }) => at)).toEqual(film.map((_, frame) => Math.floor(frame * factor)));
	expect(Math.max(...film.map(({ far }) => far))).toBeLessThan(SAME);
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
		// The clip's tone, as loud as it was.
		const tone = (path: string) => toneIn({ of: heard(path), from: 12_000, length: 24_000 }, 500);
		expect(tone(out) / tone(clips.path('vp9'))).toBeCloseTo(1, 1);
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
