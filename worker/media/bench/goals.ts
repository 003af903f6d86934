import { hasFinished, spentOf, type Row } from './run.ts';
import { ratioText } from './table.ts';

type Find = (id: string, name: string) => Row | undefined;
type Goal = { what: string; goal: string; found: number | null; met: boolean | null; text: string };

const OURS = 'Reelsmith';
const GRAPH = 'one filter graph';
/** Megabytes and seconds that the engine is meant to stay below. */
const MOST_MEGABYTES = 350;
const NOTHING_SECONDS = 0.5;

/** What the engine is meant to reach, and whether it did in this run; null where the run did not measure it. */
export function goalsOf(rows: Row[]): Goal[] {
	const find: Find = (id, name) => rows.find((row) => row.case === id && row.name === name && hasFinished(row));
	const cpu = (a?: Row, b?: Row) => (a && b ? spentOf(a) / spentOf(b) : null);
	const [m30, m120] = [find('matched-30', OURS), find('matched-120', OURS)];
	const x30 = find('crossfades-30', OURS);
	const xfade = find('crossfades-30', 'one xfade graph');
	const early = find('crossfades-30', `${OURS}, last clip lands`);
	const hidden = find('crossfades-30', `${OURS}, hidden joints`);
	const unchanged = find('matched-30', `${OURS}, nothing changed`);
	const changed = find('matched-30', `${OURS}, one clip changed`);
	const peaks = [8, 30, 120].flatMap((count) => find(`matched-${count}`, OURS)?.peakMegabytes ?? []);
	const join = m120?.joinSeconds;
	const copy = find('matched-120', 'cat');
	return [
		ratio('30 matched clips, cpu against one filter graph', 1 / 18, cpu(m30, find('matched-30', GRAPH))),
		ratio('the same at −14 LUFS', 1 / 10, cpu(find('loudness-30', OURS), find('loudness-30', GRAPH))),
		ratio('120 clips against 30, cpu', 4.4, cpu(m120, m30)),
		ratio('120 clips: join against cat, wall', 8, join && copy ? join / copy.wallSeconds : null),
		ratio(
			"8 mixed clips, cpu against MediaFX's way",
			1 / 2,
			cpu(find('mixed-8', OURS), find('mixed-8', "MediaFX's way")),
		),
		ratio('30 × 1080p crossfades, cpu against one graph', 1.05, cpu(x30, xfade)),
		ratio('the same, peak memory', 1 / 4, x30 && xfade ? x30.peakMegabytes / xfade.peakMegabytes : null),
		ratio(
			'the same, last clip lands → film, wall',
			1 / 8,
			early && x30 ? early.wallSeconds / x30.wallSeconds : null,
		),
		ratio('the same, hidden joints, cpu', 1 / 4, cpu(hidden, xfade)),
		ratio('one of 30 changed, cpu against the first', 1 / 10, cpu(changed, m30)),
		amount('nothing changed, the call', NOTHING_SECONDS, 's', unchanged?.callSeconds ?? null),
		amount('largest peak of memory', MOST_MEGABYTES, 'MB', peaks.length ? Math.max(...peaks) : null),
		ratio(
			'its growth over 8, 30 and 120 clips',
			1.2,
			peaks.length === 3 ? Math.max(...peaks) / Math.min(...peaks) : null,
		),
	];
}

const ratio = (what: string, goal: number, found: number | null): Goal => ({
	...{ what, goal: `≤ ${ratioText(goal)}`, found, met: found === null ? null : found <= goal },
	text: found === null ? 'not measured' : ratioText(found),
});

const amount = (what: string, goal: number, unit: string, found: number | null): Goal => ({
	...{ what, goal: `≤ ${goal} ${unit}`, found, met: found === null ? null : found <= goal },
	text: found === null ? 'not measured' : `${found.toFixed(2)} ${unit}`,
});

/** The goals as lines of text. */
export function goalsText(goals: Goal[]): string {
	const width = Math.max(...goals.map(({ what }) => what.length));
	return goals
		.map(
			({ what, goal, text, met }) =>
				`${what.padEnd(width)}  ${goal.padEnd(10)} ${text.padEnd(14)}${met === null ? '' : met ? 'met' : 'NOT met'}`,
		)
		.join('\n');
}
