import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import type { House } from '../house.ts';
import { DOCUMENT, FOLDER, type Item } from './tree.ts';

/** What an item gets from its bytes. */
export type Content = Pick<Item, 'blob' | 'size' | 'md5' | 'sha256' | 'revision'>;

const NOTHING: Content = { blob: null, size: 0, md5: null, sha256: null, revision: null };

/** Takes bytes into the Drive. */
export async function storeBytes(house: House, bytes: Buffer): Promise<Content> {
	const blob = randomUUID();
	await writeFile(house.state.path('blobs', blob), bytes);
	return describe(house, blob);
}

/** Takes an uploaded file into the Drive; it is moved, not copied. */
export async function storeFile(house: House, path: string): Promise<Content> {
	const blob = randomUUID();
	await rename(path, house.state.path('blobs', blob));
	return describe(house, blob);
}

async function describe(house: House, blob: string): Promise<Content> {
	const path = house.state.path('blobs', blob);
	const md5 = createHash('md5');
	const sha256 = createHash('sha256');
	for await (const part of createReadStream(path)) {
		md5.update(part as Buffer);
		sha256.update(part as Buffer);
	}
	const revision = `0B${randomUUID().replaceAll('-', '')}`;
	return { blob, size: (await stat(path)).size, md5: md5.digest('hex'), sha256: sha256.digest('hex'), revision };
}

/** What a new item has by its type alone: folders and documents have no checksum, an empty file has that of nothing. */
export async function emptyContent(house: House, mimeType: string): Promise<Content> {
	if (mimeType === FOLDER || mimeType.startsWith('application/vnd.google-apps.')) return NOTHING;
	return storeBytes(house, Buffer.alloc(0));
}

/** Google's own documents show no checksum and no revision of bytes. */
export function asNative(content: Content): Content {
	return { ...content, md5: null, sha256: null, revision: null };
}

/** A document's or text file's words; empty for everything else. */
export async function readText(house: House, item: Item): Promise<string> {
	if (!item.blob || !(item.mimeType === DOCUMENT || item.mimeType.startsWith('text/'))) return '';
	return readFile(house.state.path('blobs', item.blob), 'utf8');
}
