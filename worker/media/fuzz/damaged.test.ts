import { afterAll, expect, test } from '@jest/globals';
import { testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';
import { damagedOne } from './damaged.ts';

const clips = testClips();
afterAll(clips.remove);

test('a film with a damaged clip has every frame that was planned, or is refused by its name', async () => {
	const media = await openTestMedia(clips.folder);
	const outcomes = new Set<string>();
	for (let seed = 1; seed <= 30; seed++) {
		const { what, outcome, wrong } = await damagedOne(media, clips, seed);
		expect([seed, what, ...wrong]).toEqual([seed, what]);
		outcomes.add(outcome);
	}

	expect([...outcomes].toSorted()).toEqual(['film', 'refused']);
}, 120_000);
