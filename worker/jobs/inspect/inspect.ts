import { basename } from 'node:path';
import type { InspectResult } from '../../contract/inspect.ts';
import type { ClipFile } from '../../media/index.ts';
import type { JobKind, Tools } from '../kind.ts';

/** One look at one file: what it is, or what is in it. Pictures of what was found become assets. */
export const inspect: JobKind<'inspect'> = {
	queue: 'media',
	check: () => ({ request: null, estimateUsd: 0, basis: 'made on this worker' }),
	missing: () => null,
	async run(input, { signal, step, progress, scratch }, { media, assets }) {
		const result = await step('inspect', async () => {
			const logo = input.operation === 'watermark' ? input.logo : undefined;
			const found = await media.inspect(
				{
					input,
					source: await fileOf(input.asset, assets),
					logo: logo === undefined ? null : await fileOf(logo, assets),
					folder: await scratch(),
				},
				{ signal, progress: (done, activity) => progress(done * 0.97, activity) },
			);
			progress(0.98, 'Keeping the pictures');
			return withAssets(found, assets);
		});
		return { result, costUsd: 0 };
	},
};

async function fileOf(id: string, assets: Tools['assets']): Promise<ClipFile> {
	const { name } = await assets.get(id);
	return { id, path: assets.path(id), name };
}

/** What was found, with its pictures in the store. */
async function withAssets(found: InspectResult, assets: Tools['assets']): Promise<InspectResult> {
	const keep = async (path: string | null) => {
		if (path === null) return null;
		const png = path.endsWith('.png');
		const facts = {
			name: basename(path),
			mimeType: png ? 'image/png' : 'image/jpeg',
			media: null,
			thumbnail: null,
		};
		return (await assets.keep(path, facts)).id;
	};
	if (found.operation === 'watermark') return { ...found, picture: await keep(found.picture) };
	if (found.operation !== 'scenes') return found;
	const scenes = [];
	for (const scene of found.scenes) scenes.push({ ...scene, picture: await keep(scene.picture) });
	return { ...found, scenes };
}
