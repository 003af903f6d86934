import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { House } from '../house.ts';

/** A file of the Gemini Files API. */
export type StoredFile = {
	id: string;
	displayName: string | null;
	mimeType: string;
	size: number;
	/** Base64 of the hexadecimal digest, as the API has it. */
	sha256: string;
	path: string;
	source: 'UPLOADED' | 'GENERATED';
	createdAt: number;
	/** PROCESSING until then. */
	activeAt: number;
	expiresAt: number;
	/** The message of a file that ends FAILED. */
	failure: string | null;
};

/** Google keeps a file 48 hours. */
const KEPT_MS = 48 * 3_600_000;
const HOST = 'https://generativelanguage.googleapis.com';

export const filesOf = (house: House) => house.state.table<StoredFile>('files');

/** The address under which the real API hands out a generated file; clients put their own base URL in its place. */
export const downloadUri = (id: string) => `${HOST}/v1beta/files/${id}:download?alt=media`;

/** Twelve letters and digits, as the API's own file ids. */
export function newFileId(seed: string): string {
	const digest = createHash('sha256').update(seed).digest();
	return [...digest.subarray(0, 12)].map((byte) => (byte % 36).toString(36)).join('');
}

/** Records a file that lies on disk. `processingMs` is how long it stays in PROCESSING. */
export async function recordFile(
	house: House,
	given: Pick<StoredFile, 'id' | 'displayName' | 'mimeType' | 'path' | 'source' | 'failure'> & {
		processingMs: number;
	},
): Promise<StoredFile> {
	const { processingMs, ...rest } = given;
	const size = (await stat(given.path)).size;
	const digest = await sha256(given.path);
	const now = Date.now();
	return filesOf(house).set(given.id, {
		...rest,
		size,
		sha256: digest,
		createdAt: now,
		activeAt: now + processingMs,
		expiresAt: now + KEPT_MS,
	});
}

/** The file of a finished video operation; asked twice, it is the same file. */
export async function createGeneratedFile(house: House, operation: string, path: string): Promise<StoredFile> {
	const id = newFileId(operation);
	const known = filesOf(house).get(id);
	if (known) return known;
	return recordFile(house, {
		id,
		displayName: null,
		mimeType: 'video/mp4',
		path,
		source: 'GENERATED',
		failure: null,
		processingMs: 0,
	});
}

async function sha256(path: string): Promise<string> {
	const hash = createHash('sha256');
	for await (const part of createReadStream(path)) hash.update(part as Buffer);
	return Buffer.from(hash.digest('hex')).toString('base64');
}

/** A file as the API shows it. Its state is a matter of the clock. */
export function showFile(file: StoredFile) {
	const iso = (ms: number) => new Date(ms).toISOString();
	const state = Date.now() < file.activeAt ? 'PROCESSING' : file.failure ? 'FAILED' : 'ACTIVE';
	return {
		name: `files/${file.id}`,
		...(file.displayName ? { displayName: file.displayName } : {}),
		mimeType: file.mimeType,
		sizeBytes: String(file.size),
		createTime: iso(file.createdAt),
		updateTime: iso(file.activeAt),
		expirationTime: iso(file.expiresAt),
		sha256Hash: file.sha256,
		uri: `${HOST}/v1beta/files/${file.id}`,
		...(file.source === 'GENERATED' ? { downloadUri: downloadUri(file.id) } : {}),
		state,
		source: file.source,
		...(state === 'FAILED' ? { error: { code: 3, message: file.failure } } : {}),
	};
}
