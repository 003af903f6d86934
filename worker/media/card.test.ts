import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Logo, TitleCard } from '../contract/look.ts';
import { cardFrames, cardRecipe } from './card.ts';
import { apart, framesOf, openPieces, pixelOf, targetFor } from './pieces.testkit.ts';
import { encodeRecipe } from './recipes.ts';
import { ffmpeg, streamsOf, testClips } from './testing/clips.ts';

const clips = testClips();
let kit: Awaited<ReturnType<typeof openPieces>>;

beforeAll(async () => {
	kit = await openPieces(clips.folder);
});
afterAll(clips.remove);

const card = (more: object = {}) => TitleCard.parse({ title: 'A film', seconds: 1, fadeSeconds: 0, ...more });

test.each([
	['24', 1, 24],
	['30000/1001', 1, 30],
	['25', 0.2, 5],
	['24', 2.51, 60],
])('at %s frames a second a card of %f s is %i frames', async (fps, seconds, frames) => {
	const target = targetFor([await kit.source(clips.path('a2'))], { fps });
	const shown = card({ seconds });

	expect(cardFrames(shown, target)).toBe(frames);
	expect(framesOf(await kit.make(cardRecipe(shown, target), frames, target))).toHaveLength(frames);
});

test('a card has exactly its background, and letters of exactly their colour', async () => {
	for (const size of [
		{ width: 320, height: 180 },
		{ width: 1280, height: 720 },
	]) {
		const target = targetFor([await kit.source(clips.path('a2'))], size);
		const recipe = cardRecipe(card({ title: 'MMMMM', background: '#2040A0', colour: '#FFD020' }), target);
		const frame = framesOf(await kit.make(recipe, 24, target))[12]!;
		const letters = pixelOf('#FFD020', size.height);
		const pixels = [];
		for (let y = 0; y < size.height; y += 2) for (let x = 0; x < size.width; x += 2) pixels.push(frame.at(x, y));

		expect(apart(frame.at(3, 3), pixelOf('#2040A0', size.height))).toBeLessThanOrEqual(2);
		expect(pixels.filter((pixel) => apart(pixel, letters) <= 4).length).toBeGreaterThan(20);
	}
});

test('a card is stored as the other pieces are: same tags, same level, same steps', async () => {
	const told = join(clips.folder, 'told.mp4');
	const tags = ['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709'];
	ffmpeg('-i', clips.path('a2'), '-c:v', 'libx264', ...tags, told);
	for (const path of [clips.path('a2'), told]) {
		const source = await kit.source(path);
		const target = targetFor([source]);
		const facts = async (piece: Promise<string>) => {
			const [stream] = streamsOf(await piece);
			const { codec_name, profile, level, pix_fmt, time_base, r_frame_rate, has_b_frames } = stream!;
			const { color_range, color_space, color_transfer, color_primaries, chroma_location } = stream!;
			return [
				...[codec_name, profile, level, pix_fmt, time_base, r_frame_rate, has_b_frames],
				...[color_range, color_space, color_transfer, color_primaries, chroma_location],
			];
		};

		expect(await facts(kit.make(cardRecipe(card(), target), 24, target))).toEqual(
			await facts(kit.make(encodeRecipe(source, 0, 24, target), 24, target)),
		);
	}
});

test('a logo lies on a card too', async () => {
	const path = join(clips.folder, 'square.png');
	ffmpeg('-f', 'lavfi', '-i', 'color=0x20C020:s=64x64,format=rgba', '-frames:v', '1', path);
	const source = await kit.source(path);
	const target = targetFor([await kit.source(clips.path('a2'))]);
	const logo = { source, logo: Logo.parse({ asset: source.id, width: 0.1, margin: 0.1 }) };
	const frames = framesOf(await kit.make(cardRecipe(card(), target, logo), 24, target));

	for (const frame of frames)
		expect(apart(frame.at(320 - 18 - 16, 18 + 16), pixelOf('#20C020', 180))).toBeLessThanOrEqual(3);
	expect(apart(frames[0]!.at(10, 10), pixelOf('#000000', 180))).toBeLessThanOrEqual(2);
});

test('words never stand in a filter', async () => {
	const target = targetFor([await kit.source(clips.path('a2'))]);
	const title = "x';[in]drawtext=textfile=/etc/passwd";
	const { output, inputs, files } = cardRecipe(card({ title }), target);

	expect(JSON.stringify([output, inputs])).not.toContain('passwd');
	expect(files).toMatchObject([{ name: 'k.ass' }]);
});
