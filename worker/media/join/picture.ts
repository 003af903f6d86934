import { Fault } from '../../base/errors.ts';
import { readMovie, type Track } from '../boxes.ts';
import { planned } from '../check.ts';
import { DamagedFile } from '../damaged.ts';
import { valuesOf } from '../frames.ts';
import type { Plan, Segment } from '../plan.ts';
import type { FilmTarget } from '../target.ts';
import { box, fullBox, zeros } from './box.ts';
import type { Store } from './lane.ts';
import type { FilmTrack } from './track.ts';

/** The film's picture; `nalLength` is the bytes of a NAL unit's length field in all of it. */
export type Pictures = FilmTrack & { nalLength: number };

/**
 * The pieces of picture as one track. Each is shown from its first frame's instant on, or, where frames hide before it,
 * so many units earlier; when its samples are decoded follows from that, as the piece itself has it. The pieces carry
 * their parameter sets before every IDR picture, so one sample description is enough for all.
 */
export async function pictureTrack({ segments, target }: Plan, paths: string[]): Promise<Pictures> {
	const sizes: number[] = [];
	const decoded: number[] = [];
	const offsets: number[] = [];
	const stores: Store[] = [];
	let [first, last]: (Track | null)[] = [null, null];
	for (const [index, path] of paths.entries()) {
		const segment = segments[index]!;
		const track = await pieceTrack(path, segment, target);
		first ??= track;
		if (track.nalLength !== first.nalLength)
			throw new Fault('internal', `piece ${index} counts its units otherwise`);
		const own = valuesOf(track.offsets, track.sizes.length);
		let at = segment.start * target.ticks - segment.hidden - own[0]!;
		for (const duration of valuesOf(track.durations, track.sizes.length)) {
			decoded.push(at);
			at += duration;
		}
		for (const [sample, size] of track.sizes.entries()) {
			sizes.push(size);
			offsets.push(own[sample]!);
		}
		stores.push({ path, positions: track.positions, samples: track.sizes.length });
		last = track;
	}
	if (!first || !last) throw new Fault('internal', 'a film of no piece');
	const { width, height } = first.entry;
	return {
		lane: {
			timescale: target.timescale,
			sizes,
			offsets,
			durations: decoded.map((at, sample) => (decoded[sample + 1] ?? at + last!.durations.at(-1)![1]) - at),
			stores,
		},
		...{ handler: 'vide', name: 'Picture', language: 'und', size: { width, height }, enabled: true, group: 0 },
		header: fullBox('vmhd', 0, 1, zeros(8)),
		entry: descriptionOf(first),
		more: [],
		begin: offsets[0]!,
		nalLength: first.nalLength,
	};
}

/** The picture of a piece. Throws DamagedFile where it is not what was made. */
async function pieceTrack(path: string, segment: Segment, target: FilmTarget): Promise<Track> {
	try {
		return planned(await readMovie(path, 'a piece'), segment, target, 'a piece');
	} catch (error) {
		throw error instanceof Fault ? new DamagedFile(path, error.message) : error;
	}
}

/** A piece's sample description without its bit rate, which is not the film's. */
const descriptionOf = ({ format, entry: { fields, boxes } }: Track) =>
	box(format, fields, ...boxes.flatMap(({ type, content }) => (type === 'btrt' ? [] : [box(type, content)])));
