import type { IBinaryData, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import type { AssetView } from '../../../worker/contract/asset.ts';
import type { Direct } from '../../shared/direct';
import { assetFacts } from '../../shared/output';
import { readText } from '../../shared/read';
import { thumbnailOf } from '../../shared/thumbnails';
import { askWorker } from '../../shared/transport';

/** A large file over a slow line. */
const TRANSFER_TIMEOUT_MS = 3_600_000;
const PIECE_BYTES = 1024 * 1024;

/** Import from a binary field: the file is streamed from n8n's disk to the worker, a piece at a time. */
export const uploadBinary: Direct = async (ctx, item) => {
	const field = ctx.getNodeParameter('binaryField', item) as string;
	const binary = ctx.helpers.assertBinaryData(item, field);
	const name = readText(ctx, 'fileName', item) ?? binary.fileName ?? `${field}.${binary.fileExtension ?? 'bin'}`;
	const { body, bytes } = await open(ctx, item, field, binary);
	const asset = await askWorker<AssetView | string>(ctx, {
		method: 'POST',
		path: '/v1/assets',
		qs: { name },
		body,
		headers: { 'content-type': binary.mimeType, 'content-length': String(bytes) },
		timeoutMs: TRANSFER_TIMEOUT_MS,
		item,
	});
	const view = typeof asset === 'string' ? (JSON.parse(asset) as AssetView) : asset;
	const thumbnail = ctx.getNodeParameter('attachThumbnail', item, true) ? await thumbnailOf(ctx, view) : undefined;
	return [
		{ json: { ...assetFacts(view), previewUrl: view.previewUrl }, ...(thumbnail ? { binary: thumbnail } : {}) },
	];
};

/** n8n keeps files on its disk or in its database under an id; where it keeps them in memory there is no id, only the bytes. */
async function open(
	ctx: IExecuteFunctions,
	item: number,
	field: string,
	binary: IBinaryData,
): Promise<{ body: IHttpRequestOptions['body']; bytes: number }> {
	if (binary.id) {
		const { fileSize } = await ctx.helpers.getBinaryMetadata(binary.id);
		return { body: (await ctx.helpers.getBinaryStream(binary.id, PIECE_BYTES)) as never, bytes: fileSize };
	}
	const buffer = await ctx.helpers.getBinaryDataBuffer(item, field);
	return { body: buffer, bytes: buffer.length };
}
