import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fittedSize } from './fit.ts';
import { apart, framesOf, openPieces, pixelOf, targetFor, type Frame } from './pieces.testkit.ts';
import { encodeRecipe } from './recipes.ts';
import { ffmpeg, testClips } from './testing/clips.ts';
import { readCounted } from './testing/counted.ts';

const clips = testClips();
let kit: Awaited<ReturnType<typeof openPieces>>;

beforeAll(async () => {
	kit = await openPieces(clips.folder);
});
afterAll(clips.remove);

/** Levels by which a flat pixel may differ after encoding. */
const NEAR = 3;
const FRAMES = 4;

/** A grey picture with a white square in its middle, a third of its shorter side wide. */
function square(name: string, width: number, height: number): string {
	const path = join(clips.folder, `${name}.mp4`);
	const side = Math.round(Math.min(width, height) / 6) * 2;
	const box = `drawbox=x=${(width - side) / 2}:y=${(height - side) / 2}:w=${side}:h=${side}:c=white:t=fill`;
	const source = ['-f', 'lavfi', '-i', `color=gray:s=${width}x${height}:r=24:d=0.5`];
	ffmpeg(...source, '-vf', `${box},format=yuv420p`, '-c:v', 'libx264', '-crf', '5', path);
	return path;
}

async function shown(path: string, wanted: object): Promise<Frame> {
	const source = await kit.source(path);
	const target = targetFor([source], { fps: '24', ...wanted });
	const frames = framesOf(await kit.make(encodeRecipe(source, 0, FRAMES, target), FRAMES, target));
	expect(frames).toHaveLength(FRAMES);
	expect(frames[0]).toMatchObject({ width: target.width, height: target.height });
	return frames[FRAMES - 1]!;
}

/** Where a line or column through the middle is white: first and last place. */
function white(frame: Frame, across: boolean): [number, number] {
	const [length, middle] = across ? [frame.width, frame.height / 2] : [frame.height, frame.width / 2];
	const bright = Array.from({ length }, (_, at) => frame.at(across ? at : middle, across ? middle : at)[0] > 180);
	return [bright.indexOf(true), bright.lastIndexOf(true)];
}

test.each(['#000000', '#808080', '#C02080', '#10F020'])('bars of %s are exactly of that colour', async (colour) => {
	for (const size of [
		{ width: 480, height: 270 },
		{ width: 1280, height: 720 },
	]) {
		const frame = await shown(square('tall', 90, 160), { ...size, colour });
		const wanted = pixelOf(colour, size.height);

		for (const x of [2, size.width / 5, size.width - 3])
			for (const y of [2, size.height / 2, size.height - 3])
				expect(apart(frame.at(x, y), wanted)).toBeLessThanOrEqual(NEAR);
	}
});

test('bars above and below a wide clip are of their colour too, and the clip lies in the middle', async () => {
	const frame = await shown(square('wide', 320, 180), { width: 180, height: 320, colour: '#C02080' });
	const [top, bottom] = white(frame, false);

	for (const y of [1, 100, 219, 318])
		expect(apart(frame.at(90, y), pixelOf('#C02080', 320))).toBeLessThanOrEqual(NEAR);
	expect(Math.abs(top + bottom - 319)).toBeLessThanOrEqual(1);
});

test('a cropped clip covers the frame, centred and in its own proportions', async () => {
	for (const [from, to] of [
		[[320, 180], { width: 180, height: 320 }],
		[[180, 320], { width: 320, height: 180 }],
		[[320, 180], { width: 240, height: 240 }],
		[[322, 182], { width: 216, height: 270 }],
	] as const) {
		const frame = await shown(square(from.join('x'), from[0], from[1]), { ...to, fit: 'crop' });
		const [left, right] = white(frame, true);
		const [top, bottom] = white(frame, false);
		const side = (Math.round(Math.min(...from) / 6) * 2 * Math.max(to.width / from[0], to.height / from[1])) | 0;

		expect(Math.abs(right - left + 1 - side)).toBeLessThanOrEqual(2);
		expect(Math.abs(bottom - top + 1 - side)).toBeLessThanOrEqual(2);
		expect(Math.abs(left + right - (to.width - 1))).toBeLessThanOrEqual(2);
		expect(Math.abs(top + bottom - (to.height - 1))).toBeLessThanOrEqual(2);
		for (const x of [0, to.width - 1])
			for (const y of [0, to.height - 1]) expect(frame.at(x, y)[0]).toBeGreaterThan(100);
	}
});

test('the bars of a blurred background are of the clip itself, without an edge in them', async () => {
	const [tall, wide] = [clips.path('tall25'), clips.path('a3')];
	const beside = await shown(tall, { width: 480, height: 270, fit: 'blur' });
	const around = await shown(wide, { width: 180, height: 320, fit: 'blur' });
	const steps = (frame: Frame, xs: number[], ys: number[]) =>
		xs.flatMap((x) => ys.map((y) => Math.abs(frame.at(x, y)[0] - frame.at(x, y + 1)[0])));
	const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

	// Left of the clip is its red, right of it its cyan.
	expect(apart(beside.at(10, 200), pixelOf('#FF0000', 270))).toBeLessThan(30);
	expect(apart(beside.at(475, 60), pixelOf('#00FFFF', 270))).toBeLessThan(30);
	expect(Math.max(...steps(beside, [10, 60, 120, 400, 460], range(0, 269)))).toBeLessThan(12);
	expect(Math.max(...steps(around, [10, 90, 170], [...range(0, 106), ...range(214, 319)]))).toBeLessThan(12);
});

test('whatever surrounds it, the clip itself is the same picture', async () => {
	const size = { width: 480, height: 270 };
	const [padded, coloured, blurred] = await Promise.all([
		shown(clips.path('tall25'), size),
		shown(clips.path('tall25'), { ...size, colour: '#C02080' }),
		shown(clips.path('tall25'), { ...size, fit: 'blur' }),
	]);

	const far = (other: Frame) => {
		const apartAt = [];
		for (let y = 4; y < 270; y += 9)
			for (let x = 168; x < 312; x += 7) apartAt.push(apart(padded.at(x, y), other.at(x, y)));
		return apartAt.reduce((sum, each) => sum + each, 0) / apartAt.length;
	};

	expect(far(coloured)).toBeLessThan(4);
	expect(far(blurred)).toBeLessThan(4);
});

test('a clip with stretched pixels or turned by its metadata is fitted by what is seen', async () => {
	const stretched = join(clips.folder, 'stretched-square.mp4');
	ffmpeg(
		'-i',
		square('seen', 320, 180),
		'-vf',
		'scale=240:180,setsar=4/3',
		'-c:v',
		'libx264',
		'-crf',
		'5',
		stretched,
	);
	const turned = join(clips.folder, 'turned-square.mp4');
	ffmpeg('-i', square('lying', 320, 180), '-c', 'copy', '-metadata:s:v', 'rotate=90', turned);
	for (const fit of ['pad', 'blur', 'crop']) {
		const broad = await shown(stretched, { width: 240, height: 240, fit });
		const upright = await shown(turned, { width: 240, height: 240, fit });
		for (const frame of [broad, upright]) {
			const [left, right] = white(frame, true);
			const [top, bottom] = white(frame, false);
			expect(Math.abs(right - left - (bottom - top))).toBeLessThanOrEqual(3);
			expect(Math.abs(left + right - 239)).toBeLessThanOrEqual(2);
		}
	}
});

test('a shape alone keeps the shorter side of the clips', async () => {
	const source = await kit.source(clips.path('a2'));
	const size = (ratio: string) => {
		const { width, height } = targetFor([source], { ratio });
		return `${width}x${height}`;
	};

	expect(['16:9', '9:16', '1:1', '4:5'].map(size)).toEqual(['320x180', '180x320', '180x180', '180x224']);
});

test('a fitted picture has even sides and even margins, whatever the shapes', () => {
	for (let width = 20; width < 400; width += 37)
		for (let height = 20; height < 400; height += 23) {
			const size = fittedSize({ width, height }, { width: 320, height: 180, fit: 'pad' });
			expect([size.width % 2, size.height % 2, (320 - size.width) % 4, (180 - size.height) % 4]).toEqual([
				0, 0, 0, 0,
			]);
			expect(size.width === 320 || size.height === 180).toBe(true);
		}
});

test('a clip that lasts less than half a frame of a slow film is one frame of it', async () => {
	const source = await kit.source(clips.path('n3'));
	const target = targetFor([source], { fps: '2' });
	const piece = await kit.make(encodeRecipe(source, 0, 1, target), 1, target);

	expect(framesOf(piece)).toHaveLength(1);
	expect(readCounted(piece)).toMatchObject([{ clip: 3 }]);
});
