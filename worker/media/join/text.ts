import type { Cue } from '../captions/cues.ts';
import { cleanText } from '../captions/clean.ts';
import type { Chapter } from '../plan.ts';
import { box, cutUtf8, fullBox, u16, u32, u8, zeros } from './box.ts';
import type { Lane } from './lane.ts';
import { UPRIGHT, type Clock, type FilmTrack } from './track.ts';

/** Captions count in thousandths of a second. */
const MILLISECONDS = 1000;
/** Bytes that the text of a sample can have: their number stands in two bytes. */
const LONGEST_BYTES = 0xffff;

type Line = { text: string; duration: number };

/**
 * Captions as timed text (3GPP TS 26.245): plain text in UTF-8, so that every sign means itself. Between two cues
 * stands a sample without text.
 */
export function captionTrack(cues: Cue[], clock: Clock, language: string): FilmTrack {
	const end = Math.floor((clock.duration / clock.timescale) * MILLISECONDS);
	const lines: Line[] = [];
	let at = 0;
	const say = (text: string, until: number) => {
		if (until > at) lines.push({ text, duration: until - at });
		at = Math.max(at, until);
	};
	for (const { from, to, lines: told } of cues) {
		const begin = Math.min(end, Math.round(from * MILLISECONDS));
		say('', begin);
		say(
			told.map(lineText).filter(Boolean).join('\n'),
			Math.min(end, Math.max(begin + 1, Math.round(to * MILLISECONDS))),
		);
	}
	say('', end);
	return {
		lane: textLane(lines, MILLISECONDS, zeros(0)),
		...{ handler: 'sbtl', name: 'Captions', language, enabled: true, group: 2 },
		header: fullBox('nmhd', 0, 0),
		entry: CAPTION,
		...PLAIN,
	};
}

const lineText = (line: Cue['lines'][number]) =>
	cleanText(line.map(({ text }) => text).join(''))
		.replace(/\n/g, ' ')
		.trim();

/** White on nothing, centred at the bottom (3GPP TS 26.245 §5.16). */
const CAPTION = box(
	'tx3g',
	...[zeros(6), u16(1), u32(0), u8(1, 0xff), u8(0, 0, 0, 0xff), zeros(8)],
	...[u16(0, 0, 1), u8(0, 16), u32(0xffffffff)],
	box('ftab', u16(1, 1), u8(5), Buffer.from('Arial')),
);

/**
 * Chapters as text (QuickTime File Format, "Chapter Lists"), which Apple's players read; others read the list that
 * stands beside the tags.
 */
export function chapterTrack(chapters: Chapter[], ticks: number, clock: Clock): FilmTrack {
	const lines = chapters.map(({ title, frames }) => ({ text: title, duration: frames * ticks }));
	return {
		lane: textLane(lines, clock.timescale, box('encd', u32(UTF8))),
		...{ handler: 'text', name: 'Chapters', language: 'und', enabled: false, group: 0 },
		header: box('gmhd', fullBox('gmin', 0, 0, u16(0x40, 0x8000, 0x8000, 0x8000, 0, 0)), box('text', UPRIGHT)),
		entry: box(
			'text',
			...[zeros(6), u16(1), u32(1), zeros(14), u16(0, 0, 1), zeros(6)],
			box('ftab', u16(1, 1), u8(0)),
		),
		...PLAIN,
	};
}

/** The text's encoding, as QuickTime counts encodings. */
const UTF8 = 0x100;

/** What text has nothing special of. */
const PLAIN = { more: [], begin: 0 };

/** A sample for each text: its bytes behind their number, then `end`. */
function textLane(lines: Line[], timescale: number, end: Buffer): Lane {
	const bytes = lines.map(({ text }) => {
		const encoded = cutUtf8(text, LONGEST_BYTES);
		return Buffer.concat([u16(encoded.length), encoded, end]);
	});
	return {
		timescale,
		sizes: bytes.map(({ length }) => length),
		durations: lines.map(({ duration }) => duration),
		offsets: null,
		stores: [{ bytes, samples: bytes.length }],
	};
}
