import type { Captions, Word } from '../../contract/caption.ts';
import { cutCues, type TimedToken } from './cut.ts';
import { layoutOf, type Size } from './measure.ts';
import { guessTimes, hearTimes } from './times.ts';
import { tokensOf } from './tokens.ts';

/** What is said from one second of the film to another; its words, if known, count from `from`. */
export type Spoken = { text: string; words?: Word[]; from: number; to: number };
/** A word with the space behind it, unless a line or a word goes on without one; seconds of the film. */
export type CueWord = { text: string; from: number; to: number };
/** What is read at one time, in at most two lines; seconds of the film. */
export type Cue = { from: number; to: number; lines: CueWord[][] };

/** Two frames at the film's usual rate are free between cues, so that the eye sees that they change. */
const GAP = 2 / 24;
/** Smaller pauses are not left empty: a caption that blinks disturbs. */
const CLOSE = 0.5;
/** A cue stays a little when its last word was said, and as long as it takes to read. */
const LINGER = 0.3;
const SHORTEST = 0.8;
const LETTERS_A_SECOND = 17;
/** Left for a cue that the next one catches up with. */
const LEAST = 0.2;

/**
 * Plans the captions of a film: where the text is cut into cues and lines, and when each cue is shown. Cues begin with
 * their first word, end shortly after their last one, never overlap and are in order; where two speak at a time the
 * later one waits. What has no time (`to` not behind `from`) is not shown. Pure and deterministic. Rules and figures:
 * Netflix Timed Text Style Guide, BBC Subtitle Guidelines.
 */
export function planCues(spoken: Spoken[], picture: Size, captions: Captions): Cue[] {
	const layout = layoutOf(picture, captions);
	const cues = spoken
		.filter(({ from, to }) => to > from)
		.toSorted((a, b) => a.from - b.from)
		.flatMap((each) => {
			const { to } = each;
			const text = each.text.trim() || (each.words ?? []).map(({ text: word }) => word).join(' ');
			const tokens = tokensOf(text, layout.widest);
			const frame = { from: each.from, to };
			const spans = each.words?.length ? hearTimes(tokens, each.words, frame) : guessTimes(tokens, frame);
			const timed = tokens.map((token, index): TimedToken => ({ ...token, ...spans[index]! }));
			return cutCues(timed, layout).map((lines) => asCue(lines, to));
		});
	return apart(cues.toSorted((a, b) => a.from - b.from));
}

type Draft = Cue & { until: number; letters: number };

function asCue(lines: TimedToken[][], until: number): Draft {
	const all = lines.flat();
	const [first, last] = [all[0]!, all.at(-1)!];
	return {
		from: first.from,
		to: Math.max(first.from, last.to),
		lines: lines.map((line) => line.map((token, index) => asWord(token, index === line.length - 1))),
		until,
		letters: all.reduce((sum, { letters }) => sum + letters, 0),
	};
}

const asWord = ({ text, space, from, to }: TimedToken, last: boolean): CueWord => ({
	text: space && !last ? `${text} ` : text,
	from,
	to,
});

/** Gives each cue the time it takes to read, as far as its clip and the next cue let it. */
function apart(drafts: Draft[]): Cue[] {
	const cues: Cue[] = [];
	for (const [index, { from, to, lines, until, letters }] of drafts.entries()) {
		const before = cues.at(-1);
		const next = drafts[index + 1]?.from ?? Infinity;
		if (before && before.to > from) before.to = Math.max(from - GAP, Math.min(before.to, before.from + LEAST));
		const begin = Math.max(from, before?.to ?? from);
		const wanted = Math.max(to + LINGER, begin + SHORTEST, begin + letters / LETTERS_A_SECOND);
		const free = Math.max(until, begin + Math.min(SHORTEST, to - from + LINGER));
		const end = Math.max(to, Math.min(wanted, free));
		const room = next - GAP > begin + LEAST ? next - GAP : Math.max(begin, next);
		const closed = room - end < CLOSE - GAP && room <= free ? room : Math.min(end, room);
		cues.push({ from: begin, to: Math.max(closed, begin), lines });
	}
	return cues.map((cue) => (cue.to > cue.from ? cue : { ...cue, to: cue.from + 0.001 }));
}
