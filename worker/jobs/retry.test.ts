import { expect, test } from '@jest/globals';
import { Fault } from '../base/errors.ts';
import { PROBLEMS, type ProblemCode } from '../contract/problem.ts';
import { retryIn } from './retry.ts';

test.each(Object.keys(PROBLEMS) as ProblemCode[])('%s is tried again as the table says', (code) => {
	const first = retryIn(new Fault(code, 'x'), 1);
	expect(first === null).toBe(PROBLEMS[code].retry === 'never');
});

test('the time that the other side names is obeyed', () => {
	expect(retryIn(new Fault('quota', 'x', { retryAfter: 34.4 }), 1)).toBe(34.4);
	expect(retryIn(new Fault('unavailable', 'x', { retryAfter: 90 }), 1)).toBe(90);
});

test('pauses grow up to five minutes and end', () => {
	const pauses = Array.from({ length: 11 }, (_, n) => retryIn(new Fault('unavailable', 'x'), n + 1));
	expect(pauses[0]).toBeLessThan(6);
	expect(pauses[9]).toBeGreaterThan(250);
	expect(pauses[9]).toBeLessThan(331);
	expect(pauses[10]).toBeNull();
});

test('our own fault gets one more try', () => {
	expect(retryIn(new Fault('internal', 'x'), 2)).toBeNull();
});
