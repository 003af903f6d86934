import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Asset, AssetId, type MediaFacts } from '../contract/asset.ts';
import { Fault } from '../base/errors.ts';
import { newId } from '../base/hash.ts';

export type Assets = Awaited<ReturnType<typeof openAssets>>;

type Facts = { name: string; mimeType: string; media: MediaFacts | null; thumbnail: string | null };

/**
 * The folder driver of the asset store: files by the SHA-256 of their content, so the same bytes lie there
 * once. A file is written under a temporary name on the same disk, flushed, and renamed: nobody ever sees
 * half of one, whatever dies. Its facts lie beside it as JSON.
 */
export async function openAssets(folder: string) {
	const temporary = join(folder, 'tmp');
	await rm(temporary, { recursive: true, force: true });
	await mkdir(temporary, { recursive: true });

	const path = (id: string) => {
		const checked = AssetId.safeParse(id);
		if (!checked.success) throw new Fault('not_found', `${id.slice(0, 80)} is not the id of an asset`);
		return join(folder, id.slice(0, 2), id.slice(2));
	};

	/** The asset of that id; throws `not_found`. */
	async function get(id: string): Promise<Asset> {
		const text = await readFile(`${path(id)}.json`, 'utf8').catch(() => null);
		if (text === null)
			throw new Fault('not_found', `there is no asset ${id}`, {
				hint: 'It was never stored on this worker, or was cleared away.',
			});
		return Asset.parse(JSON.parse(text));
	}

	/** A private folder for a job's temporary files, on the same disk as the assets; remove it when done. */
	async function scratch(): Promise<{ path: string; remove: () => Promise<void> }> {
		const path = join(temporary, newId('job'));
		await mkdir(path);
		return { path, remove: () => rm(path, { recursive: true, force: true }) };
	}

	/** Moves a finished file into the store and notes its facts; the same bytes are kept once. */
	async function keep(file: string, facts: Facts): Promise<Asset> {
		const { id, bytes } = await digest(file);
		const target = path(id);
		const asset: Asset = { id, ...facts, bytes, createdAt: new Date().toISOString() };
		await mkdir(join(folder, id.slice(0, 2)), { recursive: true });
		if (await stat(target).catch(() => null)) await rm(file, { force: true });
		else {
			await flush(file);
			await rename(file, target);
		}
		await writeWhole(`${target}.json`, JSON.stringify(asset));
		await flush(join(folder, id.slice(0, 2)));
		return asset;
	}

	/** Streams bytes into a file of the scratch folder; throws `invalid_input` past `maxBytes`. Returns how many came. */
	async function receive(
		source: Readable,
		to: string,
		options: { maxBytes: number; signal: AbortSignal },
	): Promise<number> {
		let bytes = 0;
		const limit = new Transform({
			transform(piece: Buffer, _encoding, done) {
				bytes += piece.length;
				if (bytes > options.maxBytes)
					return done(
						new Fault('invalid_input', `the file is larger than ${options.maxBytes} bytes`, {
							hint: 'Use a smaller file.',
						}),
					);
				done(null, piece);
			},
		});
		await pipeline(source, limit, createWriteStream(to), { signal: options.signal });
		return bytes;
	}

	/** The bytes of an asset, all or from `start` to `end` inclusive. */
	const read = (id: string, range?: { start: number; end: number }): Readable => createReadStream(path(id), range);

	async function writeWhole(target: string, text: string): Promise<void> {
		const half = join(temporary, newId('meta'));
		await writeFile(half, text, { flush: true });
		await rename(half, target);
	}

	return { get, path, scratch, keep, receive, read };
}

/** SHA-256 and length of a file, in constant memory. */
async function digest(file: string): Promise<{ id: string; bytes: number }> {
	const hash = createHash('sha256');
	let bytes = 0;
	for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) {
		hash.update(piece as Buffer);
		bytes += (piece as Buffer).length;
	}
	return { id: hash.digest('hex'), bytes };
}

/** Forces a file or a folder's entries to the disk, so that a rename survives a power cut. */
async function flush(path: string): Promise<void> {
	const handle = await open(path, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
