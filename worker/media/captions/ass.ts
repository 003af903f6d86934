import type { Captions } from '../../contract/caption.ts';
import type { Cue, CueWord } from './cues.ts';
import { hanFace, type Face } from './faces.ts';
import { BOX_PADDING, layoutOf, type Layout, type Size } from './measure.ts';
import { colourOf, directionOf, escaped, eventOf, faced, scriptOf, type Style } from './script.ts';

const WHITE = '#FFFFFF';
/** The word that is being said, and the words that are still to come. */
const ACCENT = '#FFD60A';
const COMING_OPACITY = 0.78;

/** Shares of an em, and of full cover: found by eye on bright, dark and busy pictures. */
const LOOKS = {
	plain: { outline: 0.065, shadow: 0.035, edges: 0.92, back: 0.55, bold: true, border: 1 },
	karaoke: { outline: 0.075, shadow: 0.04, edges: 0.95, back: 0.55, bold: true, border: 1 },
	box: { outline: 0, shadow: BOX_PADDING, edges: 0, back: 0.62, bold: false, border: 4 },
} as const;
const PLACES = { bottom: 2, middle: 5, top: 8 } as const;
const BLACK = '#000000';

/**
 * An ASS script of the captions over the frames of the film in [range.from, range.to), its times counted from
 * range.from; null where nothing is shown. It depends on nothing outside the range: a cue that goes on beyond it is
 * shown to the end, words said before it count as said. No text in it can be taken for a command.
 */
export function assOf(
	cues: Cue[],
	picture: Size,
	captions: Captions,
	range: { from: number; to: number },
): string | null {
	const shown = cues.filter(({ from, to }) => to > range.from && from < range.to);
	if (!shown.length) return null;
	const layout = layoutOf(picture, captions);
	const style = styleOf(captions, layout);
	const events = shown.map((cue) => {
		const text = textOf(cue);
		const writing = {
			em: layout.em,
			bold: style.bold,
			han: hanFace(text, captions.language),
			start: directionOf(text),
		};
		const end = cue.to < range.to ? cue.to - range.from : range.to - range.from + BEYOND;
		const lines = captions.style === 'karaoke' ? lit(cue, writing, range) : plain(cue, writing);
		return eventOf(cue.from - range.from, end, lines);
	});
	return scriptOf(picture, style, events);
}

/** What is shown on a piece's last frame ends behind it, whatever rounding does. */
const BEYOND = 1;

type Writing = { em: number; bold: boolean; han: Face; start: string };

const textOf = ({ lines }: Cue): string => lines.map((line) => line.map(({ text }) => text).join('')).join('\n');

function styleOf({ style, place }: Captions, { em, side, edge }: Layout): Style {
	const { outline, shadow, edges, back, bold, border } = LOOKS[style];
	return {
		...{ em, bold, border, side, edge, place: PLACES[place] },
		colour: colourOf(WHITE),
		outlineColour: colourOf(BLACK, edges),
		backColour: colourOf(BLACK, back),
		outline: em * outline,
		shadow: em * shadow,
	};
}

/** A line's glow: the shadow's edge is softened without the letters losing theirs. */
const plain = ({ lines }: Cue, writing: Writing): string =>
	lines.map((line) => writing.start + faced(line.map(({ text }) => text).join(''), writing)).join('\\N');

/** Each word in the colour of its state, and changing it at its times: to come, being said, said. */
function lit({ lines, from, to }: Cue, writing: Writing, range: { from: number; to: number }): string {
	const begin = Math.max(from, range.from);
	const words = lines.flat();
	const ends = words.map((word, index) => heldUntil(word, words[index + 1], to));
	let at = 0;
	return lines
		.map((line) => {
			const written = line.map((word) => {
				const until = ends[at++]!;
				const [gap] = /\s*$/.exec(word.text)!;
				const state = stateOf({ from: word.from, to: until }, begin, Math.min(to, range.to));
				return `{${state}}${faced(word.text.trimEnd(), writing)}${escaped(gap)}`;
			});
			return writing.start + written.join('');
		})
		.join('\\N');
}

/** A word stays lit over the small pause behind it. */
const HELD = 0.4;
const heldUntil = (word: CueWord, next: CueWord | undefined, end: number): number => {
	const following = next?.from ?? end;
	return following - word.to < HELD ? Math.max(word.to, following) : word.to;
};

const inline = (colour: string, opacity: number) =>
	`\\1c${colourOf(colour).replace('&H00', '&H')}&\\1a${colourOf(BLACK, opacity).slice(0, 4)}&`;
const [COMING, SAYING, SAID] = [inline(WHITE, COMING_OPACITY), inline(ACCENT, 1), inline(WHITE, 1)];

/** The state at the event's beginning, and each change before `stop`, to the millisecond and at once. */
function stateOf(word: { from: number; to: number }, begin: number, stop: number): string {
	const changes = [
		{ at: word.from, state: SAYING },
		{ at: word.to, state: SAID },
	];
	const past = changes.filter(({ at }) => milliseconds(at - begin) <= 0).at(-1)?.state ?? COMING;
	const coming = changes.filter(({ at }) => milliseconds(at - begin) > 0 && milliseconds(stop - at) > 0);
	return (
		past +
		coming.map(({ at, state }) => `\\t(${milliseconds(at - begin)},${milliseconds(at - begin)},${state})`).join('')
	);
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000 + 1e-6);
