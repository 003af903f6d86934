import type { IDataObject, IExecuteFunctions, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import type { Asset, AssetView } from '../../worker/contract/asset.ts';
import type { JobView } from '../../worker/contract/job.ts';
import { jobFault, wayOut } from './problems';
import { faultItem, pairOf, type Fault, type Slot, type Work } from './slots';
import { thumbnailOf } from './thumbnails';
import { reachWorker } from './transport';

/** How many results are looked up at the same time. */
const AT_ONCE = 8;

/** The items of a node: for each slot, in order, what its job gave, or why it gave nothing. */
export async function resultItems(
	ctx: IExecuteFunctions | IWebhookFunctions,
	work: Work,
	jobs: JobView[],
): Promise<INodeExecutionData[]> {
	const found: INodeExecutionData[][] = [];
	for (let start = 0; start < work.slots.length; start += AT_ONCE) {
		const some = work.slots.slice(start, start + AT_ONCE);
		found.push(...(await Promise.all(some.map(async (slot) => await slotItems(ctx, work, slot, jobs)))));
	}
	return found.flat();
}

/** Whether nothing is missing: every item could be worked on, and every job has its result. */
export function isWhole({ slots }: Work, jobs: JobView[]): boolean {
	return slots.every(({ fault }) => !fault) && jobs.every(({ status }) => status === 'succeeded');
}

async function slotItems(
	ctx: IExecuteFunctions | IWebhookFunctions,
	{ operation, thumbnails }: Work,
	slot: Slot,
	jobs: JobView[],
): Promise<INodeExecutionData[]> {
	if (slot.fault) return [faultItem(slot, slot.fault)];
	const job = jobs.find(({ index }) => index === slot.job);
	if (!job) return [faultItem(slot, { message: 'The worker gave no answer for this item', details: {} })];
	if (job.status !== 'succeeded') return [faultItem(slot, jobProblem(job))];
	const asset = (job.result as { asset?: Asset } | null)?.asset;
	const preview = asset && operation.pictured ? await previewOf(ctx, asset) : {};
	const binary = asset && thumbnails ? await thumbnailOf(ctx, asset) : undefined;
	return operation.give(job, slot.keep, slot.form).map((json) => ({
		json: { ...json, ...preview },
		...(binary ? { binary } : {}),
		pairedItem: pairOf(slot),
	}));
}

/** A stored file as items carry it: by reference, with what can be known about it. */
export function assetFacts(asset: Asset): IDataObject {
	const video = asset.media?.video;
	return {
		asset: asset.id,
		fileName: asset.name,
		mimeType: asset.mimeType,
		bytes: asset.bytes,
		media: {
			seconds: asset.media?.seconds ?? null,
			width: video?.width ?? null,
			height: video?.height ?? null,
			fps: video?.fps ?? null,
			videoCodec: video?.codec ?? null,
			audioCodec: asset.media?.audio?.codec ?? null,
		},
	};
}

/** Why a job has no result, with all that helps to find it again: also what was paid. */
function jobProblem(job: JobView): Fault {
	const { problem } = job;
	return {
		message: jobFault(job),
		details: {
			job: job.id,
			batch: job.batch,
			status: job.status,
			code: problem?.code ?? job.status,
			hint: wayOut(problem),
			reasons: problem?.reasons ?? [],
			costUsd: job.costUsd,
		},
	};
}

/** An address that plays the file in a browser until it expires; nothing where the worker cannot say. */
async function previewOf(ctx: IExecuteFunctions | IWebhookFunctions, asset: Asset): Promise<IDataObject> {
	const answer = await reachWorker<AssetView>(ctx, { method: 'GET', path: `/v1/assets/${asset.id}` });
	if (!answer.ok)
		ctx.logger.warn(`Reelsmith could not get the preview address of ${asset.id}: ${answer.problem.message}`);
	return answer.ok ? { previewUrl: answer.body.previewUrl } : {};
}
