import { afterAll, expect, test } from '@jest/globals';
import { testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';
import { fuzzOne } from './one.ts';

const clips = testClips();
afterAll(clips.remove);

const FIRST = 1000;

test("twenty random films of odd clips come out right or are refused by a clip's name", async () => {
	const media = await openTestMedia(clips.folder);
	let films = 0;
	for (let seed = FIRST; seed < FIRST + 20; seed++) {
		const { what, outcome, wrong } = await fuzzOne(media, clips, seed);
		if (wrong.length) throw new Error(`seed ${seed}: ${wrong.join('; ')} in ${what}`);
		if (outcome === 'film') films++;
	}

	expect(films).toBeGreaterThan(10);
}, 180_000);
