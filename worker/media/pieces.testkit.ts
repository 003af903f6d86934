import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Target } from '../contract/look.ts';
import { openCache } from './cache.ts';
import { checkSegment } from './check.ts';
import { openTools } from './ffmpeg.ts';
import { keyOf } from './key.ts';
import { makePool } from './pool.ts';
import { probeFile } from './probe.ts';
import type { Recipe, Source } from './recipes.ts';
import { fileIn, renderPieces } from './render.ts';
import { chooseTarget, type FilmTarget } from './target.ts';
import { asClip } from './testing/clips.ts';

/** Makes single pieces of picture as the engine does, sandbox and checks included. */
export async function openPieces(folder: string) {
	const tools = await openTools({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', sandbox: 'auto' });
	const cache = await openCache(join(folder, 'cache'), 1 << 30);
	const kitchen = { tools, cache, pool: makePool(2), slots: 2, making: new Map<string, Promise<void>>() };
	const source = async (path: string): Promise<Source> => {
		const { id, name } = asClip(path);
		return { id, path, probe: await probeFile(tools, path, { name, signal: AbortSignal.timeout(30_000) }) };
	};
	const make = async (recipe: Recipe, frames: number, target: FilmTarget): Promise<string> => {
		const piece = {
			...{
				key: keyOf(recipe, 'test'),
				recipe,
				about: 'a piece',
				seconds: 1,
				weight: 6,
				bytes: 1e8,
				memory: 1e8,
				target,
			},
			check: (path: string) => checkSegment(path, { frames }, target, 'a piece'),
		};
		await renderPieces([piece], folder, kitchen, { signal: AbortSignal.timeout(60_000), done: () => undefined });
		return fileIn(folder, piece);
	};
	return { tools, source, make };
}

/** The film that these clips make, each weighing a second. */
export const targetFor = (sources: Source[], wanted: object = {}): FilmTarget =>
	chooseTarget(
		sources.map(({ probe }) => ({ picture: probe.video!, seconds: 1 })),
		Target.parse(wanted),
	);

/** A decoded frame: brightness and colour of each of its pixels, as they are stored. */
export type Frame = { width: number; height: number; at(x: number, y: number): [y: number, u: number, v: number] };

/** Every frame of a piece, pixel by pixel. */
export function framesOf(path: string): Frame[] {
	const show = [
		'-v',
		'error',
		'-select_streams',
		'v',
		'-show_entries',
		'stream=width,height',
		'-of',
		'csv=p=0',
		path,
	];
	const [width, height] = execFileSync('ffprobe', show, { encoding: 'utf8' }).split(',').map(Number) as [
		number,
		number,
	];
	const raw = ['-fps_mode', 'passthrough', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'];
	const bytes = execFileSync('ffmpeg', ['-v', 'error', '-i', path, ...raw], { maxBuffer: 1 << 29 });
	const [half, area] = [width / 2, width * height];
	return Array.from({ length: bytes.length / (area * 1.5) }, (_, index) => {
		const base = index * area * 1.5;
		const at = (x: number, y: number): [number, number, number] => {
			const chroma = base + area + (y >> 1) * half + (x >> 1);
			return [bytes[base + y * width + x]!, bytes[chroma]!, bytes[chroma + area / 4]!];
		};
		return { width, height, at };
	});
}

/** What a colour is in video range by the matrix of a film of so many lines without tags (ITU-R BT.601, BT.709). */
export function pixelOf(colour: string, lines: number): [number, number, number] {
	const [r, g, b] = colour
		.slice(1)
		.match(/../g)!
		.map((pair) => parseInt(pair, 16) / 255) as [number, number, number];
	const [red, blue] = lines > 576 ? [0.2126, 0.0722] : [0.299, 0.114];
	const y = red * r + (1 - red - blue) * g + blue * b;
	const round = Math.round;
	return [round(16 + 219 * y), round(128 + (112 * (b - y)) / (1 - blue)), round(128 + (112 * (r - y)) / (1 - red))];
}

/** The largest difference of two pixels in one of their numbers. */
export const apart = (a: number[], b: number[]): number =>
	Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
