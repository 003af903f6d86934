import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { AnyOperation } from './operation';
import { openSlots, type Work } from './slots';
import { originOf } from './submit';
import { reachWorker } from './transport';
import { dontWait, handOn } from './waiting-none';
import { keepRunning } from './waiting-poll';
import { park } from './waiting-park';

const WAYS = { keepRunning, park, dontWait, handOn } as const satisfies Record<
	string,
	(ctx: IExecuteFunctions, work: Work) => Promise<INodeExecutionData[][]>
>;

/** How the node waits for its jobs. The first is the default. */
export const waitField: INodeProperties = {
	displayName: 'Wait',
	name: 'wait',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Keep Running',
			value: 'keepRunning',
			description:
				'The node waits and stops the workflow if something is not made. Stopping the execution cancels its jobs.',
		},
		{
			name: 'Park',
			value: 'park',
			description:
				'The execution leaves n8n’s memory and the worker wakes it. For long runs: survives a restart of n8n. What is not made comes out as an item with the field "error", so set On Error to use the error output.',
		},
		{
			name: 'Don’t Wait',
			value: 'dontWait',
			description: 'The node gives out the job IDs at once; look at them later with Reelsmith Job',
		},
	],
	default: 'keepRunning',
	description: 'How to wait for the worker',
};

const HAND_ON = {
	name: 'Hand On',
	value: 'handOn',
	description:
		'The node gives out the job IDs at once and a later Stitch Video waits for the clips: it makes the film’s pieces while later clips are still being generated, so that the film is ready soon after the last one. A run that is repeated finds the same clips and pays nothing twice.',
};

/** How a node waits whose clips Stitch Video can wait for in its place. */
export const waitOrHandOnField: INodeProperties = { ...waitField, options: [...(waitField.options ?? []), HAND_ON] };

/** Whether pictures come along. */
export const thumbnailField: INodeProperties = {
	displayName: 'Attach Thumbnail',
	name: 'attachThumbnail',
	type: 'boolean',
	default: true,
	displayOptions: { hide: { wait: ['dontWait'] } },
	description: 'Whether to attach a small picture, so that the result can be seen in the output panel',
};

/**
 * Runs an operation for all items of a node, as one batch, and waits for it as the node's field Wait says. What each
 * way does when something goes wrong stands with the way: `waiting-poll.ts`, `waiting-park.ts`, `waiting-none.ts`.
 */
export async function runJobs(ctx: IExecuteFunctions, operation: AnyOperation): Promise<INodeExecutionData[][]> {
	const way = ctx.getNodeParameter('wait', 0, 'keepRunning') as keyof typeof WAYS;
	const thumbnails = operation.pictured && (ctx.getNodeParameter('attachThumbnail', 0, true) as boolean);
	let done = false;
	try {
		const items = await WAYS[way](ctx, { operation, slots: openSlots(ctx, operation), thumbnails });
		done = true;
		return items;
	} finally {
		if (!done) await tellUnfinished(ctx);
	}
}

/**
 * Tells the worker that the execution stops at this node: the clips that earlier nodes collected come to nothing, and
 * the next run of the workflow gets them instead of paying for them again. A word that is not heard is only logged.
 */
async function tellUnfinished(ctx: IExecuteFunctions): Promise<void> {
	if (ctx.continueOnFail()) return;
	const body = originOf(ctx);
	const answer = await reachWorker(ctx, {
		method: 'POST',
		path: '/v1/executions/unfinished',
		body,
		evenWhenStopped: true,
	});
	if (!answer.ok) ctx.logger.warn(`Reelsmith could not be told that the execution stops: ${answer.problem.message}`);
}

/** The operation a node is set to, from its table; throws NodeOperationError for one that it does not have. */
export function chosenOperation<O extends { option: { value: string } }>(
	ctx: IExecuteFunctions,
	operations: readonly O[],
): O {
	const value = ctx.getNodeParameter('operation', 0) as string;
	const found = operations.find(({ option }) => option.value === value);
	if (found) return found;
	throw new NodeOperationError(ctx.getNode(), `The operation "${value}" does not exist`);
}
