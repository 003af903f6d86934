import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { DriveChanges, DriveChangesRequest, DriveFile } from '../../worker/contract/drive.ts';
import { askWorker } from '../shared/transport';
import { mediaTypesOf } from './types';

/** How many files a test run in the editor shows. */
const SAMPLE_FILES = 1;
/** n8n drops a poll that takes longer than 45 s (N8N_SCHEDULER_POLL_TIMEOUT). */
const LOOK_TIMEOUT_MS = 40_000;

/**
 * One look at the watched folder: the files that are new since the cursor, which is kept in the node's static data and
 * moves only when the worker has answered. A run in the editor shows the newest file instead and leaves the cursor
 * alone. Another folder or other file types begin a new watch.
 */
export async function lookForFiles(ctx: IPollFunctions): Promise<DriveFile[]> {
	const watch = readFields(ctx);
	return ctx.getMode() === 'manual' ? await showSample(ctx, watch) : await lookOn(ctx, watch);
}

async function lookOn(ctx: IPollFunctions, watch: DriveChangesRequest): Promise<DriveFile[]> {
	const memory = ctx.getWorkflowStaticData('node') as { watch?: string; cursor?: string };
	const name = JSON.stringify([watch.folder, watch.subfolders, watch.event, watch.types]);
	const cursor = memory.watch === name ? memory.cursor : undefined;
	const changes = await changesOf(ctx, { ...watch, ...(cursor ? { cursor } : {}) });
	memory.watch = name;
	if (changes.cursor) memory.cursor = changes.cursor;
	return changes.files;
}

async function showSample(ctx: IPollFunctions, watch: DriveChangesRequest): Promise<DriveFile[]> {
	const { files } = await changesOf(ctx, { ...watch, sample: SAMPLE_FILES });
	if (files.length > 0) return files;
	throw new NodeOperationError(ctx.getNode(), 'There is no file of this kind in the folder yet', {
		description: 'A test run shows the newest file. Put one into the folder, or choose other File Types.',
	});
}

async function changesOf(ctx: IPollFunctions, body: DriveChangesRequest): Promise<DriveChanges> {
	return await askWorker<DriveChanges>(ctx, {
		method: 'POST',
		path: '/v1/drive/changes',
		body,
		timeoutMs: LOOK_TIMEOUT_MS,
	});
}

function readFields(ctx: IPollFunctions): DriveChangesRequest {
	const folder = ctx.getNodeParameter('folder', '', { extractValue: true }) as string;
	if (!folder)
		throw new NodeOperationError(ctx.getNode(), 'Folder is empty', {
			description: 'Choose the Drive folder to watch.',
		});
	return {
		folder,
		subfolders: ctx.getNodeParameter('subfolders') as boolean,
		event: ctx.getNodeParameter('event') as DriveChangesRequest['event'],
		types: mediaTypesOf(ctx.getNodeParameter('types') as string[]),
		restSeconds: ctx.getNodeParameter('restSeconds') as number,
		existing: Boolean((ctx.getNodeParameter('options', {}) as IDataObject).existing),
	};
}
