import { afterAll, expect, test } from '@jest/globals';
import { testClips, type ClipName } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';
import { heard, level } from '../testing/hearing.ts';
import { SAMPLE_RATE, sampleAt, secondsOf } from '../rate.ts';
import { rightFilm } from './rightFilm.ts';

const clips = testClips();
afterAll(clips.remove);

/** Of matched clips whose noise lasts at least as long as their picture. */
const FULL: ClipName[] = ['n24', 'nFlat', 'n7', 'nIdr', 'nOpen', 'n3', 'a2', 'n24'];
const COUNT = 120;
const WINDOW = SAMPLE_RATE / 250;

test('120 clips: exact to the frame, each sound within a millisecond of its picture, no hole and no repeat', async () => {
	const media = await openTestMedia(clips.folder);
	const pieces = Array.from({ length: COUNT }, (_, index) => ({ name: FULL[index % FULL.length]! }));
	const { out, report, wrong, paper } = await rightFilm(media, clips, pieces);

	expect(wrong).toEqual([]);
	expect(report.frames).toBe(paper.frames);
	expect(report.seconds).toBeCloseTo(secondsOf(paper.frames, paper.rate), 9);
	const film = heard(out);
	const quiet = paper.clips.flatMap(({ start }) => {
		const joint = sampleAt(start, paper.rate);
		const around = Array.from({ length: 20 }, (_, index) => joint + (index - 10) * WINDOW);
		return start ? around.filter((from) => level({ of: film, from, length: WINDOW }) < HOLE) : [];
	});
	expect(quiet).toEqual([]);
}, 120_000);

/** The clips' noise has a level of .17 in each window of 4 ms; half of it is missing where there is a hole. */
const HOLE = 0.08;
