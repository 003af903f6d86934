import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError, sleep } from 'n8n-workflow';
import type { BatchView } from '../../worker/contract/batch.ts';
import type { JobView } from '../../worker/contract/job.ts';
import { isWhole, resultItems } from './output';
import { failureOf, jobFault, place, wayOut, workerProblem } from './problems';
import { faultOf, itemOf, type Slot, type Work } from './slots';
import { isPassing, isStopped, submitBatch } from './submit';
import { reachWorker } from './transport';

/** The worker holds its answer this long; the connection held open tells it that somebody waits. */
const HOLD_SECONDS = 20;
const HOLD_TIMEOUT_MS = 60_000;
/** A worker may be away this long (a restart, an update) before the node gives up. */
const PATIENCE_MS = 300_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** How often, and how far apart, a last word is tried. */
const TELLS = 4;
const TELL_PAUSE_MS = 2_000;

/**
 * Keep Running: submits, asks the worker again and again, and gives out the results.
 *
 * - Something is not made: the node waits until every other job has ended, then throws for the first one, naming item,
 *   shot and reason. The batch is not called collected, so that the next run finds what was made and pays for no clip
 *   twice. With On Error = continue the failed ones come out as error items among the others; the batch stays
 *   uncollected then too, because a later node may well stop for what is missing, and n8n's Retry On Fail runs the node
 *   again when its first item carries `error` (workflow-execute, `checkFailure`).
 * - Everything is made: the batch is called collected, and the same input makes new clips in the next run; unless the
 *   execution breaks off at a later node of ours: then the next run with the same input takes what was collected.
 * - The worker does not answer: asked again for five minutes without losing the batch, then thrown.
 * - The execution is stopped: the batch's jobs are cancelled, at Google too, and n8n's status is canceled. Stopping a
 *   workflow that calls this one as a sub-workflow does not reach it: n8n lets the sub-workflow run to its end.
 * - n8n dies: the jobs run on; as soon as the connection breaks, ten seconds later at the latest, the worker counts them
 *   as waited for by nobody, and a run of the same node with the same input finds them again.
 */
export async function keepRunning(ctx: IExecuteFunctions, work: Work): Promise<INodeExecutionData[][]> {
	const submitted = await submitBatch(ctx, work.operation, work.slots, { wait: 'poll' });
	if (!submitted) return [await resultItems(ctx, work, [])];
	const { id, jobs, done } = await followToEnd(ctx, submitted, work);
	const unmade = jobs.filter(({ status }) => status !== 'succeeded');
	const whole = isWhole(work, jobs);
	if (done && !whole) await tell(ctx, id, 'cancel');
	if (unmade.length > 0 && !ctx.continueOnFail()) throw unmadeProblem(ctx, work.slots, jobs, unmade);
	const items = await resultItems(ctx, work, jobs);
	if (done && whole) await tell(ctx, id, 'collect');
	return [items];
}

async function followToEnd(ctx: IExecuteFunctions, submitted: BatchView, work: Work): Promise<BatchView> {
	let batch = submitted;
	let pause = FIRST_PAUSE_MS;
	let answeredAt = Date.now();
	while (!batch.done) {
		const path = `/v1/batches/${encodeURIComponent(batch.id)}`;
		const call = { method: 'GET', path, qs: { wait: HOLD_SECONDS }, timeoutMs: HOLD_TIMEOUT_MS } as const;
		const answer = await reachWorker<BatchView>(ctx, call);
		if (isStopped(ctx)) await cancelBatch(ctx, batch);
		if (answer.ok) {
			batch = answer.body;
			pause = FIRST_PAUSE_MS;
			answeredAt = Date.now();
			continue;
		}
		if (!isPassing(answer) || Date.now() - answeredAt > PATIENCE_MS)
			return giveUp(ctx, answer.problem, batch, work);
		await pauseFor(ctx, pause);
		pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
	}
	return batch;
}

/** Sleeps, but not through a stop of the execution (n8n's sleep then rejects, on hosts that know the signal). */
async function pauseFor(ctx: IExecuteFunctions, ms: number): Promise<void> {
	await sleep(ms, ctx.getExecutionCancelSignal?.()).catch(() => undefined);
}

/** Ends the jobs of a stopped execution; always throws. n8n files the execution under "canceled" by that word in the message (workflow-execute, `processSuccessExecution`). */
async function cancelBatch(ctx: IExecuteFunctions, batch: BatchView): Promise<never> {
	await tell(ctx, batch.id, 'cancel');
	throw new NodeOperationError(ctx.getNode(), 'The execution was canceled, and so were its jobs', {
		description: `Batch: ${batch.id}`,
	});
}

/** The worker is away for too long, or says something that does not pass. The jobs may run on, and are not told to end: they are paid for. */
function giveUp(ctx: IExecuteFunctions, problem: Parameters<typeof workerProblem>[1], batch: BatchView, work: Work) {
	const error = workerProblem(ctx.getNode(), problem);
	error.description = [
		error.description,
		`The ${work.slots.length === 1 ? 'job' : 'jobs'} may still be running on the worker. Run the workflow again with the same input: what is there is found again and not paid twice.`,
		`Batch: ${batch.id}`,
	].join('\n');
	if (!ctx.continueOnFail()) throw error;
	for (const slot of work.slots) slot.fault ??= faultOf(error);
	return batch;
}

/** What is thrown where jobs have no result: the first one's reason, and what became of the others. */
function unmadeProblem(ctx: IExecuteFunctions, slots: Slot[], jobs: JobView[], unmade: JobView[]): NodeOperationError {
	const [first, ...others] = unmade as [JobView, ...JobView[]];
	const slot = slots.find(({ job }) => job === first.index);
	const item = slot && itemOf(slot, first.problem?.refusals?.[0]?.field);
	return new NodeOperationError(ctx.getNode(), `${jobFault(first)}${place(item)}`, {
		itemIndex: item,
		description: [wayOut(first.problem, first.id), ...others.map(jobFault), keptText(jobs)]
			.filter(Boolean)
			.join('\n'),
		failure: failureOf(first.problem),
	});
}

function keptText(jobs: JobView[]): string {
	const kept = jobs.filter(({ status }) => status === 'succeeded');
	if (kept.length === 0) return '';
	const things = kept[0]?.kind === 'clip' ? 'clips' : 'results';
	const again = 'Run the workflow again with the same input and they are collected without being paid again.';
	return `${kept.length} of ${jobs.length} ${things} were made and are kept. ${again}`;
}

/**
 * Tells the worker what becomes of a batch. `collect`: the results have arrived. `cancel`: nobody waits for it any more;
 * what still runs ends, and what is made is found again by a run right after. Tried a few times, then left: a word
 * that is not heard loses nothing that was paid for.
 */
async function tell(ctx: IExecuteFunctions, batch: string, word: 'collect' | 'cancel'): Promise<void> {
	const path = `/v1/batches/${encodeURIComponent(batch)}/${word}`;
	for (let tries = 1; ; tries++) {
		const answer = await reachWorker(ctx, { method: 'POST', path, evenWhenStopped: true });
		if (answer.ok) return;
		if (tries < TELLS && isPassing(answer)) await sleep(TELL_PAUSE_MS);
		else return ctx.logger.warn(`Reelsmith could not ${word} batch ${batch}: ${answer.problem.message}`);
	}
}
