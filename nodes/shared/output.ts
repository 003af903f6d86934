import type {
	IBinaryKeyData,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IWebhookFunctions,
} from 'n8n-workflow';
import type { Asset, AssetView } from '../../worker/contract/asset.ts';
import type { JobView } from '../../worker/contract/job.ts';
import type { StitchReport } from '../../worker/contract/timeline.ts';
import type { AnyOperation } from './operation';
import { jobFault, wayOut } from './problems';
import { faultItem, pairOf, type Fault, type Slot, type Work } from './slots';
import { pictureOf, thumbnailOf } from './thumbnails';
import { reachWorker } from './transport';

/** How many results are looked up at the same time. */
const AT_ONCE = 8;

/** The items of a node: for each slot, in order, what its job gave, or why it gave nothing. */
export async function resultItems(
	ctx: IExecuteFunctions | IWebhookFunctions,
	work: Work,
	jobs: JobView[],
): Promise<INodeExecutionData[]> {
	return (await inTurns(work.slots, async (slot) => await slotItems(ctx, work, slot, jobs))).flat();
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
	const given = operation.give(job, slot.keep, slot.form);
	const binaries = thumbnails ? await picturesOf(ctx, operation, slot, job, given.length) : [];
	return given.map((json, index) => ({
		json: { ...json, ...preview },
		...(binaries[index] ? { binary: binaries[index] } : {}),
		pairedItem: pairOf(slot),
	}));
}

/** The picture of each of a job's items: those the operation names, or the thumbnail of the file that was made. */
async function picturesOf(
	ctx: IExecuteFunctions | IWebhookFunctions,
	{ pictures }: AnyOperation,
	slot: Slot,
	job: JobView,
	count: number,
): Promise<Array<IBinaryKeyData | undefined>> {
	if (pictures) return await inTurns(pictures(job, slot.form), async (id) => await pictureOf(ctx, id));
	const asset = (job.result as { asset?: Asset } | null)?.asset;
	const binary = asset ? await thumbnailOf(ctx, asset) : undefined;
	return Array.from({ length: count }, () => binary);
}

/** Does something for each, a few at a time, and keeps their order. */
async function inTurns<T, R>(all: T[], work: (one: T) => Promise<R>): Promise<R[]> {
	const done: R[] = [];
	for (let start = 0; start < all.length; start += AT_ONCE)
		done.push(...(await Promise.all(all.slice(start, start + AT_ONCE).map(work))));
	return done;
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

/** What became of a film's pieces and its sound, as items carry it. Its size and rate stand with the asset. */
export function filmFacts(report: StitchReport): IDataObject {
	const { frames, seconds, copiedSeconds, encodedSeconds, cacheHits, pieces, cpuSeconds } = report;
	const { loudness, lost, notes, segments } = report;
	return {
		...{ frames, seconds, copiedSeconds, encodedSeconds, cacheHits, pieces, cpuSeconds },
		...{
			loudness: loudness && { ...loudness },
			lost,
			notes,
			segments: segments.map((segment) => ({ ...segment })),
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
