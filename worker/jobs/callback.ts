import { DelayedError, type Job } from 'bullmq';
import { fetch, type Response } from 'undici';
import type { Log } from '../base/log.ts';
import { withoutQuery } from '../base/log.ts';
import { DAY, deadline, SECOND } from '../base/time.ts';
import { CallbackAnswer, type CallbackBody } from '../contract/batch.ts';
import type { Batches } from './batches.ts';
import type { Grants } from './grants.ts';
import type { Ticket } from './queues.ts';

/** n8n answers a resume at once; what takes longer is lost. */
const ANSWER_WITHIN = 15 * SECOND;
/** Given up after this long: a waiting execution that is not back by then was deleted or belongs to another n8n. */
const GIVE_UP_AFTER = DAY;
/** Longest pause between two tries, so that an n8n that is back is not kept waiting. */
const LONGEST_PAUSE = 10;

/** `partly`: taken, but jobs of it ended badly, so the good ones stay to be found again. */
type Verdict = 'accepted' | 'partly' | 'stale' | 'gone' | 'again';

/**
 * Delivers what n8n is owed when a batch is done: first n8n's readiness is asked, because a resume during its start
 * is taken and then lost to crash recovery; then ids are posted, never results. What each answer means was seen on
 * n8n 2.41. Runs as a durable job, so nothing is lost while n8n or the worker is down.
 */
export function makeCallbacks({ batches, grants, log }: { batches: Batches; grants: Grants; log: Log }) {
	return async function deliver(job: Job<Ticket>, token?: string, signal?: AbortSignal): Promise<void> {
		const { id } = job.data;
		const found = await batches.read(id);
		if (!found?.data.callback) return batches.settled(id);
		const url = grants.openText(id, found.data.callback);
		const line = log.child({ batch: id, n8nExecutionId: found.data.origin.executionId, url: withoutQuery(url) });
		const verdict = await attempt(url, id, deadline(ANSWER_WITHIN, signal));
		if (verdict === 'again' && Date.now() - job.timestamp < GIVE_UP_AFTER) {
			const pause = Math.min(2 ** Math.min(job.attemptsStarted - 1, 10), LONGEST_PAUSE);
			line.debug({ pause }, 'n8n did not take the callback; trying again');
			await job.moveToDelayed(Date.now() + pause * SECOND, token);
			throw new DelayedError();
		}
		if (verdict === 'accepted') await batches.collect(id, found.data.owner);
		else await batches.abandon(id);
		await batches.settled(id);
		line.info({ verdict: verdict === 'again' ? 'given up' : verdict }, 'callback');
	};
}

async function attempt(url: string, batch: string, signal: AbortSignal): Promise<Verdict> {
	try {
		if (!(await isReady(url, signal))) return 'again';
		const body: CallbackBody = { event: 'batch.done', id: `cb_${batch}`, batch, sentAt: new Date().toISOString() };
		const answer = await fetch(url, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
			redirect: 'manual',
			signal,
		});
		return await judge(answer);
	} catch {
		return 'again';
	}
}

/** n8n says 200 under /healthz/readiness only when its database is there and recovery is over. The path prefix before /webhook-waiting is kept. */
async function isReady(url: string, signal: AbortSignal): Promise<boolean> {
	const base = url.replace(/\/webhook-waiting\/.*$/, '');
	// Another receiver than n8n has no readiness to ask.
	if (base === url) return true;
	const answer = await fetch(`${base}/healthz/readiness`, { redirect: 'manual', signal });
	await answer.body?.cancel();
	// A proxy may hide the route; then the callback itself has to tell.
	return answer.status === 200 || answer.status === 404;
}

async function judge(answer: Response): Promise<Verdict> {
	const text = (await answer.text()).slice(0, 10_000);
	const json = parse(text);
	const ours = CallbackAnswer.safeParse(json);
	if (answer.status === 200 && ours.success)
		return !ours.data.accepted ? 'stale' : ours.data.whole ? 'accepted' : 'partly';
	// "n8n is starting up" comes with 200 and plain text; a 404 as HTML means that the routes are not there yet.
	if (answer.status === 404 && json !== undefined) return 'gone';
	if (answer.status === 401 || answer.status === 403 || answer.status === 410) return 'gone';
	if (answer.status === 409 && /finished/.test(text)) return 'gone';
	return 'again';
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}
