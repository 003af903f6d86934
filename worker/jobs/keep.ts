import { join } from 'node:path';
import type { Asset } from '../contract/asset.ts';
import type { Tools } from './kind.ts';

/** Types whose pictures, sound and length are looked at; other files are kept as they are. */
const MEDIA = /^(video|audio|image)\//;

/**
 * Takes a finished file into the store: probed (a broken clip is refused here and not in the film), with a
 * thumbnail where there is a picture. The file is moved, not copied.
 */
export async function keepFile(
	file: { path: string; name: string; mimeType: string; folder: string },
	{ assets, media }: Pick<Tools, 'assets' | 'media'>,
	signal: AbortSignal,
): Promise<Asset> {
	const { path, name, mimeType, folder } = file;
	if (!MEDIA.test(mimeType)) return assets.keep(path, { name, mimeType, media: null, thumbnail: null });
	const probe = await media.probe(path, { name, signal });
	const facts = media.facts(probe);
	const thumbnail = facts.video ? await picture() : null;
	return assets.keep(path, { name, mimeType, media: facts, thumbnail });

	async function picture(): Promise<string> {
		const out = join(folder, 'thumbnail.jpg');
		await media.thumbnail(path, probe, out, { signal });
		const kept = await assets.keep(out, {
			name: `${name}.jpg`,
			mimeType: 'image/jpeg',
			media: null,
			thumbnail: null,
		});
		return kept.id;
	}
}
