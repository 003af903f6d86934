import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { framesOf, openPieces, targetFor } from './pieces.testkit.ts';
import { encodeRecipe, transitionRecipe, type Recipe } from './recipes.ts';
import { difference, ffmpeg, smallFrames, testClips, type ClipName } from './testing/clips.ts';

const clips = testClips();
let kit: Awaited<ReturnType<typeof openPieces>>;

beforeAll(async () => {
	kit = await openPieces(clips.folder);
});
afterAll(clips.remove);

/** The least likeness of an encoded piece to what went into its encoder. */
const LIKE = 0.985;

/** What the filters of a recipe give, kept without loss. */
function lossless({ inputs, output }: Recipe, name: string): string {
	const path = join(clips.folder, `${name}.mkv`);
	const files = inputs.flatMap(({ options }) =>
		options.map((each) => (typeof each === 'string' ? each : each.input)),
	);
	const graph = output[output.indexOf('-filter_complex') + 1]!;
	const count = output[output.indexOf('-frames:v') + 1]!;
	ffmpeg(...files, '-filter_complex', graph, '-map', '[v]', '-frames:v', count, '-c:v', 'ffv1', path);
	return path;
}

/** Structural similarity of two files, frame by frame in the order they come, all planes together. */
function likeness(a: string, b: string): number {
	const graph = '[0:v]settb=1/24,setpts=N[a];[1:v]settb=1/24,setpts=N[b];[a][b]ssim=stats_file=-';
	const args = ['-v', 'error', '-i', a, '-i', b, '-filter_complex', graph, '-f', 'null', '-'];
	const lines = execFileSync('ffmpeg', args, { encoding: 'utf8' }).trim().split('\n');
	const all = lines.map((line) => Number(/All:([\d.]+)/.exec(line)![1]));
	return all.reduce((sum, each) => sum + each, 0) / all.length;
}

const ODD: [ClipName, object][] = [
	['hevc', {}],
	['vp9', {}],
	['prores', {}],
	['ten', {}],
	['odd', {}],
	['vfr', { fps: '24' }],
	['tall25', { width: 320, height: 180, fit: 'blur' }],
	['ntsc2', { ratio: '4:5', fit: 'crop' }],
	['hdr', {}],
	['full', {}],
	['turned', {}],
	['stretched', {}],
];

test.each(ODD)('%s comes out of the encoder nearly as it went in', async (name, wanted) => {
	const source = await kit.source(clips.path(name));
	const target = targetFor([source], wanted);
	const recipe = encodeRecipe(source, 0, 12, target);
	const piece = await kit.make(recipe, 12, target);

	expect(framesOf(piece)).toHaveLength(12);
	expect(likeness(piece, lossless(recipe, name))).toBeGreaterThan(LIKE);
});

test('AV1 is read where ffmpeg decodes it', async () => {
	const path = join(clips.folder, 'av1.mp4');
	const encoder = ['-c:v', 'libaom-av1', '-cpu-used', '8', '-crf', '20', '-usage', 'realtime'];
	ffmpeg('-i', clips.path('a2'), '-frames:v', '8', '-an', ...encoder, path);
	const source = await kit.source(path);
	const target = targetFor([source]);
	const recipe = encodeRecipe(source, 0, 8, target);
	const piece = await kit.make(recipe, 8, target);

	expect(likeness(piece, lossless(recipe, 'av1'))).toBeGreaterThan(LIKE);
	expect(difference(smallFrames(piece)[5]!, smallFrames(clips.path('a2'))[5]!)).toBeLessThan(3);
});

test('a transition comes out of the encoder nearly as it went in', async () => {
	const [a, b] = [await kit.source(clips.path('a3')), await kit.source(clips.path('b3'))];
	const target = targetFor([a, b]);
	const span = { lead: 4, frames: 12, trail: 4, transition: 'crossfade' as const };
	const recipe = transitionRecipe({ source: a, from: 50 }, { source: b, from: 0 }, span, target);

	expect(likeness(await kit.make(recipe, 20, target), lossless(recipe, 'transition'))).toBeGreaterThan(LIKE);
});

/** A bar that moves by eight pixels each field, in interlaced frames: with combs wherever it moves. */
function interlaced(name: string, ...encoder: string[]): string {
	const path = join(clips.folder, name);
	const input = ['-f', 'lavfi', '-i', 'color=gray:s=320x180:r=50:d=0.6,format=yuv420p'];
	const moving =
		"geq=lum='if(between(X,20+4*N,44+4*N),235,126)':cb=128:cr=128,tinterlace=mode=interleave_top:flags=vlpf";
	ffmpeg(...input, '-vf', moving, ...encoder, path);
	return path;
}

/** Brightness that jumps from line to line and back, in the mean: high on combs. */
function combing(path: string): number {
	const frames = framesOf(path).slice(2, -2);
	const jumps = frames.flatMap((frame) =>
		Array.from({ length: 80 * 40 }, (_, index) => {
			const [x, y] = [(index % 80) * 4, 10 + Math.floor(index / 80) * 4];
			const [above, here, below] = [frame.at(x, y - 1)[0], frame.at(x, y)[0], frame.at(x, y + 1)[0]];
			return Math.max(0, Math.min(Math.abs(here - above), Math.abs(here - below)) - 8);
		}),
	);
	return jumps.reduce((sum, each) => sum + each, 0) / jumps.length;
}

test.each([
	['x264.mp4', ['-c:v', 'libx264', '-crf', '12', '-flags', '+ilme+ildct', '-x264-params', 'tff=1']],
	['mpeg2.mov', ['-c:v', 'mpeg2video', '-q:v', '2', '-flags', '+ilme+ildct', '-top', '1']],
	['prores.mov', ['-c:v', 'prores_ks', '-profile:v', '2', '-flags', '+ilme+ildct', '-top', '1']],
] as const)('an interlaced clip (%s) becomes whole frames at its own rate', async (name, encoder) => {
	const path = interlaced(name, ...encoder);
	const source = await kit.source(path);
	const target = targetFor([source]);
	const piece = await kit.make(encodeRecipe(source, 0, 15, target), 15, target);

	expect(source.probe.video).toMatchObject({ interlaced: true, rate: { n: 25, d: 1 } });
	expect(target.rate).toEqual({ n: 25, d: 1 });
	expect(combing(path)).toBeGreaterThan(1);
	expect(combing(piece)).toBeLessThan(combing(path) / 5);
});

test.each([
	['yuv420p10le', 0.2],
	// Colour goes to a coarser grid and back, which softens the edges of flat areas.
	['yuv422p10le', 1.5],
	['yuv444p', 2.5],
] as const)(
	'a frame of %s has the brightness of its source, and its colours where the grid allows',
	async (format, most) => {
		const [flat, path] = [join(clips.folder, 'flat.mkv'), join(clips.folder, `source-${format}.mkv`)];
		ffmpeg('-i', clips.path('a2'), '-frames:v', '4', '-an', '-c:v', 'ffv1', flat);
		ffmpeg('-i', flat, '-pix_fmt', format, '-c:v', 'ffv1', path);
		const source = await kit.source(path);
		const [frame] = framesOf(lossless(encodeRecipe(source, 0, 4, targetFor([source])), format));
		const [plain] = framesOf(flat);
		const far = [0, 1, 2].map((part) => {
			const each = [];
			for (let y = 1; y < 180; y += 4)
				for (let x = 1; x < 320; x += 4) each.push(Math.abs(frame!.at(x, y)[part]! - plain!.at(x, y)[part]!));
			return each.reduce((sum, value) => sum + value, 0) / each.length;
		});

		expect(far[0]).toBeLessThan(0.2);
		expect(Math.max(...far)).toBeLessThan(most);
	},
);
