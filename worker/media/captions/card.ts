import type { TitleCard } from '../../contract/look.ts';
import { balanced } from './balance.ts';
import { hanFace, latinFace } from './faces.ts';
import type { Size } from './measure.ts';
import { colourOf, directionOf, eventOf, faced, rounded, scriptOf, type Style } from './script.ts';

/** Shares of the shorter side: the title's letters, the smallest they may become, the subtitle's against the title's. */
const TITLE = 0.115;
const SMALLEST = 0.028;
const SUBTITLE = 0.46;
/** Small print stays legible beside a title made small by one long word, and smaller than it. */
const LEGIBLE = 0.042;
const MOST = 0.85;
/** Of the picture's width and height that words may fill. */
const [WIDE, HIGH] = [0.82, 0.76];
const SHRINK = 0.94;
const MOST_LINES = { title: 3, subtitle: 4 };
/** Between title and subtitle, in em of the title; and a line's height in em. */
const APART = 0.35;
const LINE = 1.4;
const SUBTITLE_OPACITY = 0.86;

/**
 * An ASS script of a title card's words from its first frame on: the title large and bold, the subtitle below it, both
 * centred, broken evenly and made smaller until they fit the picture, fading in and out within the card's seconds.
 */
export function cardAss(card: TitleCard, picture: Size): string {
	const { em, small, title, subtitle } = fitted(card, picture);
	const lines = [
		...written(title, em, true, card.colour, 1),
		...(subtitle.length ? [gap(em)] : []),
		...written(subtitle, small, false, card.colour, SUBTITLE_OPACITY),
	];
	return scriptOf(picture, styleOf(card, em), [eventOf(0, card.seconds + BEYOND, fade(card) + lines.join('\\N'))]);
}

/** The event outlasts the card, so that rounding cannot take its last frame. */
const BEYOND = 1;

const styleOf = ({ colour }: TitleCard, em: number): Style => ({
	...{ em, bold: true, border: 1, outline: 0, shadow: 0, place: 5, side: 0, edge: 0 },
	colour: colourOf(colour),
	outlineColour: colourOf(colour, 0),
	backColour: colourOf(colour, 0),
});

function fade({ seconds, fadeSeconds }: TitleCard): string {
	const length = Math.round(Math.min(fadeSeconds, seconds / 2) * 1000);
	const end = Math.round(seconds * 1000);
	return length ? `{\\fade(255,0,255,0,${length},${end - length},${end})}` : '';
}

/** The largest letters at which everything fits. */
function fitted(card: TitleCard, { width, height }: Size) {
	const side = Math.min(width, height);
	for (let em = side * TITLE; ; em *= SHRINK) {
		const small = Math.max(em * SUBTITLE, Math.min(em * MOST, side * LEGIBLE));
		const title = balanced(card.title, (width * WIDE) / em);
		const subtitle = card.subtitle ? balanced(card.subtitle, (width * WIDE) / small) : [];
		const tall = LINE * (em * title.length + small * subtitle.length) + (subtitle.length ? em * APART : 0);
		const few = title.length <= MOST_LINES.title && subtitle.length <= MOST_LINES.subtitle;
		const whole = ![...title, ...subtitle].some(({ cut }) => cut);
		if ((tall <= height * HIGH && few && whole) || em * SHRINK < side * SMALLEST)
			return { em, small, title: title.map(({ text }) => text), subtitle: subtitle.map(({ text }) => text) };
	}
}

function written(lines: string[], em: number, bold: boolean, colour: string, opacity: number): string[] {
	const text = lines.join(' ');
	const writing = { em, bold, han: hanFace(text, 'und') };
	const size = rounded(em * latinFace().line);
	const look = `{\\fs${size}\\b${bold ? 1 : 0}\\1c${colourOf(colour).replace('&H00', '&H')}&\\1a${colourOf('#000000', opacity).slice(0, 4)}&}`;
	return lines.map((line) => look + directionOf(text) + faced(line, writing));
}

/** A line of nothing but height: a space that no trimming takes. */
const gap = (em: number): string => `{\\fs${rounded(em * APART * latinFace().line)}}\\h`;
