import { afterAll, expect, test } from '@jest/globals';
import { testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';
import { fuzzOne } from './one.ts';

const clips = testClips();
afterAll(clips.remove);

const [FIRST, FILMS] = [1000, 20];

test("twenty random films of odd clips come out right or are refused by a clip's name", async () => {
	const media = await openTestMedia(clips.folder);
	let films = 0;
	for (let seed = FIRST; seed < FIRST + FILMS; seed++) {
		const { what, outcome, wrong } = await fuzzOne(media, clips, seed);
		if (wrong.length) throw new Error(`seed ${seed}: ${wrong.join('; ')} in ${what}`);
		if (outcome === 'film') films++;
	}

	expect(films).toBeGreaterThan(FILMS / 2);
}, 180_000);
