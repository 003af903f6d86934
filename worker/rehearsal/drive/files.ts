import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { checkStorage, findItem } from './access.ts';
import { emptyContent } from './content.ts';
import { exportDocument } from './exportDocument.ts';
import { applyFields } from './fields.ts';
import { changedItem, newItem, parseMetadata } from './metadata.ts';
import { showItem, SHORT_FILE } from './show.ts';
import { itemsOf, newDriveId, removeItem, saveItem, type Item } from './tree.ts';

const FILE = String.raw`^\/drive\/v3\/files\/(?<id>[^/]+)`;
const one = { form: 'drive', auth: 'bearer', path: new RegExp(`${FILE}$`), facts } as const;
const all = { form: 'drive', auth: 'bearer', path: /^\/drive\/v3\/files$/ } as const;

/** Drive v3: single files, the parts that need no upload. */
export const driveFileRoutes: Route[] = [
	{
		...all,
		name: 'drive.generateIds',
		method: 'GET',
		path: /^\/drive\/v3\/files\/generateIds$/,
		handle: generateIds,
	},
	{
		...one,
		name: 'drive.files.export',
		method: 'GET',
		path: new RegExp(`${FILE}\\/export$`),
		handle: exportDocument,
	},
	{
		...one,
		name: 'drive.files.copy',
		method: 'POST',
		path: new RegExp(`${FILE}\\/copy$`),
		body: 'json',
		handle: copy,
	},
	{ ...all, name: 'drive.files.create', method: 'POST', body: 'json', handle: create },
	{ ...one, name: 'drive.files.get', method: 'GET', handle: get },
	{ ...one, name: 'drive.files.update', method: 'PATCH', body: 'json', handle: update },
	{ ...one, name: 'drive.files.delete', method: 'DELETE', handle: remove },
];

function facts(call: Call) {
	const item = itemsOf(call.house).get(call.params.id!);
	return { text: `${item?.name ?? ''} ${call.params.id}` };
}

/** A file in the fields a call asks for. */
export function answerFile(call: Call, item: Item): Answer {
	return { json: applyFields(showItem(call.house, item), call.query.get('fields') ?? SHORT_FILE) };
}

function generateIds(call: Call): Answer {
	const count = Math.min(Math.max(Number(call.query.get('count') ?? 10) || 10, 1), 1000);
	const ids = Array.from({ length: count }, newDriveId);
	ids.forEach((id) => call.house.state.table<boolean>('generatedIds').set(id, true));
	return { json: { kind: 'drive#generatedIds', space: call.query.get('space') ?? 'drive', ids } };
}

function get(call: Call): Answer {
	const item = findItem(call);
	if (call.query.get('alt') !== 'media') return answerFile(call, item);
	if (item.mimeType.startsWith('application/vnd.google-apps.')) {
		throw new WireError(
			403,
			'Only files with binary content can be downloaded. Use Export with Docs Editors files.',
			{
				reason: 'fileNotDownloadable',
				location: 'alt',
			},
		);
	}
	if (!item.blob) return { bytes: Buffer.alloc(0), headers: { 'Content-Type': item.mimeType } };
	return { file: { path: call.house.state.path('blobs', item.blob), size: item.size, type: item.mimeType } };
}

async function create(call: Call): Promise<Answer> {
	const metadata = parseMetadata(call.body);
	const mimeType = metadata.mimeType ?? 'application/octet-stream';
	const item = newItem(call, metadata, mimeType);
	checkStorage(call, item.driveId);
	return answerFile(call, saveItem(call.house, { ...item, ...(await emptyContent(call.house, item.mimeType)) }));
}

function update(call: Call): Answer {
	const item = findItem(call);
	return answerFile(call, saveItem(call.house, changedItem(call, item, parseMetadata(call.body))));
}

function copy(call: Call): Answer {
	const from = findItem(call);
	const metadata = parseMetadata(call.body);
	const name = metadata.name ?? `Copy of ${from.name}`;
	const item = newItem(call, { ...metadata, name, parents: metadata.parents ?? from.parents }, from.mimeType);
	checkStorage(call, item.driveId);
	const { blob, size, md5, sha256, revision } = from;
	return answerFile(call, saveItem(call.house, { ...item, blob, size, md5, sha256, revision }));
}

function remove(call: Call): Answer {
	const item = findItem(call);
	if (item.parents.length === 0)
		throw new WireError(403, 'The root folder cannot be deleted.', { reason: 'insufficientFilePermissions' });
	removeItem(call.house, item);
	return { status: 204 };
}
