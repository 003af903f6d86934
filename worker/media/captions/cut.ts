import { breakCost } from './breaks.ts';
import type { Layout } from './measure.ts';
import type { Span } from './times.ts';
import type { Token } from './tokens.ts';

export type TimedToken = Token & Span;

/** What speaks against a cue, in the units of `breakCost`. Found by looking at cut texts of nine languages. */
const COSTS = {
	/** Each cue: fewer are calmer. */
	cue: 10,
	/** Each full cue against two half ones: an even flow. */
	fill: 14,
	/** A second line, and lines of unequal length; the upper one may be shorter. */
	line: 3,
	unequal: 12,
	topHeavy: 5,
	/** A sentence that ends within: beside a part of another one, beside a whole one, beside or being a brief one. */
	twoParts: 44,
	twoSentences: 24,
	twoShort: 4,
	/** A word alone that is no sentence. */
	orphan: 10,
	/** Each second that it is too short or too long. */
	hasty: 50,
	slow: 6,
	/** A silence within, each second. */
	silence: 12,
};
const SHORTEST = 0.8;
const LONGEST = 7;
/** Below this many seconds a sentence is better read together with the next. */
const BRIEF = 1.2;
/** Silence that is heard as one, and silence over which nothing stays. */
const HEARD = 0.5;
const LONG_SILENCE = 1.6;
const SPACE_EMS = 0.26;

/**
 * Cuts tokens into cues of one or two lines, each line within the layout's width: the cheapest way of all, found from
 * the end backwards (the idea of Knuth and Plass, "Breaking paragraphs into lines", 1981).
 */
export function cutCues(tokens: TimedToken[], layout: Layout): TimedToken[][][] {
	const best: { cost: number; end: number; split: number | null }[] = [];
	best[tokens.length] = { cost: 0, end: tokens.length, split: null };
	for (let start = tokens.length - 1; start >= 0; start--) {
		for (let end = start + 1; end <= tokens.length; end++) {
			const lines = linesOf(tokens, start, end, layout);
			if (!lines) break;
			const cost = lines.cost + cueCost(tokens, start, end, layout) + best[end]!.cost;
			if (cost < (best[start]?.cost ?? Infinity)) best[start] = { cost, end, split: lines.split };
		}
	}
	const cues: TimedToken[][][] = [];
	for (let at = 0; at < tokens.length;) {
		const { end, split } = best[at]!;
		cues.push(split === null ? [tokens.slice(at, end)] : [tokens.slice(at, split), tokens.slice(split, end)]);
		at = end;
	}
	return cues;
}

type Extent = { width: number; letters: number };

function extentOf(tokens: TimedToken[], start: number, end: number): Extent {
	let [width, letters] = [0, 0];
	for (let at = start; at < end; at++) {
		const space = at < end - 1 && tokens[at]!.space ? 1 : 0;
		width += tokens[at]!.width + space * SPACE_EMS;
		letters += tokens[at]!.letters + space;
	}
	return { width, letters };
}

/** A token alone on a line is taken as it is: it was cut to the line's width before. */
const fits = ({ width, letters }: Extent, layout: Layout, count: number) =>
	count === 1 || (width <= layout.widest && letters <= layout.letters);

/** One line where the text fits on one, else the best two; null where two cannot hold it. */
function linesOf(tokens: TimedToken[], start: number, end: number, layout: Layout) {
	const whole = extentOf(tokens, start, end);
	if (fits(whole, layout, end - start)) return { split: null, cost: 0 };
	if (whole.width > 2 * layout.widest + SPACE_EMS && end - start > 2) return null;
	let best: { split: number; cost: number } | null = null;
	for (let split = start + 1; split < end; split++) {
		const [top, bottom] = [extentOf(tokens, start, split), extentOf(tokens, split, end)];
		if (!fits(top, layout, split - start)) break;
		if (!fits(bottom, layout, end - split)) continue;
		const more = (top.width - bottom.width) / Math.max(top.width, bottom.width);
		const shape = COSTS.unequal * Math.abs(more) + (more > 0 ? COSTS.topHeavy * more : 0);
		const cost = COSTS.line + shape + breakCost(tokens[split - 1]!, tokens[split]!) * 0.7;
		if (!best || cost < best.cost) best = { split, cost };
	}
	return best;
}

function cueCost(tokens: TimedToken[], start: number, end: number, layout: Layout): number {
	const [first, last, next] = [tokens[start]!, tokens[end - 1]!, tokens[end]];
	const { letters, width } = extentOf(tokens, start, end);
	const fill = Math.max(letters / layout.letters, width / layout.widest) / 2;
	const seconds = Math.min(next?.from ?? Infinity, last.to + HEARD) - first.from;
	return (
		COSTS.cue +
		COSTS.fill * fill ** 2 +
		(next ? breakCost(last, next) : 0) +
		withinCost(tokens, start, end) +
		(end - start === 1 && last.mark !== 'sentence' && !last.cut ? COSTS.orphan : 0) +
		COSTS.hasty * Math.max(0, SHORTEST - seconds) +
		COSTS.slow * Math.max(0, seconds - LONGEST)
	);
}

/** What speaks against the borders inside a cue: ends of sentences and silences. */
function withinCost(tokens: TimedToken[], start: number, end: number): number {
	let cost = 0;
	let began = start;
	const whole = (start === 0 || tokens[start - 1]!.mark === 'sentence') && tokens[end - 1]!.mark === 'sentence';
	for (let at = start; at < end - 1; at++) {
		const [token, next] = [tokens[at]!, tokens[at + 1]!];
		const silence = next.from - token.to;
		if (silence > LONG_SILENCE && !token.cut) cost += 1000;
		else if (silence > HEARD) cost += COSTS.silence * silence;
		if (token.mark !== 'sentence') continue;
		const brief = next.from - tokens[began]!.from < BRIEF;
		cost += !whole ? COSTS.twoParts : brief ? COSTS.twoShort : COSTS.twoSentences;
		began = at + 1;
	}
	return cost;
}
