import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CORNERS, Logo } from '../contract/look.ts';
import { logoPlace } from './overlay.ts';
import { apart, framesOf, openPieces, pixelOf, targetFor } from './pieces.testkit.ts';
import { encodeRecipe, transitionRecipe, type LogoSource, type Source } from './recipes.ts';
import { ffmpeg, testClips } from './testing/clips.ts';

const clips = testClips();
let kit: Awaited<ReturnType<typeof openPieces>>;
let grey: Source;

beforeAll(async () => {
	kit = await openPieces(clips.folder);
	const path = join(clips.folder, 'grey.mp4');
	ffmpeg('-f', 'lavfi', '-i', 'color=0x808080:s=320x180:r=24:d=1', '-vf', 'format=yuv420p', '-c:v', 'libx264', path);
	grey = await kit.source(path);
});
afterAll(clips.remove);

const GREY = pixelOf('#808080', 180);
const GREEN = pixelOf('#20C020', 180);
const NEAR = 3;

/** A green square of 32 pixels in the middle of 64 see-through white ones. */
const SQUARE = Buffer.concat(
	Array.from({ length: 64 * 64 }, (_, at) => {
		const inside = [at % 64, at >> 6].every((place) => place >= 16 && place < 48);
		return Buffer.from(inside ? [0x20, 0xc0, 0x20, 255] : [255, 255, 255, 0]);
	}),
);

async function logoOf(file: string, look: object = {}, ...encoder: string[]): Promise<LogoSource> {
	const path = join(clips.folder, file);
	const raw = join(clips.folder, 'square.raw');
	writeFileSync(raw, SQUARE);
	ffmpeg('-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', '64x64', '-i', raw, '-frames:v', '1', ...encoder, path);
	const source = await kit.source(path);
	return { source, logo: Logo.parse({ asset: source.id, width: 0.2, margin: 0.1, ...look }) };
}

/** A caption of white boxes over the lower third, from the third frame to the sixth. */
const CAPTION = [
	...['[Script Info]', 'ScriptType: v4.00+', 'PlayResX: 320', 'PlayResY: 180', '', '[V4+ Styles]'],
	'Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV',
	'Style: S,DejaVu Sans,20,&H00FFFFFF,&H00000000,&H00000000,1,0,0,7,0,0,0',
	...['', '[Events]', 'Format: Layer, Start, End, Style, Text'],
	'Dialogue: 0,0:00:00.08,0:00:00.25,S,{\\pos(100,130)\\p1}m 0 0 l 120 0 120 30 0 30{\\p0}',
	'',
].join('\n');

test.each(CORNERS)('a logo lies in the %s corner from the first frame to the last', async (corner) => {
	const logo = await logoOf('logo.png', { corner });
	const target = targetFor([grey]);
	const frames = framesOf(await kit.make(encodeRecipe(grey, 0, 20, target, { captions: null, logo }), 20, target));
	const [x, y] = [corner.endsWith('left') ? 18 : 320 - 18 - 64, corner.startsWith('top') ? 18 : 180 - 18 - 64];

	expect(logoPlace(logo, target)).toEqual({ x, y, width: 64, height: 64 });
	expect(frames).toHaveLength(20);
	for (const frame of frames) {
		expect(apart(frame.at(x + 32, y + 32), GREEN)).toBeLessThanOrEqual(NEAR);
		expect(apart(frame.at(x + 4, y + 4), GREY)).toBeLessThanOrEqual(NEAR);
		expect(apart(frame.at(320 - x - 32, 180 - y - 32), GREY)).toBeLessThanOrEqual(NEAR);
	}
});

test('PNG and WebP keep their see-through parts, JPEG has none, and none shines at its edges', async () => {
	const [png, webp, jpeg] = [
		await logoOf('see.png', { width: 0.3 }),
		await logoOf('see.webp', { width: 0.3 }, '-lossless', '1'),
		await logoOf('see.jpg', { width: 0.3 }, '-q:v', '1'),
	];
	const target = targetFor([grey]);
	const row = async (logo: LogoSource) => {
		const [frame] = framesOf(await kit.make(encodeRecipe(grey, 0, 4, target, { captions: null, logo }), 4, target));
		const { x, y, width, height } = logoPlace(logo, target);
		return Array.from({ length: width }, (_, at) => frame!.at(x + at, y + height / 2));
	};

	for (const logo of [png, webp]) {
		const pixels = await row(logo);
		expect(apart(pixels[4]!, GREY)).toBeLessThanOrEqual(NEAR);
		expect(apart(pixels[48]!, GREEN)).toBeLessThanOrEqual(NEAR);
		// The hidden white is of 235; sharpening may lift an edge by a few levels.
		expect(Math.max(...pixels.map(([y]) => y))).toBeLessThan(GREY[0] + 14);
	}
	expect(apart((await row(jpeg))[48]!, GREEN)).toBeLessThanOrEqual(NEAR + 2);
	expect((await row(jpeg))[4]![0]).not.toBe(GREY[0]);
});

test('half opacity is half of each colour', async () => {
	const logo = await logoOf('half.png', { opacity: 0.5 });
	const target = targetFor([grey]);
	const [frame] = framesOf(await kit.make(encodeRecipe(grey, 0, 4, target, { captions: null, logo }), 4, target));
	const { x, y } = logoPlace(logo, target);

	expect(
		apart(
			frame!.at(x + 32, y + 32),
			GREEN.map((value, at) => (value + GREY[at]!) / 2),
		),
	).toBeLessThanOrEqual(NEAR);
});

test('a logo taller than the film becomes as tall as fits', async () => {
	const path = join(clips.folder, 'pole.png');
	ffmpeg('-f', 'lavfi', '-i', 'color=red:s=20x200', '-frames:v', '1', path);
	const source = await kit.source(path);
	const look = Logo.parse({ asset: source.id, width: 1, margin: 0.05 });
	const place = logoPlace({ source, logo: look }, { width: 320, height: 180 });

	expect(place.y + place.height).toBeLessThanOrEqual(172);
	expect(place.height / place.width).toBeGreaterThan(8);
});

test('captions are drawn at the size of the film at their time, and the logo with them', async () => {
	const logo = await logoOf('both.png');
	const small = targetFor([grey], { width: 180, height: 320 });
	const target = targetFor([grey]);
	const frames = framesOf(await kit.make(encodeRecipe(grey, 0, 12, target, { captions: CAPTION, logo }), 12, target));
	const caption = (frame: number) => frames[frame]!.at(160, 145)[0];

	expect(frames).toHaveLength(12);
	expect(Array.from({ length: 12 }, (_, frame) => caption(frame) > 200)).toEqual(
		Array.from({ length: 12 }, (_, frame) => frame >= 2 && frame < 6),
	);
	for (const frame of frames) expect(apart(frame.at(320 - 18 - 32, 18 + 32), GREEN)).toBeLessThanOrEqual(NEAR);
	// Over the bars of a film of another shape as well.
	const tall = framesOf(await kit.make(encodeRecipe(grey, 0, 4, small, { captions: CAPTION, logo: null }), 4, small));
	expect(tall[3]!.at(90, 245)[0]).toBeGreaterThan(200);
});

test('captions and logo lie over a transition and the frames beside it', async () => {
	const logo = await logoOf('fade.png', { corner: 'bottom-left' });
	const target = targetFor([grey]);
	const other = await kit.source(clips.path('a2'));
	const span = { lead: 3, frames: 6, trail: 3, transition: 'slideleft' as const };
	const recipe = transitionRecipe({ source: grey, from: 0 }, { source: other, from: 0 }, span, target, {
		captions: CAPTION,
		logo,
	});
	const frames = framesOf(await kit.make(recipe, 12, target));
	const { x, y } = logoPlace(logo, target);

	expect(frames).toHaveLength(12);
	for (const [index, frame] of frames.entries()) {
		expect(apart(frame.at(x + 32, y + 32), GREEN)).toBeLessThanOrEqual(NEAR + 3);
		if (index >= 2 && index < 6) expect(frame.at(160, 145)[0]).toBeGreaterThan(200);
	}
});

test('a script counts in what a piece is, and no word of it stands in a filter', async () => {
	const recipe = encodeRecipe(grey, 0, 4, targetFor([grey]), { captions: CAPTION, logo: null });

	expect(recipe.files).toEqual([{ name: 'k.ass', content: CAPTION }]);
	expect(recipe.output.join(' ')).toContain('ass=filename=k.ass');
	expect(encodeRecipe(grey, 0, 4, targetFor([grey])).files).toBeUndefined();
});
