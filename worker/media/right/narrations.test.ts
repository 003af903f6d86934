import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Media } from '../index.ts';
import { SAMPLE_RATE } from '../rate.ts';
import { ffmpeg, testClips } from '../testing/clips.ts';
import { openTestMedia, stitchTest } from '../testing/engine.ts';
import { heard, toneIn } from '../testing/hearing.ts';
import { descendants, isAlive } from '../testing/processes.ts';

const clips = testClips();
let media: Media;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);

const at = (seconds: number) => Math.round(seconds * SAMPLE_RATE);
const [FIRST, SECOND] = [500, 900];
const LENGTH = 6;
/** Half a second of speech in every three: what a guess from the first packets misjudges most. */
const spoken = (hertz: number) => [
	...['-f', 'lavfi', '-i', `aevalsrc='0.4*sin(2*PI*${hertz}*t)*lt(mod(t,3),0.5)':s=${SAMPLE_RATE}:d=${LENGTH}`],
];
const WINDOW = at(0.05);

/** When a tone is first heard in a film, in seconds, to the window. */
function beginOf(film: Float32Array, hertz: number): number {
	for (let from = 0; from + WINDOW <= film.length; from += WINDOW / 5)
		if (toneIn({ of: film, from, length: WINDOW }, hertz) > 0.2) return from / SAMPLE_RATE;
	return Infinity;
}

/** Files that say nothing true about their length, and such that do. */
const FILES: [name: string, options: string[]][] = [
	['bare.aac', []],
	['bare.mp3', ['-q:a', '4', '-write_xing', '0']],
	['header.mp3', ['-q:a', '4']],
	['live.webm', ['-c:a', 'libopus', '-live', '1']],
	['fragments.m4a', ['-movflags', 'frag_keyframe+empty_moov', '-frag_duration', '500000']],
	['opus.ogg', ['-c:a', 'libopus']],
	['vorbis.ogg', ['-c:a', 'libvorbis']],
	['flac.ogg', ['-c:a', 'flac']],
	['whole.flac', []],
	['known.wav', []],
];

test.each(FILES)('the narration behind one in %s begins a breath after it ends', async (name, options) => {
	const [first, second] = [join(clips.folder, name), join(clips.folder, 'second.wav')];
	ffmpeg(...spoken(FIRST), ...options, first);
	ffmpeg(...spoken(SECOND), second);
	const path = clips.path('flat2');
	const pieces = [
		{ path, narration: first },
		{ path, narration: second },
		...Array.from({ length: 6 }, () => ({ path })),
	];
	const { out, report } = await stitchTest(media, clips.folder, pieces, { sound: { loudness: null } });
	const begun = beginOf(heard(out), SECOND);

	expect(Math.abs(begun - (LENGTH + 0.25))).toBeLessThan(0.1);
	expect(report.notes).toEqual([
		expect.stringMatching(/^the narration of flat2.mp4 runs on for 4\.\d\d s behind its clip$/),
		expect.stringMatching(/^the narration of flat2.mp4 begins 4\.[23]\d s late, behind the one before it$/),
		expect.stringMatching(/^the narration of flat2.mp4 runs on for/),
	]);
});

test('music in a bare stream of packets lasts until the film ends', async () => {
	const music = join(clips.folder, 'music.aac');
	ffmpeg('-f', 'lavfi', '-i', 'sine=f=500:d=3', music);
	const path = clips.path('flat2');
	const film = { sound: { loudness: null, music: { path: music, loop: true, fadeInSeconds: 0, fadeOutSeconds: 0 } } };
	const { out } = await stitchTest(media, clips.folder, [{ path }, { path }, { path }, { path }], film);
	const film8 = heard(out);
	const quiet = Array.from({ length: 7 }, (_, second) =>
		toneIn({ of: film8, from: at(second + 0.3), length: WINDOW }, FIRST),
	);

	expect(Math.min(...quiet)).toBeGreaterThan(0.02);
});

test('a narration that is refused leaves nothing running and nothing behind', async () => {
	const long = join(clips.folder, 'long.aac');
	ffmpeg('-f', 'lavfi', '-i', 'sine=d=120', long);
	const path = clips.path('flat2');
	const pieces = [
		{ path, narration: long },
		{ path, narration: clips.path('still') },
	];

	await expect(stitchTest(media, clips.folder, pieces)).rejects.toMatchObject({
		code: 'media',
		message: 'the narration of clip 2 ("still.mp4") is no sound',
	});
	expect(descendants(process.pid).filter(isAlive)).toEqual([]);
	expect(readdirSync(join(clips.folder, 'cache/scratch'))).toEqual([]);
});
