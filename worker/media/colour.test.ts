import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { apart, framesOf, openPieces, pixelOf, targetFor } from './pieces.testkit.ts';
import { encodeRecipe } from './recipes.ts';
import { ffmpeg, streamsOf, testClips } from './testing/clips.ts';

const clips = testClips();
let kit: Awaited<ReturnType<typeof openPieces>>;

beforeAll(async () => {
	kit = await openPieces(clips.folder);
});
afterAll(clips.remove);

const PATCH = 32;

type Made = { name: string; pixels: number[][]; format: 'yuv420p' | 'yuv444p' | 'yuv420p10le'; encoder: string[] };

/** A clip of flat patches side by side, each of a given brightness and colour as they are stored. */
function patches({ name, pixels, format, encoder }: Made): string {
	const [width, height] = [PATCH * pixels.length, PATCH];
	const step = format === 'yuv444p' ? 1 : 2;
	const plane = (part: number, by: number) =>
		Array.from({ length: height / by }, () =>
			pixels.flatMap((pixel) => new Array<number>(PATCH / by).fill(pixel[part]!)),
		).flat();
	const values = [...plane(0, 1), ...plane(1, step), ...plane(2, step)];
	const raw = join(clips.folder, `${name}.raw`);
	writeFileSync(raw, Buffer.from((format === 'yuv420p10le' ? Uint16Array : Uint8Array).from(values).buffer));
	const path = join(clips.folder, `${name}.mp4`);
	const input = ['-f', 'rawvideo', '-pix_fmt', format, '-s', `${width}x${height}`, '-r', '24', '-stream_loop', '5'];
	ffmpeg(...input, '-i', raw, ...encoder, path);
	return path;
}

const LOSSLESS = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '0'];
const tagged = (primaries: string, transfer: string, space: string) => [
	...['-color_primaries', primaries, '-color_trc', transfer, '-colorspace', space],
];

/** What each patch has become in the film. */
async function film(path: string, wanted: object = {}): Promise<number[][]> {
	const source = await kit.source(path);
	const target = targetFor([source], wanted);
	const [frame] = framesOf(await kit.make(encodeRecipe(source, 0, 4, target), 4, target));
	const across = frame!.width / (source.probe.video!.width / PATCH);
	return Array.from({ length: Math.round(frame!.width / across) }, (_, index) =>
		frame!.at(Math.round((index + 0.5) * across), frame!.height >> 1),
	);
}

const COLOURS = ['#000000', '#808080', '#FFFFFF', '#C02020', '#20C020', '#2020C0', '#C0C020', '#E0B090'];

test('full range becomes video range with the right levels', async () => {
	const full = COLOURS.map((colour) => {
		const [y, u, v] = pixelOf(colour, 32);
		return [((y - 16) * 255) / 219, 128 + ((u - 128) * 255) / 224, 128 + ((v - 128) * 255) / 224].map(Math.round);
	});
	for (const format of ['yuv420p', 'yuv444p'] as const) {
		const path = patches({
			name: `full-${format}`,
			pixels: full,
			format,
			encoder: [...LOSSLESS, '-color_range', 'pc'],
		});
		const shown = await film(path);

		for (const [index, colour] of COLOURS.entries())
			expect(apart(shown[index]!, pixelOf(colour, 32))).toBeLessThanOrEqual(2);
	}
});

test('a clip of another matrix has the same colours in the film', async () => {
	const bt709 = COLOURS.map((colour) => pixelOf(colour, 720));
	const encoder = [...LOSSLESS, ...tagged('bt709', 'bt709', 'bt709')];
	const path = patches({ name: 'bt709', pixels: bt709, format: 'yuv420p', encoder });
	const source = await kit.source(path);
	const plain = await kit.source(clips.path('a2'));
	const target = { ...targetFor([plain]), width: 256, height: 32 };
	const piece = await kit.make(encodeRecipe(source, 0, 4, target), 4, target);
	const [frame] = framesOf(piece);

	expect(target.colour.space).toBe('unknown');
	for (const [index, colour] of COLOURS.entries())
		expect(apart(frame!.at(index * PATCH + 16, 16), pixelOf(colour, 32))).toBeLessThanOrEqual(2);
});

test('a piece carries the colour tags of the film, not those of its clip', async () => {
	const path = patches({
		...{ name: 'tags', pixels: [[100, 128, 128]], format: 'yuv420p' },
		encoder: [...LOSSLESS, ...tagged('bt709', 'bt709', 'bt709')],
	});
	const [told, plain] = [await kit.source(path), await kit.source(clips.path('a2'))];
	const tags = async (source: typeof told, film: typeof told) => {
		const target = { ...targetFor([film]), width: 64, height: 64 };
		const [stream] = streamsOf(await kit.make(encodeRecipe(source, 0, 4, target), 4, target));
		return [stream!.color_space, stream!.color_transfer, stream!.color_primaries];
	};

	expect(await tags(told, plain)).toEqual([undefined, undefined, undefined]);
	expect(await tags(plain, told)).toEqual(['bt709', 'bt709', 'bt709']);
	expect(await tags(told, told)).toEqual(['bt709', 'bt709', 'bt709']);
});

test('a clip of red, green and blue gets the colours of the film', async () => {
	const path = join(clips.folder, 'rgb.mov');
	const boxes = COLOURS.map((colour, index) => `drawbox=x=${index * 32}:y=0:w=32:h=32:t=fill:c=0x${colour.slice(1)}`);
	const draw = `format=rgb24,${boxes.join(',')}`;
	ffmpeg('-f', 'lavfi', '-i', 'color=black:s=256x32:r=24:d=0.5,format=rgb24', '-vf', draw, '-c:v', 'qtrle', path);
	for (const [size, lines] of [
		[{}, 32],
		[{ width: 1280, height: 720 }, 720],
	] as const) {
		const shown = await film(path, { ...size, fit: 'crop' });
		if (lines === 32)
			for (const [index, colour] of COLOURS.entries())
				expect(apart(shown[index]!, pixelOf(colour, lines))).toBeLessThanOrEqual(2);
		else
			for (const pixel of shown)
				expect(COLOURS.some((each) => apart(pixel, pixelOf(each, lines)) <= 3)).toBe(true);
	}
});

/** Light in nits to a signal of 0 to 1 (ITU-R BT.2100 table 4: perceptual quantization). */
function pq(nits: number): number {
	const [m1, m2, c1, c2, c3] = [
		2610 / 16384,
		(2523 / 4096) * 128,
		3424 / 4096,
		(2413 / 4096) * 32,
		(2392 / 4096) * 32,
	];
	const power = (nits / 10_000) ** m1;
	return ((c1 + c2 * power) / (1 + c3 * power)) ** m2;
}
const ten = (signal: number) => [Math.round(64 + 876 * signal), 512, 512];
/** What a screen with the usual gamma of 2.4 needs to show a share of white (ITU-R BT.1886). */
const shareOf = (level: number) => Math.max(0, (level - 16) / 219) ** 2.4;

const UHD = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'lossless=1:log-level=error', '-tag:v', 'hvc1'];

test('light up to a third of white paper stays as bright as it was, and brighter light keeps its order', async () => {
	const nits = [1, 10, 40, 60, 100, 203, 500, 1000];
	const pixels = nits.map((each) => ten(pq(each)));
	const encoder = [...UHD, ...tagged('bt2020', 'smpte2084', 'bt2020nc')];
	const shown = (await film(patches({ name: 'pq', pixels, format: 'yuv420p10le', encoder }))).map(([y]) => y!);

	for (const [index, level] of shown.entries())
		if (nits[index]! <= 60) expect(Math.abs(shareOf(level) - nits[index]! / 203)).toBeLessThan(0.02);
	expect(shown).toEqual(shown.toSorted((a, b) => a - b));
	expect(shareOf(shown[5]!)).toBeGreaterThan(0.6);
	expect(shareOf(shown[5]!)).toBeLessThan(0.8);
	expect(Math.abs(shown[7]! - 235)).toBeLessThanOrEqual(2);
});

test('both kinds of HDR give the same light: paper white at three quarters of the signal in HLG is PQ of 203 nits', async () => {
	const hlg = patches({
		...{ name: 'hlg', pixels: [ten(0.75), ten(0.38), ten(1)], format: 'yuv420p10le' },
		encoder: [...UHD, ...tagged('bt2020', 'arib-std-b67', 'bt2020nc')],
	});
	const same = patches({
		...{ name: 'pq2', pixels: [ten(pq(203)), ten(pq(26)), ten(pq(1000))], format: 'yuv420p10le' },
		encoder: [...UHD, ...tagged('bt2020', 'smpte2084', 'bt2020nc')],
	});
	const [a, b] = [await film(hlg), await film(same)];

	for (const [index, pixel] of a.entries()) expect(apart(pixel, b[index]!)).toBeLessThanOrEqual(4);
	for (const [, u, v] of a) expect(apart([u!, v!], [128, 128])).toBeLessThanOrEqual(1);
});

test('HDR that says half of what it is, is read as what it must be', async () => {
	const pixels = [ten(pq(100)), [ten(pq(60))[0]!, 420, 640]];
	const full = [...UHD, ...tagged('bt2020', 'smpte2084', 'bt2020nc')];
	const half = [...UHD, '-color_trc', 'smpte2084'];
	const [told, guessed] = [
		await film(patches({ name: 'told', pixels, format: 'yuv420p10le', encoder: full })),
		await film(patches({ name: 'half', pixels, format: 'yuv420p10le', encoder: half })),
	];

	expect(guessed).toEqual(told);
	// Reddish stays reddish.
	expect(told[1]![2]).toBeGreaterThan(150);
	expect(told[1]![1]).toBeLessThan(118);
});

test.each(['pad', 'blur', 'crop'])('HDR keeps its light and the frame its bars where the fit is %s', async (fit) => {
	const pixels = Array.from({ length: 4 }, () => ten(pq(40)));
	const encoder = [...UHD, ...tagged('bt2020', 'smpte2084', 'bt2020nc')];
	const source = await kit.source(patches({ name: `hdr-${fit}`, pixels, format: 'yuv420p10le', encoder }));
	const target = targetFor([source], { width: 128, height: 128, fit, colour: '#C02080' });
	const [frame] = framesOf(await kit.make(encodeRecipe(source, 0, 4, target), 4, target));
	const light = (y: number) => Math.abs(shareOf(frame!.at(64, y)[0]) - 40 / 203);

	expect(light(64)).toBeLessThan(0.02);
	if (fit === 'pad') expect(apart(frame!.at(64, 8), pixelOf('#C02080', 128))).toBeLessThanOrEqual(3);
	else expect(light(8)).toBeLessThan(0.02);
});
