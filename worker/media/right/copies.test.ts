import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Media } from '../index.ts';
import { ffmpeg, footage, testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';
import { rightFilm } from './rightFilm.ts';

const clips = testClips();
let media: Media;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);

/** How alike two films look, frame by frame, 1 for the same (SSIM of all planes). */
function ssim(film: string, reference: string): number {
	const counted = (index: number) => `[${index}:v]settb=1/24,setpts=N,format=yuv420p[i${index}]`;
	const compare = `${counted(0)};${counted(1)};[i0][i1]ssim=stats_file=-`;
	const rows = execFileSync(
		'ffmpeg',
		['-v', 'error', '-i', film, '-i', reference, '-lavfi', compare, '-f', 'null', '-'],
		{
			encoding: 'utf8',
		},
	);
	const all = [...rows.matchAll(/All:([\d.]+)/g)].map(([, value]) => Number(value));
	expect(all.length).toBeGreaterThan(10);
	return all.reduce((sum, each) => sum + each, 0) / all.length;
}

function reference(name: string, inputs: string[], filter: string): string {
	const path = join(clips.folder, `${name}.mkv`);
	const files = inputs.flatMap((input) => ['-i', input]);
	ffmpeg(...files, '-filter_complex', `${filter}[v]`, '-map', '[v]', '-c:v', 'ffv1', path);
	return path;
}

test('copied frames are those of their clips bit by bit, in order, none missing and none twice', async () => {
	const names = ['n24', 'nOpen', 'n96', 'nFlat', 'n7', 'nIdr', 'n181', 'n49'] as const;
	const { report, wrong } = await rightFilm(
		media,
		clips,
		names.map((name) => ({ name })),
	);

	expect(wrong).toEqual([]);
	expect(report.copiedSeconds).toBe(report.seconds);
});

test('behind hidden joints the copied frames are bit-exact as well', async () => {
	const fade = { transition: 'crossfade', transitionSeconds: 0.25 } as const;
	const pieces = (['n96', 'nOpen', 'n181', 'nIdr'] as const).map((name) => ({ name, ...fade }));
	const shown = await rightFilm(media, clips, pieces, { joints: 'encoded', name: 'shown.mp4' });
	const hidden = await rightFilm(media, clips, pieces, { joints: 'hidden', name: 'hidden.mp4' });

	expect(hidden.wrong).toEqual([]);
	expect(hidden.report.frames).toBe(shown.report.frames);
	expect(hidden.report.copiedSeconds).toBeGreaterThan(shown.report.copiedSeconds + 5);
});

test('a clip that is made to fit looks like a lossless one', async () => {
	const { out, wrong } = await rightFilm(media, clips, [{ name: 'mute30' }, { name: 'a3' }]);
	const fit = 'fps=24:round=near,scale=320:180:flags=lanczos+accurate_rnd,setsar=1,format=yuv420p';
	const lossless = `[0:v]${fit}[a];[1:v]setsar=1,format=yuv420p[b];[a][b]concat=n=2:v=1:a=0`;

	expect(wrong).toEqual([]);
	expect(ssim(out, reference('fit', [clips.path('mute30'), clips.path('a3')], lossless))).toBeGreaterThan(0.985);
});

test('a crossfade looks like a lossless one', async () => {
	const fade = { transition: 'crossfade', transitionSeconds: 0.5 } as const;
	const { out, wrong } = await rightFilm(media, clips, [{ name: 'a3' }, { name: 'b3', ...fade }]);
	const ready = 'settb=1/24,setpts=N,format=yuv420p';
	const blend = 'xfade=transition=fade:duration=0.5:offset=2.5,format=yuv420p';
	const lossless = `[0:v]${ready}[a];[1:v]${ready}[b];[a][b]${blend}`;

	expect(wrong).toEqual([]);
	expect(ssim(out, reference('fade', [clips.path('a3'), clips.path('b3')], lossless))).toBeGreaterThan(0.985);
});

const real = footage();
(real ? test : test.skip)('a film of real Veo clips is right, by cuts and by hidden joints', async () => {
	const fade = { transition: 'fadeblack', transitionSeconds: 0.5 } as const;
	const cuts = await rightFilm(
		media,
		clips,
		real!.map((path) => ({ path })),
		{ name: 'cuts.mp4' },
	);
	const faded = await rightFilm(
		media,
		clips,
		real!.slice(0, 2).map((path) => ({ path, ...fade })),
		{ joints: 'hidden' },
	);

	expect([...cuts.wrong, ...faded.wrong]).toEqual([]);
	expect(cuts.report.copiedSeconds).toBe(24);
});
if (!real) console.info('The real footage is not beside the repository: its test is skipped.');
