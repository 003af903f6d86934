import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { House } from '../house.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';

type StoredObject = { path: string; size: number; type: string };
type Row = StoredObject & { uri: string };

const objectsOf = (house: House) => house.state.table<Row>('objects');
const bearer = { form: 'rpc', auth: 'bearer' } as const;

/** As much of Cloud Storage as fetching Veo's results needs, and putting inputs there: read, list, upload in one go, delete. */
export const bucketRoutes: Route[] = [
	{
		name: 'gcs.get',
		method: 'GET',
		path: /^\/(?:download\/)?storage\/v1\/b\/(?<bucket>[^/]+)\/o\/(?<name>.+)$/,
		...bearer,
		handle: read,
	},
	{ name: 'gcs.list', method: 'GET', path: /^\/storage\/v1\/b\/(?<bucket>[^/]+)\/o$/, ...bearer, handle: list },
	{
		name: 'gcs.upload',
		method: 'POST',
		path: /^\/upload\/storage\/v1\/b\/(?<bucket>[^/]+)\/o$/,
		...bearer,
		body: 'raw',
		handle: upload,
	},
	{
		name: 'gcs.delete',
		method: 'DELETE',
		path: /^\/storage\/v1\/b\/(?<bucket>[^/]+)\/o\/(?<name>.+)$/,
		...bearer,
		handle: remove,
	},
];

/** Puts a file that lies on disk under a gs:// address. */
export function putObject(house: House, uri: string, object: StoredObject): void {
	objectsOf(house).set(uri, { ...object, uri });
}

const uriOf = (call: Call) => `gs://${call.params.bucket}/${call.params.name}`;

function known(call: Call): StoredObject {
	const object = objectsOf(call.house).get(uriOf(call));
	if (object) return object;
	throw new WireError(404, `No such object: ${call.params.bucket}/${call.params.name}`);
}

async function read(call: Call): Promise<Answer> {
	const object = known(call);
	if (call.query.get('alt') === 'media') return { file: object };
	return { json: await show(uriOf(call), object) };
}

async function show(uri: string, object: StoredObject) {
	const [, bucket, name] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri)!;
	const md5Hash = createHash('md5')
		.update(await readFile(object.path))
		.digest('base64');
	return {
		kind: 'storage#object',
		name,
		bucket,
		size: String(object.size),
		contentType: object.type,
		generation: '1',
		metageneration: '1',
		md5Hash,
	};
}

async function list(call: Call): Promise<Answer> {
	const start = `gs://${call.params.bucket}/${call.query.get('prefix') ?? ''}`;
	const rows = objectsOf(call.house)
		.all()
		.filter((row) => row.uri.startsWith(start));
	return { json: { kind: 'storage#objects', items: await Promise.all(rows.map((row) => show(row.uri, row))) } };
}

async function upload(call: Call): Promise<Answer> {
	const name = call.query.get('name');
	if (!name || call.query.get('uploadType') !== 'media')
		throw new WireError(400, 'The rehearsal takes uploadType=media with a name.');
	const path = call.house.state.path('blobs', randomUUID());
	await pipeline(call.request, createWriteStream(path));
	const object = {
		path,
		size: (await stat(path)).size,
		type: call.headers['content-type'] ?? 'application/octet-stream',
	};
	const uri = `gs://${call.params.bucket}/${name}`;
	putObject(call.house, uri, object);
	return { json: await show(uri, object) };
}

function remove(call: Call): Answer {
	known(call);
	objectsOf(call.house).delete(uriOf(call));
	return { status: 204 };
}
