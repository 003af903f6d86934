import { cleanText, graphemesOf } from './clean.ts';
import { markAfter, type Mark } from './language.ts';
import { isWide, widthOf } from './width.ts';

/** A piece of text that no line break divides. */
export type Token = {
	text: string;
	/** Whether a space stands between it and the next one on the same line. */
	space: boolean;
	/** What it ends. */
	mark: Mark;
	/** In em, without the space. */
	width: number;
	/** Of reading: 1 for each letter, more for each full square. */
	letters: number;
	/** Whether it goes on in the next one, cut only because no line is that long. */
	cut: boolean;
};

/** Letters that a line holds at most: 42 Latin ones, 16 Chinese, Japanese or Korean (Netflix Timed Text Style Guides). */
export const LINE_LETTERS = 42;
const WIDE_LETTERS = LINE_LETTERS / 16;

const lettersOf = (text: string): number =>
	graphemesOf(text).reduce((sum, grapheme) => sum + (isWide(grapheme) ? WIDE_LETTERS : 1), 0);

/** Scripts that are written without spaces between words. */
const UNSPACED =
	/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Never the first of a line: closing marks, iteration and length marks, small kana (JIS X 4051, "kinsoku shori"). */
const NOT_FIRST = /^[\p{Pe}\p{Pf}\p{Po}\p{M}ー々〻ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ~〜…‥%％°℃ๆฯ]/u;
/** Never the last of a line: opening brackets and quotation marks, signs before figures. */
const NOT_LAST = /[\p{Ps}\p{Pi}$£¥€＄￥#@]$/u;

const WORDS = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * Cuts a text into tokens: words with their punctuation, and in scripts without spaces the words that Unicode's
 * dictionaries find, closing marks kept with what they close. A token wider than `widest` em is cut between
 * graphemes, in addresses behind a slash or dot where one is near.
 */
export function tokensOf(text: string, widest: number): Token[] {
	const paragraphs = cleanText(text)
		.split(/\n\s*\n/)
		.map((paragraph) => paragraph.split('\n').map(wordsOf));
	const marked = paragraphs.flatMap((lines) =>
		lines.flatMap((line, at) =>
			line.map((word, index) => {
				const last = index === line.length - 1;
				const next = last ? lines[at + 1]?.[0] : line[index + 1];
				const mark = markAfter(word.text, next?.text);
				const end = last && at === lines.length - 1;
				const border: Mark = end ? 'sentence' : mark === 'none' ? 'pause' : mark;
				return { ...word, space: last || word.space, mark: last ? border : thaiPause(word, next, mark) };
			}),
		),
	);
	return marked.flatMap(({ text: word, space, mark }) => fitting(word, space, mark, widest));
}

type Plain = { text: string; space: boolean };

/** Thai, Lao, Khmer and Burmese put a space where others put a comma. */
const PHRASED = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const thaiPause = (word: Plain, next: Plain | undefined, mark: Mark): Mark =>
	mark === 'none' && word.space && PHRASED.test(word.text) && next && PHRASED.test(next.text) ? 'pause' : mark;

function wordsOf(line: string): Plain[] {
	const spaced = line.split(/[^\S\u00a0\u202f\u2007]+/u).filter(Boolean);
	return glued(spaced).flatMap((word) =>
		divided(word).map((text, index, all) => ({ text, space: index === all.length - 1 })),
	);
}

/** Marks that stand alone, as in French or after a dash, belong to the word before them. */
const LONE = /^[\p{Pe}\p{Pf}!?;:.,…»%‰]+$/u;

function glued(words: string[]): string[] {
	const kept: string[] = [];
	for (const word of words) {
		const before = kept.at(-1);
		if (before !== undefined && (LONE.test(word) || /^[«¿¡]$/u.test(before)))
			kept[kept.length - 1] = `${before}\u00a0${word}`;
		else kept.push(word);
	}
	return kept;
}

function divided(word: string): string[] {
	if (!UNSPACED.test(word)) return word.split(/(?<=[\p{L}\p{N}]—)(?=[\p{L}\p{N}])/u);
	const parts: string[] = [];
	for (const { segment } of WORDS.segment(word)) {
		const before = parts.at(-1);
		const together =
			before !== undefined &&
			(NOT_FIRST.test(segment) || NOT_LAST.test(before) || !(UNSPACED.test(before) || UNSPACED.test(segment)));
		if (together) parts[parts.length - 1] = before + segment;
		else parts.push(segment);
	}
	return parts;
}

/** A cut is moved back so far at most to fall behind one of the signs that addresses are made of. */
const NEAR = 12;

function fitting(text: string, space: boolean, mark: Mark, widest: number): Token[] {
	const whole = (part: string, last: boolean): Token => ({
		text: part,
		space: last && space,
		mark: last ? mark : 'none',
		width: widthOf(part),
		letters: lettersOf(part),
		cut: !last,
	});
	const total = widthOf(text);
	if (total <= widest) return [whole(text, true)];
	// Even parts: a single letter is not left over.
	const limit = Math.min(widest, total / Math.ceil(total / widest) + 1);
	const parts: string[] = [];
	let line: string[] = [];
	let width = 0;
	for (const grapheme of graphemesOf(text)) {
		const own = widthOf(grapheme);
		if (line.length && width + own > limit) {
			const sign = line.findLastIndex((each) => /[/.\-_?&=]/.test(each));
			const keep = sign >= 0 && sign >= line.length - NEAR ? sign + 1 : line.length;
			parts.push(line.slice(0, keep).join(''));
			line = line.slice(keep);
			width = widthOf(line.join(''));
		}
		line.push(grapheme);
		width += own;
	}
	parts.push(line.join(''));
	return parts.map((part, index) => whole(part, index === parts.length - 1));
}
