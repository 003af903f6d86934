import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { InspectInput, type WatermarkReport } from '../../contract/inspect.ts';
import type { Media } from '../index.ts';
import { asClip, ffmpeg, footage, streamsOf, testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';
import { emptyPlane, transform } from './fft.ts';

const clips = testClips();
let media: Media;
let logo: string;
let other: string;
const real = footage();

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-pix_fmt', 'yuv420p'];
/** For a machine that is busy with other tests: alone, each takes a few seconds. */
const PATIENCE = 240_000;
/** Moves everywhere and has edges of its own: the set zoomed into. */
const MOVING = 'mandelbrot=s=640x360:r=12:start_scale=2:end_scale=0.02:end_pts=40,trim=end_frame=36';

/** White shapes on nothing. */
function shapes(name: string, boxes: string[]): string {
	const path = join(clips.folder, name);
	const drawn = boxes.map((box) => `drawbox=${box}:c=white`).join(',');
	const graph = `[0]format=gray,${drawn}[m];[1]format=rgba[w];[w][m]alphamerge`;
	const ground = (colour: string) => ['-f', 'lavfi', '-i', `color=${colour}:s=400x160`];
	ffmpeg(...ground('black'), ...ground('white'), '-filter_complex', graph, '-frames:v', '1', path);
	return path;
}

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
	const square = 'x=20:y=30:w=100:h=100:t=12';
	logo = shapes('logo.png', [
		square,
		'x=160:y=30:w=40:h=100:t=fill',
		'x=230:y=30:w=100:h=30:t=fill',
		'x=260:y=80:w=110:h=50:t=10',
	]);
	other = shapes('other.png', [
		'x=10:y=70:w=380:h=24:t=fill',
		'x=190:y=10:w=24:h=140:t=fill',
		'x=40:y=20:w=60:h=30:t=6',
	]);
});
afterAll(clips.remove);

type Corner = 'left' | 'right';
function marked(
	name: string,
	{ width, opacity, x, source }: { width: number; opacity: number; x: Corner; source?: string },
) {
	const path = join(clips.folder, `${name}.mp4`);
	const input = source ? ['-i', source] : ['-f', 'lavfi', '-i', MOVING];
	const size = source ? 1280 : 640;
	const place = x === 'left' ? '24:20' : 'W-w-24:H-h-20';
	const over = `[1]format=rgba,scale=${Math.round(size * width)}:-1,colorchannelmixer=aa=${opacity}[l];[0][l]overlay=${place},format=yuv420p[v]`;
	ffmpeg(...input, '-i', logo, '-filter_complex', over, '-map', '[v]', '-an', ...X264, path);
	return path;
}

async function markIn(path: string, mark: string | null, options: object = {}): Promise<WatermarkReport> {
	const asset = '0'.repeat(64);
	const input = InspectInput.parse({ operation: 'watermark', asset, ...(mark && { logo: asset }), ...options });
	const folder = mkdtempSync(join(clips.folder, 'look-'));
	const request = { input, source: asClip(path), logo: mark ? asClip(mark) : null, folder };
	return (await media.inspect(request, {
		signal: AbortSignal.timeout(120_000),
		progress: () => undefined,
	})) as WatermarkReport;
}

test('the transform undoes itself and tells a wave by its frequency', () => {
	const plane = emptyPlane(16, 8);
	for (let at = 0; at < 128; at++) plane.re[at] = Math.cos((2 * Math.PI * 3 * (at % 16)) / 16);
	const before = plane.re.slice();
	transform(plane);

	expect(plane.re[3]).toBeCloseTo(64, 6);
	expect(plane.re[4]).toBeCloseTo(0, 6);
	transform(plane, true);
	expect(Math.max(...plane.re.map((value, at) => Math.abs(value - before[at]!)))).toBeLessThan(1e-9);
});

test.each([
	{ width: 0.08, opacity: 0.3, x: 'right' as const },
	{ width: 0.3, opacity: 0.3, x: 'left' as const },
	{ width: 0.15, opacity: 1, x: 'left' as const },
])('a logo of $width of the width at $opacity opacity is found where it is', async (mark) => {
	const found = await markIn(marked(`mark${mark.width}`, mark), logo);

	expect(found).toMatchObject({ found: true, region: mark.x === 'left' ? 'top-left' : 'bottom-right' });
	// The logo's picture is 400 wide, what is drawn in it begins at 20 and ends at 370.
	const scale = (640 * mark.width) / 400;
	const left = (mark.x === 'left' ? 24 : 640 - 24 - 640 * mark.width) + 20 * scale;
	expect(Math.abs(found.place!.x - left)).toBeLessThan(4);
	expect(Math.abs(found.place!.width / (350 * scale) - 1)).toBeLessThan(0.1);
	expect(streamsOf(found.picture!)[0]!.width).toBeGreaterThanOrEqual(found.place!.width);
});

test('another logo than the one that is there is not found', async () => {
	const path = marked('mark0.15', { width: 0.15, opacity: 1, x: 'left' });

	expect(await markIn(path, other)).toMatchObject({ found: false, place: null, region: null, picture: null });
});

test('what stands still over a moving picture is found without knowing it', async () => {
	const found = await markIn(marked('mark0.15', { width: 0.15, opacity: 1, x: 'left' }), null);

	expect(found).toMatchObject({ found: true, region: 'top-left' });
	expect(Math.abs(found.place!.x - 29)).toBeLessThan(8);
	expect(Math.abs(found.place!.width - 84)).toBeLessThan(16);
});

test('a picture that stands still altogether has no watermark', async () => {
	const path = join(clips.folder, 'stands.mp4');
	ffmpeg('-f', 'lavfi', '-i', 'smptebars=s=640x360:r=12:d=2', ...X264, path);

	expect(await markIn(path, null)).toMatchObject({ found: false, score: 0 });
});

test('a logo that is all transparent, or no picture, is refused', async () => {
	const nothing = join(clips.folder, 'nothing.png');
	ffmpeg('-f', 'lavfi', '-i', 'color=black@0:s=64x64,format=rgba', '-frames:v', '1', nothing);

	await expect(markIn(clips.path('a2'), nothing)).rejects.toMatchObject({
		message: 'nothing.png is all transparent',
	});
	await expect(markIn(clips.path('a2'), clips.path('tone'))).rejects.toMatchObject({ code: 'media' });
});

if (!real) console.log('the real clips are not here: watermarks are not looked for in them');
(real ? test : test.skip)(
	'real clips have no watermark until one is laid over them',
	async () => {
		for (const path of real!) expect(await markIn(path, null)).toMatchObject({ found: false });
		const source = real![1]!;
		expect(await markIn(source, logo)).toMatchObject({ found: false });
		const path = marked('real', { width: 0.08, opacity: 0.3, x: 'right', source });
		expect(await markIn(path, logo)).toMatchObject({ found: true, region: 'bottom-right' });
		expect(await markIn(path, null)).toMatchObject({ found: true, region: 'bottom-right' });
	},
	PATIENCE,
);
