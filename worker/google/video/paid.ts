import { Fault } from '../../base/errors.ts';
import type { ProblemCode } from '../../contract/problem.ts';
import type { Fetch } from '../clients.ts';
import { classify, neverSent } from '../errors.ts';
import { reading } from '../said.ts';

/** Answers that say for certain: refused, nothing was accepted, nothing will be paid. */
const REFUSALS = new Set<ProblemCode>([
	'invalid_input',
	'unauthorized',
	'forbidden',
	'not_found',
	'quota',
	'blocked',
	'budget',
]);
/** 4xx that do not say whether the request was taken: timed out, collided, closed by the client. */
const UNDECIDED = new Set([408, 409, 425, 499]);

/** How long a cancelled POST is still listened to: its answer is the name of work that is being paid for. */
const LAST_WORDS_MS = 15_000;

/**
 * Runs a call that makes one paid POST, and turns whatever goes wrong into what is known about the money:
 * see `Video.start`. The `fetch` handed to `call` lets exactly one request through; any repeat, by whichever
 * layer of an SDK, is refused here. Stopping the caller leaves the POST a short while to name its operation.
 */
export async function payOnce<T>(
	call: (fetch: Fetch, signal: AbortSignal) => Promise<T>,
	doing: string,
	ms: number,
	outer: AbortSignal,
): Promise<T> {
	let sent = 0;
	const one: Fetch = (input, init) => {
		if (++sent > 1) throw new Fault('internal', `A second paid request was stopped while ${doing}.`);
		return fetch(input, init);
	};
	const last = lastWords(ms, outer);
	try {
		return await call(one, last.signal);
	} catch (thrown) {
		if (sent === 0) throw classify(thrown, doing, outer);
		throw outcome(thrown, doing);
	} finally {
		last.stop();
	}
}

function outcome(thrown: unknown, doing: string): Fault {
	if (neverSent(thrown)) return classify(thrown, doing);
	const status = reading(thrown)?.status ?? 0;
	const fault = classify(thrown, doing);
	if (status >= 400 && status < 500 && !UNDECIDED.has(status) && REFUSALS.has(fault.code)) return fault;
	return new Fault(
		'unknown_outcome',
		`The paid request was sent, but whether Google accepted it is not known. ${fault.message}`,
		{
			hint: 'Look at the usage page of Google AI Studio or Google Cloud. If nothing was started, retry this job and allow it to pay again.',
			cause: thrown,
		},
	);
}

function lastWords(ms: number, outer: AbortSignal) {
	const own = new AbortController();
	let grace: NodeJS.Timeout | undefined;
	const whole = setTimeout(() => own.abort(new DOMException('no answer', 'TimeoutError')), ms);
	const hurry = () => {
		grace = setTimeout(() => own.abort(outer.reason), Math.min(ms, LAST_WORDS_MS));
	};
	if (outer.aborted) hurry();
	else outer.addEventListener('abort', hurry, { once: true });
	return {
		signal: own.signal,
		stop: () => {
			clearTimeout(whole);
			clearTimeout(grace);
			outer.removeEventListener('abort', hurry);
		},
	};
}
