import { graphemesOf } from './clean.ts';

/** Advance widths of U+0020 to U+007E in hundredths of an em, as the bold face of Noto Sans has them. */
const LATIN = [
	...[26, 29, 47, 65, 57, 90, 75, 27, 34, 34, 55, 57, 28, 32, 28, 41, 57, 57, 57, 57, 57, 57, 57, 57],
	...[57, 57, 28, 28, 57, 57, 57, 48, 90, 69, 67, 64, 74, 56, 55, 72, 77, 39, 33, 66, 56, 94, 81, 80],
	...[63, 80, 66, 55, 58, 76, 65, 97, 67, 62, 58, 33, 41, 33, 57, 41, 36, 60, 63, 51, 63, 59, 39, 63],
	...[66, 31, 31, 62, 31, 98, 66, 62, 63, 63, 45, 50, 43, 66, 57, 86, 58, 57, 49, 39, 55, 39, 57],
];
const FIRST = 0x20;

/** Widths of letters by script in em: as much as lines of each were seen to take in bold, and a little more. */
const SCRIPTS: [RegExp, number][] = [
	[/[жмфшщыюЖМФШЩЫЮ]/u, 1],
	[/\p{Script=Cyrillic}|\p{Script=Hebrew}|\p{Script=Thai}|\p{Script=Lao}/u, 0.66],
	[/\p{Script=Greek}|\p{Script=Georgian}/u, 0.68],
	[/\p{Script=Arabic}|\p{Script=Armenian}|\p{Script=Ethiopic}/u, 0.75],
	[/\p{Script=Tamil}|\p{Script=Malayalam}/u, 1.42],
	[/\p{Script=Sinhala}/u, 1.15],
	[/\p{Script=Telugu}|\p{Script=Kannada}|\p{Script=Myanmar}|\p{Script=Khmer}/u, 0.98],
	[/\p{Script=Devanagari}|\p{Script=Bengali}|\p{Script=Gujarati}|\p{Script=Gurmukhi}|\p{Script=Oriya}/u, 0.88],
];
const WIDE =
	/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}/gu;
const EMOJI_EMS = 1.25;
const OTHER_UPPER = 0.8;
const OTHER = 0.65;

/** Whether a grapheme fills a full square, as Chinese, Japanese and Korean ones do (Unicode's East Asian Width). */
export const isWide = (grapheme: string): boolean => WIDE.test(grapheme);

/** The width of a line in em, a little more rather than less than what is drawn in the bold face. */
export const widthOf = (text: string): number =>
	graphemesOf(text).reduce((sum, grapheme) => sum + widthOfOne(grapheme), 0);

function widthOfOne(grapheme: string): number {
	const code = grapheme.codePointAt(0)!;
	const plain = LATIN[code - FIRST] ?? LATIN[grapheme.normalize('NFD').codePointAt(0)! - FIRST];
	if (plain !== undefined) return plain / 100;
	if (isWide(grapheme)) return 1;
	const emoji = grapheme.match(EMOJI);
	// One colour's fonts draw a family or a flag as its members side by side.
	if (emoji) return emoji.length * EMOJI_EMS;
	const script = SCRIPTS.find(([letters]) => letters.test(grapheme));
	// A syllable of an Indian script may hold several letters beside each other.
	if (script) return script[1] * Math.max(1, (grapheme.match(/\p{L}/gu) ?? []).length * 0.8);
	if (/^[\p{M}\p{Cf}]+$/u.test(grapheme)) return 0;
	return /\p{Lu}/u.test(grapheme) ? OTHER_UPPER : OTHER;
}
