import { join } from 'node:path';
import { Fault } from '../../base/errors.ts';
import type { Input } from '../../contract/job.ts';
import { keepFile } from '../keep.ts';
import type { Context, JobKind, Tools } from '../kind.ts';
import { clipFiles, otherFiles } from './files.ts';
import { landedClips } from './landed.ts';

/**
 * A timeline in, one film out, with the report of what was copied and what was encoded. Costs nothing but time. Where
 * clips are still being made, their film's pieces are made meanwhile, and waiting holds no slot.
 */
export const stitch: JobKind<'stitch'> = {
	queue: 'media',
	check: () => ({ request: null, estimateUsd: 0, basis: 'made on this worker' }),
	missing: () => null,
	async run(input, context, tools) {
		const { timeline, notes } = await landedClips(input, context, tools);
		const result = await context.step('stitch', () => make({ ...input, timeline }, notes, context, tools));
		return { result, costUsd: 0 };
	},
};

async function make(
	{ timeline, title, tags, cover }: Input<'stitch'>,
	notes: string[],
	{ signal, progress, scratch }: Context,
	{ media, assets }: Tools,
) {
	const folder = await scratch();
	const out = join(folder, 'film.mp4');
	const report = await media.stitch(
		{
			clips: await clipFiles(timeline, assets),
			files: await otherFiles(timeline, assets),
			timeline,
			title,
			tags,
			cover: cover === 'none' || cover === 'film' ? cover : await coverFile(cover, assets),
			out,
		},
		{ signal, progress: (done, activity) => progress(done * 0.97, activity) },
	);
	progress(0.98, 'Looking at the film');
	const file = { path: out, name: fileName(title, 'mp4'), mimeType: 'video/mp4', folder };
	return {
		asset: await keepFile(file, { assets, media }, signal),
		report: { ...report, notes: [...notes, ...report.notes] },
	};
}

async function coverFile(id: string, assets: Tools['assets']) {
	const { name, mimeType } = await assets.get(id);
	if (mimeType.startsWith('image/')) return { id, path: assets.path(id), name };
	throw new Fault('invalid_input', `the cover "${name}" is no picture`, {
		hint: 'Give a PNG, JPEG or WebP picture.',
		refusals: [{ field: 'cover', message: `is ${mimeType}, expected a picture` }],
	});
}

/** A title as a file name that every system takes. */
export function fileName(title: string, extension: string): string {
	const plain = title
		.replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	return `${plain.replace(/^\.+|\.+$/g, '').slice(0, 150) || 'Film'}.${extension}`;
}
