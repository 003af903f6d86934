import type { AssetView } from '../../../worker/contract/asset.ts';
import type { Direct } from '../../shared/direct';
import { assetFacts } from '../../shared/output';
import { askWorker } from '../../shared/transport';
import { needAsset } from './exportFile';

/** A large file over a slow line. */
const TRANSFER_TIMEOUT_MS = 3_600_000;

/** Export to a binary field: the file is streamed from the worker to n8n's disk, a piece at a time. */
export const downloadBinary: Direct = async (ctx, item) => {
	const field = ctx.getNodeParameter('binaryField', item) as string;
	const path = `/v1/assets/${encodeURIComponent(needAsset(ctx, item))}`;
	const asset = await askWorker<AssetView>(ctx, { method: 'GET', path, item });
	const content = await askWorker<never>(ctx, {
		method: 'GET',
		path: `${path}/content`,
		encoding: 'stream',
		timeoutMs: TRANSFER_TIMEOUT_MS,
		item,
	});
	const binary = { [field]: await ctx.helpers.prepareBinaryData(content, asset.name, asset.mimeType) };
	return [{ json: assetFacts(asset), binary }];
};
