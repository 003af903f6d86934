import { z } from 'zod';
import { Storyboard, type StoryboardInput } from '../contract/storyboard.ts';

/** A storyboard that can be used, or what is wrong with it in words that Gemini can mend it by. */
export type Fit = { storyboard: Storyboard } | { problems: string[] };

type Terms = Pick<StoryboardInput, 'seconds' | 'maxShots'> & { shotSeconds: number[] };

/** Said of a prompt that must not be made into several shots. */
const SINGLE_TAKE = 'In a single continuous shot, no scene cuts.';

/**
 * Checks Gemini's text against the contract and the terms. What code can mend without loss it mends: lengths
 * go to the nearest that the video model makes and are evened out to the wanted total, the first transition is
 * a cut, each prompt says that it is one take. The rest (not JSON, a wrong shape, too many shots, too few for
 * the length) comes back as problems.
 */
export function fit(text: string, terms: Terms): Fit {
	const parsed = parse(text);
	if (parsed === undefined) return { problems: ['It is not JSON, or it is cut short.'] };
	const read = Storyboard.safeParse(rounded(parsed));
	if (!read.success)
		return { problems: read.error.issues.map(({ path, message }) => `${z.core.toDotPath(path)}: ${message}`) };
	const shots = read.data.scenes.flatMap((scene) => scene.shots);
	const problems = outOfTerms(shots.length, terms);
	if (problems.length) return { problems };
	const seconds = fitSeconds(
		shots.map((shot) => shot.seconds),
		terms,
	);
	shots.forEach((shot, index) => {
		shot.seconds = seconds[index] ?? shot.seconds;
		if (!/single continuous (shot|take)/i.test(shot.prompt)) shot.prompt = `${shot.prompt.trim()} ${SINGLE_TAKE}`;
		if (index === 0) shot.transition = 'cut';
	});
	return { storyboard: read.data };
}

/** Models at times put a sentence or a code fence around the JSON. */
function parse(text: string): unknown {
	try {
		return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
	} catch {
		return undefined;
	}
}

/** Lengths as 7.5 or "8" are no reason for another paid round. */
function rounded(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(rounded);
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => {
			const seconds = key === 'seconds' ? Number(inner) : NaN;
			return [key, Number.isFinite(seconds) ? Math.round(seconds) : rounded(inner)];
		}),
	);
}

function outOfTerms(count: number, { seconds, maxShots, shotSeconds }: Terms): string[] {
	const [shortest = 1, longest = shortest] = [shotSeconds[0], shotSeconds.at(-1)];
	if (count > maxShots) return [`It has ${count} shots; at most ${maxShots} are allowed.`];
	const needed = Math.min(maxShots, Math.round(seconds / longest) || 1);
	if (count * longest < seconds - longest / 2)
		return [
			`It has ${count} shots of at most ${longest} seconds, too few for ${seconds} seconds: at least ${needed} are needed.`,
		];
	const most = Math.max(1, Math.round(seconds / shortest));
	if (count * shortest > seconds + shortest / 2)
		return [
			`It has ${count} shots of at least ${shortest} seconds, too many for ${seconds} seconds: at most ${most} fit.`,
		];
	return [];
}

/**
 * Takes each length to the nearest allowed one, then lengthens or shortens one shot at a time, each time the
 * one that strays least from what was written, until no step brings the sum nearer to the wanted total.
 */
export function fitSeconds(
	wanted: number[],
	{ seconds, shotSeconds }: Pick<Terms, 'seconds' | 'shotSeconds'>,
): number[] {
	const nearest = (length: number) =>
		shotSeconds.reduce(
			(best, one) => (Math.abs(one - length) < Math.abs(best - length) ? one : best),
			shotSeconds[0] ?? length,
		);
	const fitted = wanted.map(nearest);
	const sum = () => fitted.reduce((total, length) => total + length, 0);
	for (let gap = seconds - sum(); gap !== 0; gap = seconds - sum()) {
		const steps = fitted.flatMap((length, index) => {
			const next =
				gap > 0 ? shotSeconds.find((one) => one > length) : shotSeconds.findLast((one) => one < length);
			if (next === undefined || Math.abs(gap - (next - length)) >= Math.abs(gap)) return [];
			return [{ index, next, strays: Math.abs(next - (wanted[index] ?? next)) }];
		});
		const step = steps.sort((a, b) => a.strays - b.strays)[0];
		if (!step) break;
		fitted[step.index] = step.next;
	}
	return fitted;
}
