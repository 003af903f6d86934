import type { IDataObject } from 'n8n-workflow';
import type { Asset } from '../../../worker/contract/asset.ts';
import type { JobView } from '../../../worker/contract/job.ts';
import { assetFacts } from '../../shared/output';

/** Whether a job comes out as the worker gives it, or as what people mostly look for. */
export const simplifyField = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean' as const,
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** A job as an item: with the asset it made, so that the next node can take it from there, or what an inspection found. */
export function jobItem(job: JobView, simplify: boolean): IDataObject {
	if (!simplify) return job as unknown as IDataObject;
	const asset = (job.result as { asset?: Asset } | null)?.asset;
	return {
		job: job.id,
		kind: job.kind,
		status: job.status,
		progress: job.progress,
		activity: job.activity,
		costUsd: job.costUsd,
		estimateUsd: job.estimateUsd,
		problem: job.problem ? { ...job.problem } : null,
		...(asset ? assetFacts(asset) : {}),
		...(job.kind === 'inspect' && job.result ? { found: job.result as IDataObject } : {}),
	};
}
