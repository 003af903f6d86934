import type {
	IExecuteFunctions,
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeOperationError, WAIT_INDEFINITELY } from 'n8n-workflow';
import type { BatchView, CallbackBody } from '../../worker/contract/batch.ts';
import type { AnyOperation } from './operation';
import { isWhole, resultItems } from './output';
import { faultItem, type Slot, type Work } from './slots';
import { submitBatch } from './submit';
import { reachWorker } from './transport';

/** Where n8n takes the worker's callback: below the execution's own resume address, one path a node. */
export const resumeWebhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		responseData: '',
		path: '={{ $nodeId }}',
		restartWebhook: true,
		isFullPath: true,
	},
];

/**
 * Park: submits with a callback address and puts the execution to sleep; `resume` gives out the results when the
 * worker has called.
 *
 * - Something is not made: n8n gives a parked node no way to stop the workflow, so every such item comes out as
 *   `{ error, details }` in its place. With On Error = Continue (Using Error Output) n8n sends it there, merged with its
 *   input; otherwise it flows on, and the next Reelsmith node refuses it.
 * - Retry On Fail: n8n does not run a parked node again; what was not made comes out as an error item at once.
 * - n8n is restarted or killed: the execution is on disk; the worker calls until n8n takes the call. Killed between
 *   submit and parking: the execution is crashed, n8n refuses the callback, and a run with the same input finds the jobs.
 * - The worker is restarted: the callback is still owed and comes later.
 * - The execution is stopped while parked: n8n tells nobody. The jobs run on; the callback is refused, and from then on
 *   a run with the same input finds them again.
 * - Several callbacks, or one of an earlier round of a loop: only the batch this node waits for is accepted.
 * - Item links: n8n links what a parked node gives out to its input by position. One result an item keeps that right.
 *   All items into one result (stitch) is linked to the first item. One item into several (a storyboard's shots) is right
 *   for the first shot only: later nodes reach earlier ones by what the items carry, not by `$('Node').item`.
 * - An AI Agent that uses the node as a tool cannot be parked; the node says so.
 */
export async function park(ctx: IExecuteFunctions, work: Work): Promise<INodeExecutionData[][]> {
	refuseTool(ctx);
	const batch = await submitBatch(ctx, work.operation, work.slots, { wait: 'callback', callbackUrl: resumeUrl(ctx) });
	if (!batch) return [await resultItems(ctx, work, [])];
	remember(ctx, batch.id, work);
	await ctx.putExecutionToWait(WAIT_INDEFINITELY);
	return [ctx.getInputData()];
}

/**
 * Takes the worker's callback: fetches the batch by its id (the callback's body is not trusted) and gives out one
 * result for each slot. `whole: false` says that something is missing among them: the worker then keeps the rest to be
 * found again, because a later node may well stop for it. Answers `{accepted: false}` to the callback of any other batch
 * and keeps waiting. Where the results cannot be had just now it answers without `accepted`, which makes the worker call
 * again. Never throws: n8n would wipe the execution's data and run the next node with an empty item.
 */
export async function resume(
	ctx: IWebhookFunctions,
	operations: readonly AnyOperation[],
): Promise<IWebhookResponseData> {
	try {
		const parked = recall(ctx);
		const { batch } = ctx.getBodyData() as unknown as Partial<CallbackBody>;
		if (!parked || batch !== parked.batch) return { webhookResponse: { accepted: false } };
		const operation = operations.find(({ option }) => option.value === parked.operation);
		if (!operation) return { webhookResponse: { accepted: false } };
		return await deliver(ctx, parked, operation);
	} catch (error) {
		return callAgain(ctx, (error as Error).message);
	}
}

async function deliver(ctx: IWebhookFunctions, parked: Parked, operation: AnyOperation): Promise<IWebhookResponseData> {
	const path = `/v1/batches/${encodeURIComponent(parked.batch)}`;
	const answer = await reachWorker<BatchView>(ctx, { method: 'GET', path });
	if (!answer.ok && answer.problem.code !== 'not_found') return callAgain(ctx, answer.problem.message);
	if (answer.ok && !answer.body.done) return callAgain(ctx, 'the batch has not ended');
	const work: Work = { operation, slots: parked.slots, thumbnails: parked.thumbnails };
	const items = answer.ok ? await resultItems(ctx, work, answer.body.jobs) : forgottenItems(parked);
	const whole = answer.ok && isWhole(work, answer.body.jobs);
	return { webhookResponse: { accepted: true, whole }, workflowData: [items] };
}

function callAgain(ctx: IWebhookFunctions, reason: string): IWebhookResponseData {
	ctx.logger.warn(`Reelsmith could not fetch the results of a parked node: ${reason}`);
	return { webhookResponse: { again: true, reason } };
}

/** The worker has no record of the batch any more: its items come out as not made. */
function forgottenItems(parked: Parked): INodeExecutionData[] {
	const message = `The worker does not know batch ${parked.batch} any more`;
	return parked.slots.map((slot) => faultItem(slot, slot.fault ?? { message, details: { batch: parked.batch } }));
}

/** What a parked node needs when it wakes; kept with the execution. */
type Parked = { batch: string; operation: string; thumbnails: boolean; slots: Slot[] };

/** As text: n8n hands values of the node's context out through its expression engine, which has its own idea of objects. */
function remember(ctx: IExecuteFunctions, batch: string, { operation, slots, thumbnails }: Work): void {
	const light = slots.map(({ from, keep, form, job, fault }) => ({ from, keep, form, job, fault }));
	const parked: Parked = { batch, operation: operation.option.value, thumbnails, slots: light };
	ctx.getContext('node').parked = JSON.stringify(parked);
}

function recall(ctx: IWebhookFunctions): Parked | undefined {
	const name = JSON.stringify(ctx.getNode().name);
	const text = ctx.evaluateExpression(`{{ $node[${name}].context["parked"] }}`, 0);
	return typeof text === 'string' ? (JSON.parse(text) as Parked) : undefined;
}

/** The execution's signed resume address with our node in its path: n8n checks the signature, the path picks the node. */
function resumeUrl(ctx: IExecuteFunctions): string {
	const [path, query] = String(ctx.evaluateExpression('{{ $execution.resumeUrl }}', 0)).split('?');
	return `${path}/${encodeURIComponent(ctx.getNode().id)}?${query ?? ''}`;
}

/** n8n gives a node that an AI Agent uses as a tool a type of its own, which ends in "Tool". */
function refuseTool(ctx: IExecuteFunctions): void {
	if (!/Tool$/.test(ctx.getNode().type)) return;
	throw new NodeOperationError(ctx.getNode(), 'Wait: Park does not work while an AI Agent uses the node as a tool', {
		description: 'Choose Keep Running instead.',
	});
}
