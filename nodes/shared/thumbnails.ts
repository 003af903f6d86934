import type { IBinaryKeyData, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Asset, AssetView } from '../../worker/contract/asset.ts';
import { reachWorker } from './transport';

type Caller = IExecuteFunctions | IWebhookFunctions;

/** A picture without a thumbnail of its own is attached as it is, up to this size. */
const LARGEST_PICTURE = 2_000_000;

/** The small JPEG of an asset as the item's binary field `thumbnail`; nothing where there is none. A missing picture stops nobody. */
export async function thumbnailOf(ctx: Caller, asset: Asset): Promise<IBinaryKeyData | undefined> {
	const name = asset.name.replace(/\.[^.]*$/, '');
	if (asset.thumbnail) return await attached(ctx, asset, 'thumbnail', `${name}.jpg`, 'image/jpeg');
	if (!asset.mimeType.startsWith('image/') || asset.bytes > LARGEST_PICTURE) return undefined;
	return await attached(ctx, asset, 'content', asset.name, asset.mimeType);
}

/** The same of a picture that only its ID is known of; nothing for none. */
export async function pictureOf(ctx: Caller, id: string | null): Promise<IBinaryKeyData | undefined> {
	if (!id) return undefined;
	const answer = await reachWorker<AssetView>(ctx, { method: 'GET', path: `/v1/assets/${encodeURIComponent(id)}` });
	if (answer.ok) return await thumbnailOf(ctx, answer.body);
	ctx.logger.warn(`Reelsmith could not get the picture ${id}: ${answer.problem.message}`);
	return undefined;
}

async function attached(
	ctx: Caller,
	asset: Asset,
	part: 'thumbnail' | 'content',
	name: string,
	mimeType: string,
): Promise<IBinaryKeyData | undefined> {
	const path = `/v1/assets/${asset.id}/${part}`;
	const answer = await reachWorker<never>(ctx, { method: 'GET', path, encoding: 'arraybuffer' });
	if (answer.ok) return { thumbnail: await ctx.helpers.prepareBinaryData(answer.body, name, mimeType) };
	ctx.logger.warn(`Reelsmith could not get the ${part} of ${asset.id}: ${answer.problem.message}`);
	return undefined;
}
