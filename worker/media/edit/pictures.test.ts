import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ffmpeg, frameHashes, smallFrames, streamsOf, testClips } from '../testing/clips.ts';
import { countedPicture, readCounted } from '../testing/counted.ts';
import { apart, nearestFrames, openEdits, pixels } from './edits.testkit.ts';
import { clock, stampsOf } from './stamps.ts';

const clips = testClips();
let edit: Awaited<ReturnType<typeof openEdits>>['edit'];

beforeAll(async () => {
	({ edit } = await openEdits(clips));
});
afterAll(clips.remove);

const CARD = { width: 640, height: 360 };
const BLUE = [0x10, 0x20, 0x60];
const card = (title: string, more: object = {}) => ({
	card: { title, background: '#102060', colour: '#F0E040', seconds: 1.5, fadeSeconds: 0.5, ...more },
	...CARD,
	fps: '30000/1001',
});

/** Pixels of a frame that are nearer to the colour of the letters than to the card's. */
function letters(path: string, frame: number) {
	const at = pixels(path, CARD, frame);
	const found = { count: 0, left: Infinity, right: -1, top: Infinity, bottom: -1 };
	for (let y = 0; y < CARD.height; y++) {
		for (let x = 0; x < CARD.width; x++) {
			if (at(x, y)[0]! < 0x80) continue;
			found.count++;
			[found.left, found.right] = [Math.min(found.left, x), Math.max(found.right, x)];
			[found.top, found.bottom] = [Math.min(found.top, y), Math.max(found.bottom, y)];
		}
	}
	return found;
}

test('a title card is a silent film of its own size, rate, length and colours', async () => {
	const { out, extension, report } = await edit('titleCard', null, card('The Brick', { subtitle: 'A film' }));
	const seen = letters(out, 22);
	const at = pixels(out, CARD, 22);

	expect(extension).toBe('mp4');
	expect(streamsOf(out)).toHaveLength(1);
	expect(streamsOf(out)[0]).toMatchObject({ ...CARD, r_frame_rate: '30000/1001', nb_frames: '45', profile: 'High' });
	expect(report).toMatchObject({ frames: 45, fps: '30000/1001', loudness: null });
	for (const [x, y] of [
		[4, 4],
		[635, 355],
		[320, 20],
	] as const)
		expect(apart(at(x, y), BLUE)).toBeLessThan(8);
	expect(seen.count).toBeGreaterThan(800);
	// In the middle of the picture, and clear of its edges.
	expect(Math.abs(seen.left + seen.right - CARD.width)).toBeLessThan(12);
	expect(Math.abs(seen.top + seen.bottom - CARD.height)).toBeLessThan(80);
	expect(seen.left).toBeGreaterThan(CARD.width * 0.04);
});

test('a title card fades in from its background and out to it', async () => {
	const { out } = await edit('titleCard', null, card('The Brick'));
	const count = (frame: number) => letters(out, frame).count;

	expect(count(0)).toBe(0);
	expect(count(44)).toBeLessThan(count(22) / 2);
	expect(count(20)).toBeGreaterThan(500);
	// Between the fades nothing changes.
	expect(new Set(frameHashes(out).slice(20, 24)).size).toBeLessThanOrEqual(2);
});

test.each([
	['a long title', 'The extraordinarily long and winding history of the small red brick that remembered everything'],
	['Arabic', 'الطوبة التي تتذكر كل شيء'],
	['Devanagari', 'वह ईंट जिसे सब याद है'],
	['Chinese', '记住一切的砖头'],
	['emoji', '🧱🎬 Bricks 🔥'],
])('%s fits on a title card', async (_, title) => {
	const { left, right, top, bottom, count } = letters((await edit('titleCard', null, card(title))).out, 22);

	expect(count).toBeGreaterThan(400);
	expect(left).toBeGreaterThan(CARD.width * 0.04);
	expect(right).toBeLessThan(CARD.width * 0.96);
	expect(top).toBeGreaterThan(CARD.height * 0.05);
	expect(bottom).toBeLessThan(CARD.height * 0.95);
});

test('a title that no font draws and a rate that is none are refused in words', async () => {
	await expect(edit('titleCard', null, card('\u{10FFFE}'))).rejects.toMatchObject({
		code: 'invalid_input',
		message: expect.stringContaining('the title card'),
	});
	await expect(edit('titleCard', null, { ...card('Brick'), fps: '0' })).rejects.toMatchObject({
		code: 'invalid_input',
		refusals: [{ field: 'fps' }],
		hint: expect.stringContaining('24'),
	});
});

test('a thumbnail of a clip that begins black and blurred is bright and sharp', async () => {
	const path = join(clips.folder, 'poor.mp4');
	const poor = ["drawbox=c=black:t=fill:enable='lt(n,36)'", "boxblur=10:enable='between(n,36,71)'"];
	const source = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=24:d=4'];
	ffmpeg(...source, '-vf', poor.join(','), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', path);
	const { out, extension, mimeType, report } = await edit('thumbnail', path);
	const [nearest] = nearestFrames(out, path);

	expect({ extension, mimeType, report }).toEqual({ extension: 'jpg', mimeType: 'image/jpeg', report: null });
	expect(streamsOf(out)[0]).toMatchObject({ codec_name: 'mjpeg', width: 320, height: 180 });
	expect(nearest!.at).toBeGreaterThanOrEqual(72);
	expect(nearest!.far).toBeLessThan(3);
});

test('a thumbnail shows the frame on screen at a second, as wide as asked', async () => {
	for (const [at, frame] of [
		[0, 0],
		[1.51, 36],
		[60, 95],
	]) {
		const { out } = await edit('thumbnail', clips.path('n96'), { at, width: 640 });
		expect(readCounted(out)).toEqual([{ clip: 7, frame }]);
		expect(streamsOf(out)[0]).toMatchObject({ width: 320 });
	}
	const { out } = await edit('thumbnail', clips.path('hd'), { at: 0.2, width: 400 });
	expect(streamsOf(out)[0]).toMatchObject({ width: 400, height: 226 });
	await expect(edit('thumbnail', clips.path('tone'))).rejects.toMatchObject({
		code: 'media',
		message: 'tone.mp4 is sound alone: there is no picture of it',
	});
});

test('a contact sheet has a grid of the frames in the middle of equal parts', async () => {
	const path = join(clips.folder, 'numbered.mp4');
	ffmpeg(...countedPicture(3, 120, '24'), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', path);
	const { out } = await edit('contactSheet', path, { columns: 3, rows: 2, width: 976 });
	const [gap, width, height] = [4, 320, 180];

	expect(streamsOf(out)[0]).toMatchObject({ width: 4 * gap + 3 * width, height: 3 * gap + 2 * height });
	for (let tile = 0; tile < 6; tile++) {
		const part = {
			...{ width, height },
			x: gap + (tile % 3) * (width + gap),
			y: gap + Math.floor(tile / 3) * (height + gap),
		};
		expect(readCounted(out, part)).toEqual([{ clip: 3, frame: 20 * tile + 10 }]);
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
