import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { encodeClip } from './encode.ts';
import { createLane } from './lane.ts';
import { plainAss } from './picture.ts';
import { clipColour, clipTone, type ClipSpec } from './spec.ts';
import type { Json } from '../testing.ts';

const HOSTILE = String.raw`{\b1} \N %{pts} ' " : ; , [in] \\ <b> 'quoted' $(x) ` + '\u0007 日本 🎬\nline two';
const spec = (change: Partial<ClipSpec> = {}): ClipSpec => ({
	...{
		shot: 2,
		prompt: 'a harbour at night',
		note: '',
		seed: 6,
		seconds: 4,
		width: 1280,
		height: 720,
		sound: true,
		turn: 0,
	},
	...change,
});

let folder = '';
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'rehearsal-clips-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function made(name: string, change: Partial<ClipSpec>): Promise<string> {
	const path = join(folder, `${name}.mp4`);
	await encodeClip(spec(change), path, AbortSignal.timeout(60_000));
	return path;
}

async function probe(path: string, entries: string): Promise<Json> {
	const { stdout } = await execa('ffprobe', ['-v', 'error', '-of', 'json', '-show_entries', entries, path]);
	return JSON.parse(stdout);
}

const streams = async (path: string) => (await probe(path, 'stream')).streams as Record<string, Json>[];

test('a clip is encoded as Veo encodes: High, 24 frames, timescale 12288, B frames with a pyramid', async () => {
	const [video, audio] = await streams(await made('facts', {}));
	expect(video).toMatchObject({
		profile: 'High',
		level: 31,
		pix_fmt: 'yuv420p',
		r_frame_rate: '24/1',
		time_base: '1/12288',
		nb_frames: '96',
		has_b_frames: 2,
	});
	expect(audio).toMatchObject({ codec_name: 'aac', profile: 'LC', sample_rate: '48000', channels: 2 });
});

test('a clip has one sync frame, and it is the first', async () => {
	const path = await made('sync', { seconds: 3, width: 640, height: 360 });
	const { packets } = await probe(path, 'packet=flags,codec_type');
	const keys = packets
		.filter((packet: Json) => packet.codec_type === 'video')
		.map((packet: Json) => packet.flags.includes('K'));
	expect([keys[0], keys.filter(Boolean).length, keys.length]).toEqual([true, 1, 72]);
});

test('the sound is a little longer for even seeds and a little shorter for odd ones', async () => {
	const small = { seconds: 8, width: 640, height: 360 };
	const [even, odd] = [await made('even', { ...small, seed: 6 }), await made('odd', { ...small, seed: 7 })];
	const sound = async (path: string) => Number((await streams(path))[1]!.duration);
	expect([await sound(even), await sound(odd)]).toEqual([8.043, 7.902]);
});

test('even and odd seeds have different parameter sets, as Veo files of two kinds have', async () => {
	const sets = await Promise.all(
		['even', 'odd'].map(async (name) => {
			const args = [
				'-v',
				'error',
				'-show_data_hash',
				'md5',
				'-select_streams',
				'v',
				'-show_entries',
				'stream=extradata_hash',
				join(folder, `${name}.mp4`),
			];
			return (await execa('ffprobe', args)).stdout;
		}),
	);
	expect(sets[0]).not.toBe(sets[1]);
});

test('every character of a prompt is shown and none breaks the picture', async () => {
	const path = await made('hostile', { prompt: HOSTILE, note: HOSTILE, seconds: 3, width: 360, height: 640 });
	const [video] = await streams(path);
	expect([video!.width, video!.height, video!.nb_frames]).toEqual([360, 640, '72']);
	expect(plainAss(HOSTILE)).not.toMatch(/(^|[^\\])[{}]|\\[Nnh]|[\r\n]/);
});

test('a clip shows the colour that belongs to its shot, from the first frame to the last', async () => {
	const change = { shot: 9, seconds: 3, width: 640, height: 360 };
	const path = await made('colour', change);
	const args = [
		'-v',
		'error',
		'-i',
		path,
		'-vf',
		'crop=8:8:316:2,scale=1:1',
		'-f',
		'rawvideo',
		'-pix_fmt',
		'rgb24',
		'-',
	];
	const { stdout } = await execa('ffmpeg', args, { encoding: 'buffer' });
	expect(stdout.length).toBe(72 * 3);
	const wanted = clipColour(spec(change));
	for (const at of [0, 71 * 3]) {
		wanted.forEach((part, channel) => expect(Math.abs(stdout[at + channel]! - part)).toBeLessThan(8));
	}
});

test('shots differ in colour and in pitch', () => {
	const shots = Array.from({ length: 12 }, (_, at) => spec({ shot: at + 1, prompt: `shot ${at + 1}` }));
	expect(new Set(shots.map(clipTone)).size).toBe(12);
	const colours = shots.map(clipColour);
	colours.forEach((one, at) =>
		colours.slice(at + 1).forEach((other) => {
			const distance = Math.hypot(...one.map((part, channel) => part - other[channel]!));
			expect(distance).toBeGreaterThan(25);
		}),
	);
});

test('an unknown box stands before the media data, and every frame still decodes', async () => {
	const path = await made('box', { seconds: 3, width: 640, height: 360 });
	const { stdout } = await execa('ffprobe', ['-v', 'trace', path], { all: true }).then((done) => ({
		stdout: done.all ?? '',
	}));
	expect(stdout).toMatch(/type:'ftyp'[\s\S]*type:'uuid'[\s\S]*type:'mdat'/);
	const decoded = await execa('ffmpeg', ['-v', 'error', '-i', path, '-f', 'null', '-']);
	expect(decoded.stderr).toBe('');
});

test('a clip that is called off leaves no file behind', async () => {
	const target = join(folder, 'never.mp4');
	await writeFile(join(folder, 'other'), '');
	await expect(encodeClip(spec(), target, AbortSignal.abort())).rejects.toThrow();
	await expect(probe(target, 'format')).rejects.toThrow();
});

test('a lane lets no more run than it is wide, and goes on after a failure', async () => {
	const lane = createLane(2);
	let [now, most] = [0, 0];
	const work = async (fails: boolean) => {
		most = Math.max(most, (now += 1));
		await new Promise((go) => setTimeout(go, 5));
		now -= 1;
		if (fails) throw new Error('no');
	};
	const all = await Promise.allSettled([false, true, false, true, false].map((fails) => lane.run(() => work(fails))));
	expect([most, all.filter((one) => one.status === 'fulfilled').length]).toEqual([2, 3]);
	await lane.settled();
});
