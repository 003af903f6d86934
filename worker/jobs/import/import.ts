import { join } from 'node:path';
import { GIBIBYTE, MEBIBYTE } from '../../base/bytes.ts';
import type { JobKind } from '../kind.ts';
import { keepFile } from '../keep.ts';

/** The largest file that is taken in: longer than any film a browser plays well. */
const LARGEST = 50 * GIBIBYTE;

/** A file from Drive or from an address into the store. */
export const importFile: JobKind<'import'> = {
	queue: 'transfer',
	check: () => ({ request: null, estimateUsd: 0, basis: 'a transfer' }),
	missing: ({ source }, grant, { google }) => (source.from === 'drive' ? google.missing('drive', grant) : null),
	async run({ source, name }, { grant, signal, step, progress, scratch }, tools) {
		const asset = await step('fetch', async () => {
			progress(0.05, 'Downloading');
			const folder = await scratch();
			const path = join(folder, 'file');
			const found =
				source.from === 'drive' ? await fromDrive(source.file, path) : await fromUrl(source.url, path);
			progress(0.9, 'Looking at the file');
			return keepFile({ path, name: name ?? found.name, mimeType: found.mimeType, folder }, tools, signal);
		});
		return { result: { asset }, costUsd: 0 };

		async function fromDrive(file: string, path: string) {
			return tools.google.drive.download(file, grant, path, signal, (bytes) =>
				progress(0.3, `Downloading from Drive: ${Math.round(bytes / MEBIBYTE)} MB`),
			);
		}

		async function fromUrl(url: string, path: string) {
			const found = await tools.sources.open(url, signal);
			await tools.assets.receive(found.body, path, { maxBytes: LARGEST, signal });
			return found;
		}
	},
};
