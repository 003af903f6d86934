import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { JobKind } from '../kind.ts';

/**
 * An asset to a Drive folder. The file's id is made first and remembered, so a repeat after a crash finds its own
 * file instead of making a second one; the upload goes on where it broke off.
 */
export const exportFile: JobKind<'export'> = {
	queue: 'transfer',
	check: () => ({ request: null, estimateUsd: 0, basis: 'a transfer' }),
	missing: (_input, grant, { google }) => google.missing('drive', grant),
	async run({ asset, destination }, { grant, signal, step, recall, remember, progress }, { google, assets }) {
		const { name, mimeType, bytes } = await assets.get(asset);
		progress(0.02, 'Preparing the upload');
		const id = await step('id', () => google.drive.newFileId(grant, signal));
		const md5 = await step('md5', () => md5Of(assets.path(asset), signal));
		const file = await step('upload', () =>
			google.drive.upload(
				{
					id,
					path: assets.path(asset),
					name: destination.name ?? name,
					mimeType,
					bytes,
					md5,
					folder: destination.folder,
					session: recall<string>('session'),
					saveSession: (uri) => remember('session', uri),
				},
				grant,
				signal,
				(done) => progress(0.05 + (0.93 * done) / Math.max(bytes, 1), 'Uploading to Drive'),
			),
		);
		return { result: { file }, costUsd: 0 };
	},
};

async function md5Of(path: string, signal: AbortSignal): Promise<string> {
	const hash = createHash('md5');
	for await (const piece of createReadStream(path, { highWaterMark: 1 << 20, signal })) hash.update(piece as Buffer);
	return hash.digest('hex');
}
