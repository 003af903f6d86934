import type { Fault } from '../base/errors.ts';
import { PROBLEMS } from '../contract/problem.ts';

/** First pause and longest pause of `backoff`, in seconds; doubling between them. */
const FIRST = 5;
const LONGEST = 300;
/** Tries of one step: with `backoff` about half an hour, with `after` as long as the other side asks, at least 30 s each. */
const TRIES = { never: 0, once: 1, backoff: 10, after: 40 } as const;

/** Seconds until a failed step is tried again, or null when it is given up. `failed` counts the failures of this step, this one included. */
export function retryIn(fault: Fault, failed: number): number | null {
	const policy = PROBLEMS[fault.code].retry;
	if (failed > TRIES[policy]) return null;
	if (policy === 'after') return Math.max(fault.retryAfter ?? 30, 1);
	const pause = Math.min(FIRST * 2 ** (failed - 1), LONGEST);
	return Math.max(fault.retryAfter ?? 0, pause * (0.9 + Math.random() * 0.2));
}
