import { join } from 'node:path';
import type { EditInput } from '../../contract/edit.ts';
import type { ClipFile } from '../../media/index.ts';
import { keepFile } from '../keep.ts';
import type { JobKind, Tools } from '../kind.ts';
import { fileName } from '../stitch/stitch.ts';

/** What an edit adds to the name of the file it was made from. */
const SUFFIXES: Record<EditInput['operation'], string> = {
	trim: 'trimmed',
	aspect: 'reshaped',
	resize: 'resized',
	speed: 'retimed',
	music: 'with music',
	loudness: 'levelled',
	captions: 'captioned',
	logo: 'with logo',
	titleCard: '',
	audio: 'sound',
	thumbnail: 'thumbnail',
	contactSheet: 'contact sheet',
};

/** One edit of one file into another; the source stays as it is. */
export const edit: JobKind<'edit'> = {
	queue: 'media',
	check: () => ({ request: null, estimateUsd: 0, basis: 'made on this worker' }),
	missing: () => null,
	async run(input, { signal, step, progress, scratch }, { media, assets }) {
		const result = await step('edit', async () => {
			const folder = await scratch();
			const out = join(folder, 'edited');
			const source = 'asset' in input ? await fileOf(input.asset, assets) : null;
			const { extension, mimeType, report, notes } = await media.edit(
				{ input, source, files: await filesOf(input, assets), out },
				{ signal, progress: (done, activity) => progress(done * 0.97, activity) },
			);
			progress(0.98, 'Looking at the result');
			const name = fileName(nameOf(input, source), extension);
			const asset = await keepFile({ path: out, name, mimeType, folder }, { assets, media }, signal);
			return { operation: input.operation, asset, report, notes };
		});
		return { result, costUsd: 0 };
	},
};

async function fileOf(id: string, assets: Tools['assets']): Promise<ClipFile> {
	const { name } = await assets.get(id);
	return { id, path: assets.path(id), name };
}

async function filesOf(input: EditInput, assets: Tools['assets']): Promise<Record<string, ClipFile>> {
	const id = input.operation === 'music' ? input.music.asset : input.operation === 'logo' ? input.logo.asset : null;
	return id === null ? {} : { [id]: await fileOf(id, assets) };
}

/** The name that was given, without its extension; else the source's with what was done. */
function nameOf(input: EditInput, source: ClipFile | null): string {
	const stem = (name: string) => name.replace(/\.[A-Za-z0-9]{1,5}$/, '');
	if (input.name !== undefined) return stem(input.name);
	return input.operation === 'titleCard' ? input.card.title : `${stem(source!.name)} ${SUFFIXES[input.operation]}`;
}
