import type { Word } from '../../contract/caption.ts';
import { cleanText, graphemesOf } from './clean.ts';
import type { Mark } from './language.ts';
import type { Token } from './tokens.ts';
import { isWide } from './width.ts';

/** When a token is said, in seconds. */
export type Span = { from: number; to: number };

/** How long a pause is against a spoken letter. */
const PAUSES: Record<Mark, number> = { sentence: 6, halt: 4, pause: 3, none: 0.6 };
/** A figure is read as a word, a Chinese character and a Korean block are a syllable, a kana a short one. */
const FIGURE = 3;
const SYLLABLE = 3;
const KANA = 2;
/** A sign that is not spoken still is there for a moment. */
const SILENT = 0.4;

/** How long a token takes to say, in letters. */
function lengthOf(text: string): number {
	const spoken = graphemesOf(text).reduce((sum, grapheme) => {
		if (/\p{N}/u.test(grapheme)) return sum + FIGURE;
		if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(grapheme)) return sum + KANA;
		if (isWide(grapheme) && /\p{L}/u.test(grapheme)) return sum + SYLLABLE;
		return sum + (/\p{L}/u.test(grapheme) ? 1 : 0);
	}, 0);
	return Math.max(SILENT, spoken);
}

/** Spreads tokens over [from, to] by their length in speech, with pauses behind commas and sentences. */
export function guessTimes(tokens: Token[], { from, to }: Span): Span[] {
	const lengths = tokens.map(({ text, mark, space, cut }, index) => {
		const pause = index === tokens.length - 1 || cut || (!space && mark === 'none') ? 0 : PAUSES[mark];
		return { said: lengthOf(text), pause };
	});
	const total = lengths.reduce((sum, { said, pause }) => sum + said + pause, 0);
	const second = (to - from) / Math.max(total, SILENT);
	let at = 0;
	return lengths.map(({ said, pause }) => {
		const span = { from: from + at * second, to: from + (at + said) * second };
		at += said + pause;
		return span;
	});
}

/**
 * Gives tokens the times of the words that were heard. Both are compared letter by letter without regard to case and
 * punctuation, so that it does not matter how either was cut into words; tokens that nobody heard lie between their
 * neighbours. Times stay within `frame` and never go back.
 */
export function hearTimes(tokens: Token[], words: Word[], frame: Span): Span[] {
	const heard = lettersOfWords(words, frame);
	const texts = tokens.map(({ text }) => comparable(text));
	const pairs = pairsOf(
		texts.flat(),
		heard.map(({ letter }) => letter),
	);
	let at = 0;
	const known = texts.map((letters) => {
		const found = letters.flatMap((_, index) => heard[pairs[at + index]!] ?? []);
		at += letters.length;
		return found.length ? { from: found[0]!.from, to: found.at(-1)!.to } : null;
	});
	return between(tokens, known, frame);
}

const comparable = (text: string): string[] =>
	Array.from(
		cleanText(text)
			.toLowerCase()
			.normalize('NFKD')
			.replace(/[^\p{L}\p{N}]/gu, ''),
	);

function lettersOfWords(words: Word[], { from, to }: Span): (Span & { letter: string })[] {
	const within = (second: number) => Math.min(to, Math.max(from, from + second));
	let last = from;
	return words
		.toSorted((a, b) => a.from - b.from)
		.flatMap((word) => {
			const start = Math.max(last, within(word.from));
			const end = Math.max(start, within(word.to));
			last = start;
			const letters = comparable(word.text);
			const step = (end - start) / Math.max(1, letters.length);
			return letters.map((letter, index) => ({
				letter,
				from: start + index * step,
				to: start + (index + 1) * step,
			}));
		});
}

/** Above this many comparisons unlike middles are matched by place alone: 16 million take some 0.1 s. */
const MOST_COMPARISONS = 16e6;

/** For each letter of `a` its partner's place in `b`, or -1: equal beginnings and ends, and the longest common rest. */
function pairsOf(a: string[], b: string[]): Int32Array {
	const pairs = new Int32Array(a.length).fill(-1);
	let head = 0;
	while (head < a.length && head < b.length && a[head] === b[head]) pairs[head] = head++;
	let tail = 0;
	const rest = Math.min(a.length, b.length) - head;
	while (tail < rest && a[a.length - 1 - tail] === b[b.length - 1 - tail]) {
		pairs[a.length - 1 - tail] = b.length - 1 - tail;
		tail++;
	}
	const [rows, columns] = [a.length - head - tail, b.length - head - tail];
	if (rows * columns > MOST_COMPARISONS) {
		for (let row = 0; row < rows; row++) pairs[head + row] = head + Math.floor((row * columns) / rows);
	} else if (rows && columns) matchMiddle(a, b, { head, rows, columns }, pairs);
	return pairs;
}

type Middle = { head: number; rows: number; columns: number };

/** Longest common subsequence by the usual table, filled from the end. */
function matchMiddle(a: string[], b: string[], { head, rows, columns }: Middle, pairs: Int32Array): void {
	const width = columns + 1;
	const best = new Uint16Array((rows + 1) * width);
	for (let row = rows - 1; row >= 0; row--)
		for (let column = columns - 1; column >= 0; column--)
			best[row * width + column] =
				a[head + row] === b[head + column]
					? best[(row + 1) * width + column + 1]! + 1
					: Math.max(best[(row + 1) * width + column]!, best[row * width + column + 1]!);
	let [row, column] = [0, 0];
	while (row < rows && column < columns) {
		if (a[head + row] === b[head + column]) pairs[head + row++] = head + column++;
		else if (best[(row + 1) * width + column]! >= best[row * width + column + 1]!) row++;
		else column++;
	}
}

/** Fills the gaps of what was heard by guessing within each gap. */
function between(tokens: Token[], known: (Span | null)[], frame: Span): Span[] {
	const spans: Span[] = [];
	for (let at = 0; at < tokens.length;) {
		const before = spans.at(-1)?.to ?? frame.from;
		const own = known[at];
		if (own) {
			const from = Math.max(own.from, spans.at(-1)?.from ?? frame.from);
			spans.push({ from, to: Math.max(from, own.to) });
			at++;
			continue;
		}
		const end = known.findIndex((span, index) => index > at && span !== null);
		const next = end < 0 ? tokens.length : end;
		const until = Math.max(before, end < 0 ? frame.to : known[end]!.from);
		spans.push(...guessTimes(tokens.slice(at, next), { from: before, to: until }));
		at = next;
	}
	return spans;
}
