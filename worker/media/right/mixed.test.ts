import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Media } from '../index.ts';
import { leftSamples, streamsOf, testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';
import { sampleAt } from '../rate.ts';
import { rightFilm } from './rightFilm.ts';

const clips = testClips();
let media: Media;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);

test('clips of any size, rate, codec and sound become one film of one size and rate, without a frozen frame', async () => {
	const names = [
		'n96',
		'n30',
		'tall25',
		'n60',
		'mute30',
		'nNtsc',
		'n25',
		'vp9',
		'nHevc',
		'n12',
		'surround',
		'av1',
	] as const;
	const { out, report, wrong } = await rightFilm(
		media,
		clips,
		names.map((name) => ({ name })),
	);

	expect(wrong).toEqual([]);
	expect(report).toMatchObject({ width: 320, height: 180, fps: '24/1' });
	expect(streamsOf(out)).toMatchObject([
		{ codec_name: 'h264', width: 320, height: 180, r_frame_rate: '24/1' },
		{ codec_name: 'aac', sample_rate: '48000', channels: 2 },
	]);
});

test('a tone of 900 Hz recorded at 44.1 kHz is heard at 900 Hz', async () => {
	const { out, paper } = await rightFilm(media, clips, [{ name: 'a2' }, { name: 'tall25' }, { name: 'a3' }]);
	const [begin, seconds] = [sampleAt(paper.clips[1]!.start, paper.rate) + 12_000, 1];
	const tone = leftSamples(out).subarray(begin, begin + seconds * 48_000);
	const crossings = tone.filter((value, index) => index > 0 && tone[index - 1]! < 0 && value >= 0).length;

	expect(Math.abs(crossings - 900)).toBeLessThanOrEqual(1);
});
