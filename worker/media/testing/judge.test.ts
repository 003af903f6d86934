import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rightFilm, type RightPiece } from '../right/rightFilm.ts';
import type { Probe } from '../probe.ts';
import { ffmpeg, numberingOf, testClips, type ClipName } from './clips.ts';
import { openTestMedia } from './engine.ts';
import { judgeFilm, type Judged } from './judge.ts';

const clips = testClips();
afterAll(clips.remove);

const NAMES: ClipName[] = ['n49', 'nIdr', 'nFlat'];
let judged: Judged;

beforeAll(async () => {
	const media = await openTestMedia(clips.folder);
	const pieces = NAMES.map((name): RightPiece => ({ name, chapter: name }));
	const { wrong, ...made } = await rightFilm(media, clips, pieces);
	const paths = NAMES.map((name) => clips.path(name));
	const probes: Probe[] = [];
	for (const path of paths) probes.push(await media.probe(path, { name: path, signal: AbortSignal.timeout(30_000) }));
	judged = { ...made, paths, probes, numbered: NAMES.map(numberingOf) };
	expect(wrong).toEqual([]);
});

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '5', '-video_track_timescale', '12288'];
const [PICTURE, SOUND] = [
	['-c:v', 'copy'],
	['-c:a', 'copy'],
];

/** The right film made wrong, and a word of what has to be said about it. */
const WRONGS: [what: string, args: string[], complaint: RegExp][] = [
	['sound two milliseconds late', [...PICTURE, '-af', 'adelay=2:all=1'], /clip 2 is 9\d samples late/],
	['sound ten milliseconds late', [...PICTURE, '-af', 'adelay=10:all=1'], /clip 2 does not sound like itself/],
	[
		'a hole in the sound',
		[...PICTURE, '-af', "volume=0:enable='between(t,3,3.3)'"],
		/clip 2 does not sound like itself/,
	],
	['no sound', [...PICTURE, '-an'], /0 sound tracks/],
	['two sound tracks', [...PICTURE, ...SOUND, '-map', '0:v', '-map', '0:a', '-map', '0:a'], /2 sound tracks/],
	['sound that ends early', [...PICTURE, '-af', 'atrim=end=6.9'], /audio lasts 6\.9/],
	['a frame too few', [...SOUND, ...X264, '-frames:v', '168'], /168 frames instead of 169/],
	[
		'one frame left out and the last one twice',
		[...SOUND, ...X264, '-vf', "select='not(eq(n,60))',setpts=N/24/TB,tpad=stop_mode=clone:stop=1"],
		/frames of clip 2 are not in their place, the first is 11/,
	],
	['a copied piece encoded again', [...SOUND, ...X264], /copied frames of clip 1 differ/],
	[
		'frames at uneven times',
		[
			...SOUND,
			...X264,
			'-vf',
			'setpts=PTS+0.01/TB*eq(N\\,40)',
			'-fps_mode',
			'passthrough',
			'-enc_time_base',
			'1:12288',
		],
		/not one step behind/,
	],
	['another size', [...SOUND, ...X264, '-vf', 'scale=640:360'], /it is 640x360/],
	['pixels that are not square', [...SOUND, ...X264, '-vf', 'setsar=4/3'], /its pixels are/],
	['ten bits', [...SOUND, ...X264, '-pix_fmt', 'yuv420p10le'], /its profile is High 10/],
	['no chapters', [...PICTURE, ...SOUND, '-map_chapters', '-1'], /its chapters are \[\]/],
];

test.each(WRONGS)('the judge sees %s', async (what, args, complaint) => {
	const out = join(clips.folder, `${what.replaceAll(' ', '-')}.mp4`);
	ffmpeg('-i', judged.out, ...args, out);

	expect((await judgeFilm({ ...judged, out })).join('\n')).toMatch(complaint);
});

test('the judge sees clips in another order, by their frames, their numbers and their sound', async () => {
	const turned = { paths: judged.paths.toReversed(), probes: judged.probes.toReversed() };
	const wrong = await judgeFilm({ ...judged, ...turned, numbered: judged.numbered!.toReversed() });

	for (const complaint of [
		/copied frames of clip 1 differ/,
		/not in their place/,
		/clip 3 does not sound like itself/,
	])
		expect(wrong.join('\n')).toMatch(complaint);
});
