import { describe, expect, test } from '@jest/globals';
import { fit, fitSeconds } from './fit.ts';
import { storyboardSchema } from './schema.ts';

const shot = (seconds: unknown = 8, more = {}) => ({
	prompt: 'A fox.',
	narration: '',
	caption: '',
	seconds,
	transition: 'crossfade',
	...more,
});
const board = (...shots: object[]) => JSON.stringify({ title: 'T', logline: '', scenes: [{ title: 'S', shots }] });
const terms = { seconds: 16, maxShots: 4, shotSeconds: [4, 6, 8] };
const problems = (text: string, more = {}) => {
	const fitted = fit(text, { ...terms, ...more });
	return 'problems' in fitted ? fitted.problems.join(' ') : '';
};

describe('what code can mend', () => {
	test('goes without another paid round: lengths, a first transition, a missing word about the single take', () => {
		const fitted = fit(board(shot(7.4), shot('9')), terms);
		if ('problems' in fitted) throw new Error(fitted.problems.join());
		const shots = fitted.storyboard.scenes[0]?.shots ?? [];
		expect(shots.map((one) => one.seconds)).toEqual([8, 8]);
		expect(shots.map((one) => one.transition)).toEqual(['cut', 'crossfade']);
		expect(shots[0]?.prompt).toBe('A fox. In a single continuous shot, no scene cuts.');
	});

	test.each([
		[[8, 8, 8], 24, [4, 6, 8], [8, 8, 8]],
		[[7, 7, 7], 24, [4, 6, 8], [8, 8, 8]],
		[[3, 5, 9], 20, [4, 6, 8], 20],
		[[8, 8], 15, [8], [8, 8]],
		[[1, 100], 18, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [3, 15]],
		[[10, 10, 10], 33, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 33],
	])('lengths %j for %i seconds come out right', (wanted, seconds, shotSeconds, expected) => {
		const fitted = fitSeconds(wanted, { seconds, shotSeconds });
		if (Array.isArray(expected)) expect(fitted).toEqual(expected);
		else expect(fitted.reduce((sum, one) => sum + one, 0)).toBe(expected);
		for (const one of fitted) expect(shotSeconds).toContain(one);
	});
});

describe('what only Gemini can mend', () => {
	test('is said in words it can mend it by', () => {
		expect(problems('{"title": "cut')).toMatch(/not JSON/);
		expect(problems(board(shot(8, { prompt: '' })))).toMatch(/scenes\[0\]\.shots\[0\]\.prompt/);
		expect(problems(board(shot(), shot(), shot(), shot(), shot()))).toMatch(/5 shots; at most 4/);
		expect(problems(board(shot()), { seconds: 32 })).toMatch(/too few for 32 seconds: at least 4/);
		expect(problems(board(shot(), shot(), shot(), shot()), { seconds: 8 })).toMatch(
			/too many for 8 seconds: at most 2/,
		);
	});
});

describe('the schema that Gemini is given', () => {
	test('holds only keywords that Gemini takes', () => {
		const known = new Set(
			'type format title description enum items prefixItems minItems maxItems minimum maximum anyOf properties additionalProperties required propertyOrdering $ref $defs'.split(
				' ',
			),
		);
		const walk = (schema: object, isProperties = false): void => {
			for (const [key, value] of Object.entries(schema)) {
				if (!isProperties) expect(known).toContain(key);
				if (value !== null && typeof value === 'object' && !Array.isArray(value))
					walk(value as object, key === 'properties' && !isProperties);
			}
		};
		walk(storyboardSchema([4, 6, 8]));
	});

	test('binds the lengths: neighbours by a range, others by a list', () => {
		const seconds = (lengths: number[]) =>
			JSON.stringify(storyboardSchema(lengths)).match(/"seconds":(\{[^}]*\})/)?.[1];
		expect(seconds([4, 6, 8])).toContain('"enum":[4,6,8]');
		expect(seconds([3, 4, 5])).toContain('"minimum":3,"maximum":5');
	});
});
