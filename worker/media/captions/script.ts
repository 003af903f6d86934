import { latinFace, runsOf, type Face } from './faces.ts';
import type { Size } from './measure.ts';

/** An ASS colour: `#rrggbb` as `&HAABBGGRR`; `opacity` from 0 to 1. */
export const colourOf = (rgb: string, opacity = 1): string => {
	const [red, green, blue] = [1, 3, 5].map((at) => rgb.slice(at, at + 2));
	const clear = Math.round((1 - opacity) * 255)
		.toString(16)
		.padStart(2, '0');
	return `&H${clear}${blue}${green}${red}`.toUpperCase();
};

export type Style = {
	em: number;
	bold: boolean;
	colour: string;
	outlineColour: string;
	backColour: string;
	/** 1 for an outline and a shadow, 4 for one box behind all lines. */
	border: 1 | 4;
	outline: number;
	shadow: number;
	/** As on a numeric keypad: 2 below, 5 in the middle, 8 above, centred. */
	place: 2 | 5 | 8;
	side: number;
	edge: number;
};

const FORMAT =
	'Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding';

/** A whole ASS script with one style named `S`, whose units are the film's pixels and whose lines break where we say. */
export const scriptOf = ({ width, height }: Size, style: Style, events: string[]): string =>
	[
		'[Script Info]',
		'ScriptType: v4.00+',
		`PlayResX: ${width}`,
		`PlayResY: ${height}`,
		'ScaledBorderAndShadow: yes',
		'WrapStyle: 2',
		'YCbCr Matrix: None',
		'',
		'[V4+ Styles]',
		`Format: ${FORMAT}`,
		styleLine(style),
		'',
		'[Events]',
		'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
		...events,
		'',
	].join('\n');

/** The last number, an encoding of -1, has libass find out by itself whether a line runs from right to left. */
function styleLine(style: Style): string {
	const face = latinFace();
	return [
		...[`Style: S,${face.family}`, rounded(style.em * face.line), style.colour, style.colour, style.outlineColour],
		...[style.backColour, style.bold ? -1 : 0, 0, 0, 0, 100, 100, 0, 0, style.border, rounded(style.outline)],
		...[rounded(style.shadow), style.place, style.side, style.side, style.edge, -1],
	].join(',');
}

export const rounded = (value: number): string => String(Math.round(value * 10) / 10);

/** Seconds as ASS writes them: `0:00:00.00`. Never before 0; noise in the last digits of a sum changes nothing. */
export function timeOf(seconds: number): string {
	const hundredths = Math.max(0, Math.round(seconds * 100 + 1e-6));
	const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
	return `${Math.floor(hundredths / 360_000)}:${two((hundredths / 6000) % 60)}:${two((hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}

export const eventOf = (from: number, to: number, text: string): string =>
	`Dialogue: 0,${timeOf(from)},${timeOf(to)},S,,0,0,0,,${text}`;

/** An invisible sign that no command continues over: WORD JOINER. */
const JOINER = '\u2060';

/**
 * A user's text as ASS shows it, letter by letter: a backslash gets a word joiner behind it, so that no `\N` or tag
 * comes about; braces, which would open a block of commands, are escaped; line breaks are ours alone.
 */
export const escaped = (text: string): string =>
	text.replace(/\\/g, `\\${JOINER}`).replace(/\{/g, '\\{').replace(/\}/g, '\\}').replace(/\n/g, ' ');

/** A text with its letters in the faces of their scripts, each as large as `em` says, safe as it is. */
export const faced = (text: string, { em, han, bold }: { em: number; han: Face; bold: boolean }): string => {
	const base = latinFace();
	return runsOf(text, han)
		.map(({ text: run, face }) => {
			const letters = escaped(run);
			if (!face) return letters;
			const weight = bold && !face.bold ? ['\\b0', '\\b1'] : ['', ''];
			const back = `{\\fn${base.family}\\fs${rounded(em * base.line)}${weight[1]}}`;
			return `{\\fn${face.family}\\fs${rounded(em * face.line)}${weight[0]}}${letters}${back}`;
		})
		.join('');
};

/** A sign that lets a line begin at the right: RIGHT-TO-LEFT MARK. */
const RIGHT_TO_LEFT = '\u200f';

/** What a line begins with: nothing, or a mark where most of the text's letters run from right to left. */
export function directionOf(text: string): string {
	const leftward =
		text.match(/[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/gu)?.length ?? 0;
	const letters = text.match(/\p{L}/gu)?.length ?? 0;
	return leftward * 2 > letters ? RIGHT_TO_LEFT : '';
}
