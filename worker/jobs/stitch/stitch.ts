import { join } from 'node:path';
import { Fault } from '../../base/errors.ts';
import type { JobKind } from '../kind.ts';
import { keepFile } from '../keep.ts';

/** A timeline in, one film out, with the report of what was copied and what was encoded. Costs nothing but time. */
export const stitch: JobKind<'stitch'> = {
	queue: 'media',
	check: () => ({ request: null, estimateUsd: 0, basis: 'made on this worker' }),
	missing: () => null,
	async run({ timeline, title }, { signal, step, progress, scratch }, { media, assets }) {
		const result = await step('stitch', async () => {
			const sources = [];
			for (const [index, { asset }] of timeline.clips.entries()) {
				const found = await assets.get(asset);
				if (!found.media?.video)
					throw new Fault('invalid_input', `clip ${index + 1} ("${found.name}") has no picture`, {
						hint: 'A film is stitched out of videos. Check what the step before hands on.',
						refusals: [
							{
								field: `timeline.clips.${index}.asset`,
								message: `is ${found.mimeType}, expected a video`,
							},
						],
					});
				sources.push({ id: asset, path: assets.path(asset), name: `clip ${index + 1} ("${found.name}")` });
			}
			const folder = await scratch();
			const out = join(folder, 'film.mp4');
			const report = await media.stitch(
				{ clips: sources, timeline, title, out },
				{ signal, progress: (done, activity) => progress(done * 0.97, activity) },
			);
			progress(0.98, 'Looking at the film');
			const name = fileName(title);
			return {
				asset: await keepFile({ path: out, name, mimeType: 'video/mp4', folder }, { assets, media }, signal),
				report,
			};
		});
		return { result, costUsd: 0 };
	},
};

/** A title as a file name that every system takes. */
export function fileName(title: string): string {
	const plain = title
		.replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	return `${plain.replace(/^\.+|\.+$/g, '').slice(0, 150) || 'Film'}.mp4`;
}
