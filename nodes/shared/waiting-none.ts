import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { faultItem, pairOf, type Work } from './slots';
import { submitBatch } from './submit';

/**
 * Don't Wait: submits and gives out one item a job with its id and state, at once.
 *
 * - The jobs are looked up by their ids: every run starts new ones, also with the same input.
 * - Stopping the execution later changes nothing: cancel with Reelsmith Job.
 * - Refused inputs and a worker that cannot be reached stop the node, or become error items with On Error = continue.
 */
export async function dontWait(ctx: IExecuteFunctions, work: Work): Promise<INodeExecutionData[][]> {
	return await giveOut(ctx, work, 'none');
}

/**
 * Hand On: gives out the same items at once, for a later Stitch Video to wait for.
 *
 * - Jobs of an earlier run are found again, as with Keep Running, until a film was made of them.
 * - Stopping the execution does not stop the clips: they are paid for, and the next run finds them.
 * - A clip that is not made stops Stitch Video, which names it.
 */
export async function handOn(ctx: IExecuteFunctions, work: Work): Promise<INodeExecutionData[][]> {
	return await giveOut(ctx, work, 'handed');
}

async function giveOut(
	ctx: IExecuteFunctions,
	{ operation, slots }: Work,
	wait: 'none' | 'handed',
): Promise<INodeExecutionData[][]> {
	const batch = await submitBatch(ctx, operation, slots, { wait });
	const items = slots.map((slot): INodeExecutionData => {
		if (slot.fault) return faultItem(slot, slot.fault);
		const job = batch?.jobs[slot.job ?? 0];
		const facts = {
			job: job?.id,
			batch: batch?.id,
			kind: job?.kind,
			status: job?.status,
			estimateUsd: job?.estimateUsd,
		};
		return { json: { ...slot.keep, ...facts }, pairedItem: pairOf(slot) };
	});
	return [items];
}
