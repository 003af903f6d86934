import type { IExecuteFunctions } from 'n8n-workflow';
import { randomString, sleep } from 'n8n-workflow';
import type { BatchView, Waiting } from '../../worker/contract/batch.ts';
import type { Problem } from '../../worker/contract/problem.ts';
import type { AnyOperation } from './operation';
import { refusalProblem, refusalText, workerProblem } from './problems';
import { faultOf, itemOf, type Slot } from './slots';
import { type Answer, reachWorker } from './transport';

/** Checking a large batch may take the worker a moment. */
const SUBMIT_TIMEOUT_MS = 120_000;
/** How long a worker that is being restarted is waited for, and how often it is asked. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 3_000;
const RANDOM_LENGTH = 16;

export type Submission = { wait: Waiting; callbackUrl?: string };

/**
 * Hands the slots' jobs to the worker as one batch and notes in each slot which job is its own; null where no slot has
 * a job. Every call has an idempotency key of its own, so that a request sent again after a broken connection starts
 * nothing twice. Refused inputs throw, by the name of the field and the item; with On Error = continue their slots
 * keep the refusal and the rest is submitted without them.
 */
export async function submitBatch(
	ctx: IExecuteFunctions,
	operation: AnyOperation,
	slots: Slot[],
	submission: Submission,
): Promise<BatchView | null> {
	for (;;) {
		const open = slots.filter((slot) => !slot.fault);
		if (open.length === 0) return null;
		const answer = await send(ctx, operation, open, submission);
		if (answer.ok) {
			open.forEach((slot, index) => (slot.job = index));
			return answer.body;
		}
		noteRefusals(ctx, operation, open, answer.problem);
	}
}

/** Where in n8n a batch comes from; the worker finds jobs of an earlier run again by it. */
export function originOf(ctx: IExecuteFunctions) {
	const node = ctx.getNode();
	return {
		workflowId: String(ctx.getWorkflow().id ?? ''),
		executionId: String(ctx.getExecutionId() ?? ''),
		nodeId: node.id,
		nodeName: node.name,
		runIndex: Number(ctx.evaluateExpression('{{ $runIndex }}', 0)) || 0,
	};
}

async function send(
	ctx: IExecuteFunctions,
	operation: AnyOperation,
	open: Slot[],
	{ wait, callbackUrl }: Submission,
): Promise<Answer<BatchView>> {
	const origin = originOf(ctx);
	const key = `${origin.executionId}:${origin.nodeId}:${origin.runIndex}:${randomString(RANDOM_LENGTH)}`;
	const jobs = open.map((slot) => ({ input: slot.input, item: slot.from[0] ?? 0 }));
	const body = {
		kind: operation.kind,
		jobs,
		wait,
		origin,
		...(callbackUrl ? { callback: { url: callbackUrl } } : {}),
	};
	const deadline = Date.now() + PATIENCE_MS;
	for (;;) {
		const answer = await reachWorker<BatchView>(ctx, {
			method: 'POST',
			path: '/v1/batches',
			body,
			headers: { 'idempotency-key': key, 'x-n8n-execution-id': origin.executionId },
			timeoutMs: SUBMIT_TIMEOUT_MS,
			// A submit cut off half-way would leave a batch that nobody knows and nobody can cancel.
			evenWhenStopped: true,
		});
		if (!isPassing(answer) || Date.now() > deadline || isStopped(ctx)) return answer;
		await sleep(PAUSE_MS);
	}
}

/** Whether asking again later can help: nobody there, a worker that is just starting, or one that is asked too often. */
export function isPassing(answer: Answer<unknown>): boolean {
	return !answer.ok && (!answer.reached || ['unavailable', 'quota'].includes(answer.problem.code));
}

/** Whether the user has stopped the execution. Older hosts have no such signal. */
export function isStopped(ctx: IExecuteFunctions): boolean {
	return ctx.getExecutionCancelSignal?.()?.aborted ?? false;
}

/** Puts what the worker refused into the slots; throws it where On Error says to stop. */
function noteRefusals(ctx: IExecuteFunctions, operation: AnyOperation, open: Slot[], problem: Problem): void {
	const node = ctx.getNode();
	const refused = problem.refusals ?? [];
	const error = refused.length
		? refusalProblem(node, problem, operation.labels, ({ job = 0, field }) => itemOf(open[job], field))
		: workerProblem(node, problem, { item: open.length === 1 ? itemOf(open[0]) : undefined });
	if (!ctx.continueOnFail()) throw error;
	open.forEach((slot, index) => {
		const own = refused.filter(({ job }) => job === index || job === undefined);
		if (own.length)
			slot.fault = {
				message: own
					.map((refusal) => refusalText(refusal, operation.labels, itemOf(slot, refusal.field)))
					.join('; '),
				details: { code: problem.code, hint: problem.hint ?? '' },
			};
		else if (!refused.length) slot.fault = faultOf(error);
	});
}
