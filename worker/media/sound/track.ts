import { open } from 'node:fs/promises';
import { DamagedFile } from '../damaged.ts';
import { adtsFrames, sameWindow } from './adts.ts';
import { framesOf } from './kept.ts';
import type { Range } from './mix.ts';
import { framesFor, type Section } from './sections.ts';

/** Frames that a section's file holds on each side beyond its own, to find a place where it fits its neighbour. */
const SPARE = 4;
/** Places for a joint, in frames from the border, nearest first. */
const PLACES = [0, -1, 1, -2, 2, -3, 3];

/** The frames, counted in the whole film, that a section's file holds of a film of so many samples. */
export const keptFrames = ({ frames: { from, to } }: Section, samples: number): Range => ({
	from: Math.max(0, from - SPARE),
	to: Math.min(framesFor(samples), to + SPARE),
});

/**
 * Joins sections, each in a file of its own, into one track in ADTS at `out`: near each border it goes over from one to
 * the next where both encoders chose the same windows. False where two of them do so nowhere; throws DamagedFile for one
 * that is not what was made. Holds two sections in memory at a time.
 */
export async function joinSections(
	sections: Section[],
	files: string[],
	samples: number,
	out: string,
): Promise<boolean> {
	const load = async (index: number) => {
		const { from, to } = keptFrames(sections[index]!, samples);
		const frames = await framesOf(files[index]!)
			.then(adtsFrames)
			.catch((error: unknown) => {
				throw new DamagedFile(files[index]!, String(error));
			});
		if (frames.length !== to - from) throw new DamagedFile(files[index]!, 'frames are missing');
		return { from, to: from + frames.length, frame: (at: number) => frames[at - from]! };
	};
	const track = await open(out, 'w');
	try {
		let [current, begin] = [await load(0), 0];
		for (let index = 0; index < sections.length; index++) {
			const next = index + 1 < sections.length ? await load(index + 1) : null;
			const end = next ? joint(current, next, sections[index]!.frames.to) : current.to;
			if (end === null) return false;
			const own = Array.from({ length: end - begin }, (_, at) => current.frame(begin + at));
			await track.writeFile(Buffer.concat(own));
			if (next) [current, begin] = [next, end];
		}
		return true;
	} finally {
		await track.close();
	}
}

type Loaded = Range & { frame: (at: number) => Buffer };

/** The first frame that is taken from `after` instead of `before`. */
function joint(before: Loaded, after: Loaded, border: number): number | null {
	const alike = (at: number) => sameWindow(before.frame(at), after.frame(at));
	const fits = (at: number) => at - 1 >= after.from && at < before.to && alike(at - 1) && alike(at);
	const place = PLACES.find((by) => fits(border + by));
	return place === undefined ? null : border + place;
}
