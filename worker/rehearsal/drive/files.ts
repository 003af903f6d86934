import { faultOf } from '../state/faults.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { ownerOf } from '../oauth.ts';
import { checkStorage, findItem, seesSharedDrives } from './access.ts';
import { emptyContent } from './content.ts';
import { exportDocument } from './exportDocument.ts';
import { applyFields } from './fields.ts';
import { SHARED_DRIVE } from './furnish.ts';
import { changedItem, newItem, parseMetadata } from './metadata.ts';
import { parseOrder, parseQuery } from './query.ts';
import { showItem } from './show.ts';
import { isTrashed, itemsOf, newDriveId, removeItem, ROOT, saveItem, type Item } from './tree.ts';

const FILE = String.raw`^\/drive\/v3\/files\/(?<id>[^/]+)`;
const drive = { form: 'drive', auth: 'bearer' } as const;

/** Drive v3: files, the parts that need no upload. */
export const driveFileRoutes: Route[] = [
	{
		name: 'drive.generateIds',
		method: 'GET',
		path: /^\/drive\/v3\/files\/generateIds$/,
		...drive,
		handle: generateIds,
	},
	{
		name: 'drive.files.export',
		method: 'GET',
		path: new RegExp(`${FILE}\\/export$`),
		...drive,
		facts,
		handle: exportDocument,
	},
	{
		name: 'drive.files.copy',
		method: 'POST',
		path: new RegExp(`${FILE}\\/copy$`),
		...drive,
		body: 'json',
		facts,
		handle: copy,
	},
	{ name: 'drive.files.list', method: 'GET', path: /^\/drive\/v3\/files$/, ...drive, handle: list },
	{
		name: 'drive.files.create',
		method: 'POST',
		path: /^\/drive\/v3\/files$/,
		...drive,
		body: 'json',
		handle: create,
	},
	{ name: 'drive.files.get', method: 'GET', path: new RegExp(`${FILE}$`), ...drive, facts, handle: get },
	{
		name: 'drive.files.update',
		method: 'PATCH',
		path: new RegExp(`${FILE}$`),
		...drive,
		body: 'json',
		facts,
		handle: update,
	},
	{ name: 'drive.files.delete', method: 'DELETE', path: new RegExp(`${FILE}$`), ...drive, facts, handle: remove },
	{ name: 'drive.about', method: 'GET', path: /^\/drive\/v3\/about$/, ...drive, handle: about },
	{ name: 'drive.drives.list', method: 'GET', path: /^\/drive\/v3\/drives$/, ...drive, handle: drives },
	{
		name: 'drive.drives.get',
		method: 'GET',
		path: /^\/drive\/v3\/drives\/(?<id>[^/]+)$/,
		...drive,
		handle: oneDrive,
	},
];

function facts(call: Call) {
	const item = itemsOf(call.house).get(call.params.id!);
	return { text: `${item?.name ?? ''} ${call.params.id}` };
}

/** What `files.get` shows when no fields are asked for. */
export const SHORT_FILE = 'kind,id,name,mimeType';

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

function list(call: Call): Answer {
	const { query, house } = call;
	const test = parseQuery(query.get('q') ?? '', {
		root: ROOT,
		trashed: (item) => isTrashed(house, item),
		fullText: (item) => item.name,
	});
	const found = itemsOf(house)
		.all()
		.filter((item) => item.parents.length > 0 && inScope(call, item) && test(item));
	if (query.get('orderBy')) found.sort(parseOrder(query.get('orderBy')!));
	const incomplete = faultOf(call.faults, 'incomplete') !== undefined;
	const shown = incomplete ? found.slice(0, Math.floor(found.length / 2)) : found;
	const page = pageOf(call, shown);
	const answer = {
		kind: 'drive#fileList',
		...page.next,
		incompleteSearch: incomplete,
		files: page.items.map((item) => showItem(house, item)),
	};
	return {
		json: applyFields(answer, query.get('fields') ?? `kind,incompleteSearch,nextPageToken,files(${SHORT_FILE})`),
	};
}

/** Which drives a list looks at. Throws Drive's 400 when corpora and driveId do not belong together. */
function inScope(call: Call, item: Item): boolean {
	const corpora = call.query.get('corpora') ?? 'user';
	const driveId = call.query.get('driveId');
	if ((corpora === 'drive') !== (driveId !== null)) {
		throw new WireError(400, 'The driveId parameter must be specified if and only if corpora is set to drive.', {
			reason: 'invalid',
			location: 'driveId',
		});
	}
	if (driveId) return item.driveId === driveId;
	const shared = seesSharedDrives(call) && call.query.get('includeItemsFromAllDrives') === 'true';
	return item.driveId === null || shared;
}

/** Pages are counted from the front; the token is opaque to the caller all the same. */
function pageOf(call: Call, items: Item[]): { items: Item[]; next: { nextPageToken?: string } } {
	const size = Math.min(Math.max(Number(call.query.get('pageSize') ?? 100) || 100, 1), 1000);
	const token = call.query.get('pageToken');
	const from = token ? Number(/^~!!~(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1] ?? NaN) : 0;
	if (Number.isNaN(from)) throw new WireError(400, 'Invalid Value', { reason: 'invalid', location: 'pageToken' });
	const next =
		from + size < items.length ? { nextPageToken: Buffer.from(`~!!~${from + size}`).toString('base64url') } : {};
	return { items: items.slice(from, from + size), next };
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

function about(call: Call): Answer {
	const fields = call.query.get('fields');
	if (!fields) {
		throw new WireError(400, "The 'fields' parameter is required for this method.", {
			reason: 'required',
			location: 'fields',
		});
	}
	const emailAddress = ownerOf(call.house, call.bearer);
	const used = String(
		itemsOf(call.house)
			.all()
			.reduce((sum, item) => sum + item.size, 0),
	);
	const user = {
		kind: 'drive#user',
		displayName: emailAddress.split('@')[0],
		me: true,
		permissionId: '1',
		emailAddress,
	};
	const storageQuota = { limit: String(15 * 2 ** 30), usage: used, usageInDrive: used, usageInDriveTrash: '0' };
	return {
		json: applyFields({ kind: 'drive#about', user, storageQuota, maxUploadSize: String(5 * 2 ** 40) }, fields),
	};
}

const shownDrive = { kind: 'drive#drive', id: SHARED_DRIVE.id, name: SHARED_DRIVE.name };

function drives(call: Call): Answer {
	const answer = { kind: 'drive#driveList', drives: [shownDrive] };
	return { json: applyFields(answer, call.query.get('fields') ?? '*') };
}

function oneDrive(call: Call): Answer {
	if (call.params.id === SHARED_DRIVE.id) return { json: shownDrive };
	throw new WireError(404, `Shared drive not found: ${call.params.id}`, { reason: 'notFound', location: 'driveId' });
}
