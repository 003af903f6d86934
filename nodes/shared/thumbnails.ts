import type { IBinaryKeyData, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Asset } from '../../worker/contract/asset.ts';
import { reachWorker } from './transport';

/** The small JPEG of an asset as the item's binary field `thumbnail`; nothing where there is none. A missing picture stops nobody. */
export async function thumbnailOf(
	ctx: IExecuteFunctions | IWebhookFunctions,
	asset: Asset,
): Promise<IBinaryKeyData | undefined> {
	if (!asset.thumbnail) return undefined;
	const path = `/v1/assets/${asset.id}/thumbnail`;
	const answer = await reachWorker<never>(ctx, { method: 'GET', path, encoding: 'arraybuffer' });
	if (!answer.ok) {
		ctx.logger.warn(`Reelsmith could not get the thumbnail of ${asset.id}: ${answer.problem.message}`);
		return undefined;
	}
	const name = `${asset.name.replace(/\.[^.]*$/, '')}.jpg`;
	return { thumbnail: await ctx.helpers.prepareBinaryData(answer.body, name, 'image/jpeg') };
}
