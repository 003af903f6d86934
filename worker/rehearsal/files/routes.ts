import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { faultOf } from '../state/faults.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { readJson } from '../wire/body.ts';
import { crc32cOfFile } from './crc32c.ts';
import { filesOf, newFileId, recordFile, showFile, type StoredFile } from './table.ts';

type Upload = { id: string; fileId: string; displayName: string | null; mimeType: string; failure: string | null };

const HOST = 'https://generativelanguage.googleapis.com';
/** 8 MiB: what the real API asks its callers to send at a time. */
const GRANULARITY = String(8 * 1024 * 1024);
const V = String.raw`^\/(?:v1|v1beta)`;
const key = { form: 'rpc', auth: 'key' } as const;

/** The Files API: resumable upload, get, list, delete, and the download with its two hops. */
export const fileRoutes: Route[] = [
	{
		name: 'files.upload',
		method: 'POST',
		path: /^\/upload\/(?:v1|v1beta)\/files$/,
		...key,
		body: 'raw',
		handle: upload,
	},
	{
		name: 'files.download',
		method: 'GET',
		path: new RegExp(`${V}\\/files\\/(?<id>[^/:]+):download$`),
		...key,
		handle: firstHop,
	},
	{
		name: 'files.download.bytes',
		method: 'GET',
		path: /^\/download\/(?:v1|v1beta)\/files\/(?<id>[^/:]+):download$/,
		...key,
		handle: secondHop,
	},
	{ name: 'files.list', method: 'GET', path: new RegExp(`${V}\\/files$`), ...key, handle: list },
	{ name: 'files.get', method: 'GET', path: new RegExp(`${V}\\/files\\/(?<id>[^/:]+)$`), ...key, handle: get },
	{
		name: 'files.delete',
		method: 'DELETE',
		path: new RegExp(`${V}\\/files\\/(?<id>[^/:]+)$`),
		...key,
		handle: remove,
	},
];

const uploadsOf = (call: Call) => call.house.state.table<Upload>('fileUploads');

async function upload(call: Call): Promise<Answer> {
	const command = String(call.headers['x-goog-upload-command'] ?? '');
	if (command === 'start') return startUpload(call);
	const session = uploadsOf(call).get(call.query.get('upload_id') ?? '');
	if (!session) throw new WireError(404, 'Upload session not found.');
	const path = call.house.state.path('uploads', session.id);
	const size = (await stat(path)).size;
	if (command === 'query')
		return { headers: { 'X-Goog-Upload-Status': 'active', 'X-Goog-Upload-Size-Received': String(size) } };
	const offset = Number(call.headers['x-goog-upload-offset'] ?? 0);
	if (offset !== size) throw new WireError(400, `Upload offset ${offset} does not match the ${size} bytes received.`);
	await pipeline(call.request, createWriteStream(path, { flags: 'a' }));
	if (!command.includes('finalize')) return { headers: { 'X-Goog-Upload-Status': 'active' } };
	return finish(call, session, path);
}

async function startUpload(call: Call): Promise<Answer> {
	const body = (await readJson(call.request)) as
		{ file?: { name?: string; displayName?: string; mimeType?: string } } | undefined;
	const id = randomUUID();
	const fileId = body?.file?.name?.replace(/^files\//, '') ?? newFileId(id);
	if (filesOf(call.house).get(fileId)) throw new WireError(409, `File ${fileId} already exists.`);
	await writeFile(call.house.state.path('uploads', id), '');
	uploadsOf(call).set(id, {
		id,
		fileId,
		displayName: body?.file?.displayName ?? null,
		mimeType:
			body?.file?.mimeType ??
			String(call.headers['x-goog-upload-header-content-type'] ?? 'application/octet-stream'),
		failure: faultOf(call.faults, 'fileFails')
			? (faultOf(call.faults, 'fileFails')?.message ?? 'The file could not be processed.')
			: null,
	});
	return {
		headers: {
			'X-Goog-Upload-URL': `${HOST}/upload/v1beta/files?upload_id=${id}&upload_protocol=resumable`,
			'X-Goog-Upload-Status': 'active',
			'X-Goog-Upload-Chunk-Granularity': GRANULARITY,
		},
		json: {},
	};
}

async function finish(call: Call, session: Upload, path: string): Promise<Answer> {
	const file = await recordFile(call.house, {
		id: session.fileId,
		displayName: session.displayName,
		mimeType: session.mimeType,
		path,
		source: 'UPLOADED',
		failure: session.failure,
		processingMs: /^(video|audio)\//.test(session.mimeType) ? call.house.options.processingMs : 0,
	});
	uploadsOf(call).delete(session.id);
	return { headers: { 'X-Goog-Upload-Status': 'final' }, json: { file: showFile(file) } };
}

/** Throws the 403 which the API gives for files that are unknown, deleted or older than 48 hours alike. */
function known(call: Call): StoredFile {
	const id = call.params.id!;
	const file = filesOf(call.house).get(id);
	if (file && Date.now() < file.expiresAt && !faultOf(call.faults, 'expired')) return file;
	throw new WireError(403, `You do not have permission to access the File ${id} or it may not exist.`);
}

function firstHop(call: Call): Answer {
	const file = known(call);
	if (file.source !== 'GENERATED') throw new WireError(400, 'Only generated files can be downloaded.');
	return {
		status: 302,
		headers: { Location: `${call.origin}/download/v1beta/files/${file.id}:download?alt=media` },
		json: { error: { code: 302, message: 'Unknown Error.', status: 'UNKNOWN' } },
	};
}

async function secondHop(call: Call): Promise<Answer> {
	const file = known(call);
	return {
		headers: {
			'Content-Disposition': 'attachment',
			'X-Goog-Hash': `crc32c=${await crc32cOfFile(file.path)}`,
			Server: 'UploadServer',
		},
		file: { path: file.path, size: file.size, type: file.mimeType },
	};
}

function get(call: Call): Answer {
	const file = known(call);
	const fails = faultOf(call.faults, 'fileFails');
	return { json: showFile(fails ? { ...file, failure: fails.message ?? 'The file could not be processed.' } : file) };
}

function list(call: Call): Answer {
	const files = filesOf(call.house)
		.all()
		.filter((file) => Date.now() < file.expiresAt);
	const from = Number(call.query.get('pageToken') ?? 0);
	const size = Math.min(Number(call.query.get('pageSize') ?? 10) || 10, 100);
	const next = from + size < files.length ? { nextPageToken: String(from + size) } : {};
	return { json: { files: files.slice(from, from + size).map(showFile), ...next } };
}

function remove(call: Call): Answer {
	filesOf(call.house).delete(known(call).id);
	return { json: {} };
}
