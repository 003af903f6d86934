import { existsSync, mkdtempSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { InspectInput, type WatermarkReport } from '../../contract/inspect.ts';
import type { Media } from '../index.ts';
import { asClip, ffmpeg, footage, streamsOf, testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';
import { correlate, emptyPlane, transform, type Plane } from './fft.ts';

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
/** Frames a second of the real clips that are marked: more of them than are looked at, and quick to make. */
const FEW = 6;

/** White shapes on nothing. */
function shapes(name: string, boxes: string[]): string {
	const path = join(clips.folder, name);
	const drawn = boxes.map((box) => `drawbox=${box}:c=white`).join(',');
	const graph = `[0]format=gray,${drawn}[m];[1]format=rgba[w];[w][m]alphamerge`;
	const ground = (colour: string) => ['-f', 'lavfi', '-i', `color=${colour}:s=400x160`];
	ffmpeg(...ground('black'), ...ground('white'), '-filter_complex', graph, '-frames:v', '1', path);
	return path;
}

/** What moves, drawn once. */
let moving: string;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
	moving = join(clips.folder, 'moving.mp4');
	ffmpeg('-f', 'lavfi', '-i', MOVING, ...X264.with(X264.indexOf('20'), '8'), moving);
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

const CORNERS = {
	'top-left': '24:20',
	'top-right': 'W-w-24:20',
	'bottom-left': '24:H-h-20',
	'bottom-right': 'W-w-24:H-h-20',
};
type Mark = { width: number; opacity: number; corner: keyof typeof CORNERS; source?: string };

/** The logo laid over what moves or over a real clip; made once. */
function marked({ width, opacity, corner, source }: Mark): string {
	const name = `${source ? basename(source, '.mp4') : 'moving'}-${width}-${opacity}-${corner}.mp4`;
	const path = join(clips.folder, name);
	if (existsSync(path)) return path;
	const pixels = Math.round((source ? 1280 : 640) * width);
	const over = [
		`[1]format=rgba,scale=${pixels}:-1,colorchannelmixer=aa=${opacity}[l]`,
		`[0]${source ? `fps=${FEW}` : 'null'}[p]`,
		`[p][l]overlay=${CORNERS[corner]},format=yuv420p[v]`,
	];
	const inputs = ['-i', source ?? moving, '-i', logo];
	ffmpeg(...inputs, '-filter_complex', over.join(';'), '-map', '[v]', '-an', ...X264, path);
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

test('two correlations come out of one inverse transform', () => {
	const planes = Array.from({ length: 4 }, () => emptyPlane(8, 4));
	const [field, fit, energy, under] = planes as [Plane, Plane, Plane, Plane];
	for (const [index, { re, im }] of planes.entries()) {
		for (let at = 0; at < 32; at++) {
			re[at] = Math.sin(at * (index + 1)) * 3;
			if (index < 2) im[at] = Math.cos(at * at + index);
		}
	}
	const sums = [2, 9, 30].map((shift) => {
		let [together, real] = [0, 0];
		for (let at = 0; at < 32; at++) {
			const from = ((Math.floor(at / 8) + Math.floor(shift / 8)) % 4) * 8 + ((at + shift) % 8);
			together += field.re[from]! * fit.re[at]! + field.im[from]! * fit.im[at]!;
			real += energy.re[from]! * under.re[at]!;
		}
		return { together, real };
	});
	for (const plane of planes) transform(plane);
	correlate(field, fit, energy, under);
	transform(fit, true);
	for (const [index, shift] of [2, 9, 30].entries()) {
		expect(fit.re[shift]).toBeCloseTo(sums[index]!.together, 6);
		expect(fit.im[shift]).toBeCloseTo(sums[index]!.real, 6);
	}
});

test.each<Mark>([
	{ width: 0.08, opacity: 0.3, corner: 'bottom-right' },
	{ width: 0.3, opacity: 0.3, corner: 'top-left' },
	{ width: 0.15, opacity: 1, corner: 'top-left' },
])('a logo of $width of the width at $opacity opacity is found where it is', async (mark) => {
	const found = await markIn(marked(mark), logo);

	expect(found).toMatchObject({ found: true, region: mark.corner });
	expect(found.score).toBeGreaterThan(0.85);
	// The logo's picture is 400 wide, what is drawn in it begins at 20 and ends at 370.
	const scale = (640 * mark.width) / 400;
	const left = (mark.corner === 'top-left' ? 24 : 640 - 24 - 640 * mark.width) + 20 * scale;
	expect(Math.abs(found.place!.x - left)).toBeLessThan(4);
	expect(Math.abs(found.place!.width / (350 * scale) - 1)).toBeLessThan(0.1);
	expect(streamsOf(found.picture!)[0]!.width).toBeGreaterThanOrEqual(found.place!.width);
});

const PLAIN: Mark = { width: 0.15, opacity: 1, corner: 'top-left' };

test('another logo than the one that is there is not found', async () => {
	const found = await markIn(marked(PLAIN), other);

	expect(found).toMatchObject({ found: false, place: null, region: null, picture: null });
	expect(found.score).toBeLessThan(0.65);
});

test('what stands still over a moving picture is found without knowing it', async () => {
	const found = await markIn(marked(PLAIN), null);

	expect(found).toMatchObject({ found: true, region: 'top-left' });
	expect(Math.abs(found.place!.x - 29)).toBeLessThan(8);
	expect(Math.abs(found.place!.width - 84)).toBeLessThan(16);
});

test('a line that stands still is scenery, and so is nothing at all', async () => {
	const path = join(clips.folder, 'line.mp4');
	ffmpeg('-i', moving, '-vf', 'drawbox=x=30:y=40:w=10:h=90:c=white:t=fill', ...X264, path);

	expect((await markIn(path, null)).found).toBe(false);
	expect((await markIn(moving, null)).score).toBeLessThan(0.5);
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
		message: 'the logo to look for (nothing.png) is all transparent',
	});
	await expect(markIn(clips.path('a2'), clips.path('tone'))).rejects.toMatchObject({
		code: 'media',
		hint: expect.stringContaining('PNG'),
		refusals: [{ field: 'logo' }],
	});
});

if (!real) console.log('the real clips are not here: watermarks are not looked for in them');
const onReal = real ? test : test.skip;

onReal(
	'real clips have no watermark, known or unknown',
	async () => {
		for (const path of real!) {
			const found = await markIn(path, null);
			expect(found).toMatchObject({ found: false });
			// Far from the least score that counts, which is .7.
			expect(found.score).toBeLessThan(0.5);
		}
		const found = await markIn(real![1]!, logo);
		expect(found).toMatchObject({ found: false });
		expect(found.score).toBeLessThan(0.5);
	},
	PATIENCE,
);

onReal.each<[number, Mark]>([
	[0, { width: 0.2, opacity: 0.5, corner: 'bottom-left' }],
	[1, { width: 0.08, opacity: 0.3, corner: 'top-right' }],
	[2, { width: 0.05, opacity: 0.6, corner: 'bottom-right' }],
])(
	'a mark laid over real clip %i is found, known or unknown',
	async (index, mark) => {
		const path = marked({ ...mark, source: real![index]! });
		const [known, unknown] = [await markIn(path, logo), await markIn(path, null)];

		for (const found of [known, unknown]) {
			expect(found).toMatchObject({ found: true, region: mark.corner });
			expect(found.score).toBeGreaterThan(0.85);
			// What stands beside a mark may be taken for a part of it where nobody says what the mark is.
			expect(Math.abs(found.place!.width - 1280 * mark.width * (350 / 400))).toBeLessThan(24);
		}
	},
	PATIENCE,
);
