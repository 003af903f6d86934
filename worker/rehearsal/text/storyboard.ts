import { briefIn, fewWords, sentencesOf, shotSecondsIn, shotsAskedFor, totalSecondsIn } from './prose.ts';

/** One shot of a made-up storyboard, before it takes the form of the asked schema. */
export type PlannedShot = {
	number: number;
	words: string;
	prompt: string;
	narration: string;
	caption: string;
	seconds: number;
};

/** What a schema demands of the list of shots. */
export type Limits = { least: number; most: number; seconds: { oneOf: number[] } | { min: number; max: number } };

/** Without any hint a film has no more shots than this: a rehearsal should be over soon. */
const USUAL_MOST = 8;
const USUAL_SECONDS = 4;
const WORDS_OF_A_CAPTION = 6;
const VIEWS = [
	'Wide establishing view',
	'Medium view',
	'Slow push in',
	'Close detail',
	'Tracking along',
	'Low angle',
	'View from above',
	'Over the shoulder',
];

/** Splits the brief inside a prompt into shots: as many as the prompt asks for, else one a sentence, within the limits. */
export function planShots(text: string, limits: Limits): PlannedShot[] {
	const sentences = sentencesOf(briefIn(text));
	const total = totalSecondsIn(text);
	const allowed = allowedSeconds(text, limits);
	const count = howMany(text, sentences.length, limits, total, allowed);
	const lengths = spread(total ?? count * nearest(allowed, USUAL_SECONDS), count, allowed);
	return distribute(sentences, count).map((words, index) => ({
		number: index + 1,
		words,
		prompt: `Shot ${index + 1}: ${words}. ${VIEWS[index % VIEWS.length]}, one continuous take.`,
		narration: `${words}.`,
		caption: fewWords(words.split('. ')[0]!, WORDS_OF_A_CAPTION),
		seconds: lengths[index]!,
	}));
}

/** As many as are asked for, else as many as there are sentences and as the film's length has room for. */
function howMany(text: string, sentences: number, limits: Limits, total: number | null, allowed: number[]): number {
	const inBrief = shotsAskedFor(briefIn(text));
	const asked = shotsAskedFor(text);
	const room = total === null ? USUAL_MOST : Math.max(1, Math.floor(total / allowed[0]!));
	const needed = total === null ? 1 : Math.ceil(total / allowed.at(-1)!);
	const wanted = inBrief.exactly ?? asked.exactly ?? Math.max(needed, Math.min(sentences, room));
	const most = Math.min(limits.most, asked.atMost ?? Infinity, inBrief.atMost ?? Infinity);
	const least = Math.max(limits.least, asked.atLeast ?? 1, 1);
	return Math.max(least, Math.min(wanted, most));
}

/** Whole-second lengths a shot may have, shortest first. */
function allowedSeconds(text: string, { seconds }: Limits): number[] {
	const lengths =
		'oneOf' in seconds
			? [...seconds.oneOf].sort((a, b) => a - b)
			: between(Math.ceil(seconds.min), Math.floor(seconds.max));
	const named = shotSecondsIn(text).filter((value) => lengths.includes(value));
	return named.length > 0 ? [...new Set(named)].sort((a, b) => a - b) : lengths;
}

const between = (min: number, max: number) => Array.from({ length: Math.max(1, max - min + 1) }, (_, at) => min + at);
const nearest = (lengths: number[], wanted: number) =>
	lengths.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best));

/** Gives every shot the shortest length, then lengthens shots one by one while the wanted total is not passed. */
function spread(total: number, count: number, seconds: number[]): number[] {
	const steps = Array.from({ length: count }, () => 0);
	let left = total - count * seconds[0]!;
	for (let level = 1; level < seconds.length; level += 1) {
		for (let index = 0; index < count; index += 1) {
			const more = seconds[level]! - seconds[level - 1]!;
			if (steps[index] !== level - 1 || more > left) continue;
			steps[index] = level;
			left -= more;
		}
	}
	return steps.map((step) => seconds[step]!);
}

/** Sentences over shots: several to a shot when there are too many, one shown again when there are too few. */
function distribute(sentences: string[], count: number): string[] {
	return Array.from({ length: count }, (_, index) => {
		const from = Math.floor((index * sentences.length) / count);
		const to = Math.max(from + 1, Math.floor(((index + 1) * sentences.length) / count));
		return sentences.slice(from, to).join('. ');
	});
}
