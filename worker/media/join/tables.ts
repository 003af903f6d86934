import { box, fullBox, table32, table64, u32 } from './box.ts';
import type { Chunk, Lane } from './lane.ts';

/** What a sample table says besides its samples. */
type Saying = {
	/** The one sample description, a whole box. */
	entry: Buffer;
	/** Samples that decode alone, counted from 0; null where all do. */
	sync: number[] | null;
	/** Boxes that stand behind the others. */
	more: Buffer[];
};

/** Where a lane's chunks begin in the film, in 32 bits each where that is enough. */
type Places = { chunks: Chunk[]; begin: number; wide: boolean };

/** The sample table of a lane (ISO/IEC 14496-12 §8.5 to 8.7). `begin` is the place of the first chunk of all. */
export function sampleTable(lane: Lane, { entry, sync, more }: Saying, { chunks, begin, wide }: Places): Buffer {
	const places = chunks.map(({ position }) => begin + position);
	return box(
		'stbl',
		fullBox('stsd', 0, 0, u32(1), entry),
		runBox('stts', 0, lane.durations),
		...(sync ? [fullBox('stss', 0, 0, u32(sync.length), table32(sync.map((sample) => sample + 1)))] : []),
		...(lane.offsets ? [runBox('ctts', Array.from(lane.offsets).some(isBelowZero) ? 1 : 0, lane.offsets)] : []),
		chunkRuns(chunks),
		fullBox('stsz', 0, 0, u32(0, lane.sizes.length), table32(lane.sizes)),
		wide
			? fullBox('co64', 0, 0, u32(places.length), table64(places))
			: fullBox('stco', 0, 0, u32(places.length), table32(places)),
		...more,
	);
}

const isBelowZero = (value: number) => value < 0;

/** A value for each sample, as runs of equal ones. */
function runBox(type: string, version: number, values: ArrayLike<number>): Buffer {
	const runs: number[] = [];
	for (let at = 0; at < values.length; at++) {
		if (runs.length && runs.at(-1) === values[at]) runs[runs.length - 2]!++;
		else runs.push(1, values[at]!);
	}
	return fullBox(type, version, 0, u32(runs.length / 2), table32(runs));
}

/** From which chunk on there are how many samples in each. */
function chunkRuns(chunks: Chunk[]): Buffer {
	const runs = chunks.flatMap(({ samples }, index) =>
		samples === chunks[index - 1]?.samples ? [] : [[index + 1, samples, 1]],
	);
	return fullBox('stsc', 0, 0, u32(runs.length), table32(runs.flat()));
}
