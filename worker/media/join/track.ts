import { box, fullBox, u16, u32, zeros } from './box.ts';
import type { Chunk, Lane } from './lane.ts';
import { sampleTable } from './tables.ts';

/** A track of the film: its samples, and what its headers say of it. */
export type FilmTrack = {
	lane: Lane;
	/** Handler (ISO/IEC 14496-12 §12; `sbtl` and `text` are QuickTime's), and its name. */
	handler: 'vide' | 'soun' | 'sbtl' | 'text';
	name: string;
	/** Media header, and sample description: whole boxes. */
	header: Buffer;
	entry: Buffer;
	/** Boxes behind its sample table. */
	more: Buffer[];
	/** Units of its own by which the film begins later than its first sample. */
	begin: number;
	/** ISO 639-2 code. */
	language: string;
	/** Pixels; of pictures alone. */
	size?: { width: number; height: number };
	/** Shown or heard unless a viewer says otherwise; tracks of a group stand for each other. */
	enabled: boolean;
	group: number;
};

/** What all tracks share: units of the movie a second, and how many of them the film lasts. */
export type Clock = { timescale: number; duration: number };

/** The matrix that changes nothing (ISO/IEC 14496-12 §8.3.2). */
export const UPRIGHT = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const [ENABLED, IN_MOVIE] = [1, 2];
const FULL_VOLUME = 0x0100;

/** The movie's own header; `next` is an id that no track has. */
export const movieHeader = ({ timescale, duration }: Clock, next: number): Buffer =>
	fullBox(
		'mvhd',
		0,
		0,
		u32(0, 0, timescale, duration, 0x10000),
		u16(FULL_VOLUME),
		zeros(10),
		UPRIGHT,
		zeros(24),
		u32(next),
	);

/** One track's box. `chapters` is the id of the track that names the film's chapters, if there is one. */
export function trackBox(
	track: FilmTrack,
	id: number,
	clock: Clock,
	places: { chunks: Chunk[]; begin: number; wide: boolean },
	/** Samples that decode alone, counted from 0; null where all do. */
	sync: number[] | null,
	chapters: number | null,
): Buffer {
	const { lane, handler, begin } = track;
	const own = Array.from(lane.durations).reduce((sum, each) => sum + each, 0);
	return box(
		'trak',
		trackHeader(track, id, clock),
		box('edts', fullBox('elst', 0, 0, u32(1, clock.duration, begin), u16(1, 0))),
		...(chapters === null || handler === 'text' ? [] : [box('tref', box('chap', u32(chapters)))]),
		box(
			'mdia',
			fullBox('mdhd', 0, 0, u32(0, 0, lane.timescale, own), u16(languageCode(track.language), 0)),
			fullBox('hdlr', 0, 0, u32(0), Buffer.from(handler), zeros(12), Buffer.from(`${track.name}\0`)),
			box('minf', track.header, OWN_DATA, sampleTable(lane, { ...track, sync }, places)),
		),
	);
}

/** The samples lie in this very file. */
const OWN_DATA = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));

function trackHeader({ handler, enabled, group, size }: FilmTrack, id: number, { duration }: Clock): Buffer {
	const flags = IN_MOVIE + (enabled ? ENABLED : 0);
	const place = u16(0, group, handler === 'soun' ? FULL_VOLUME : 0, 0);
	const { width, height } = size ?? { width: 0, height: 0 };
	return fullBox('tkhd', 0, flags, u32(0, 0, id, 0, duration), zeros(8), place, UPRIGHT, u16(width, 0, height, 0));
}

/** Three letters of five bits each (ISO/IEC 14496-12 §8.4.2.3). */
const languageCode = (language: string) =>
	[...Buffer.from(language, 'latin1')].reduce((code, letter) => code * 32 + (letter - 0x60), 0);
