import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { decodeUpload } from './decodeUpload.ts';
import { asNative, emptyContent, storeBytes } from '../drive/content.ts';
import { showItem } from '../drive/show.ts';
import {
	blankItem,
	childrenOf,
	DOCUMENT,
	FOLDER,
	isTrashed,
	itemsOf,
	newDriveId,
	removeItem,
	ROOT,
	saveItem,
	type Item,
} from '../drive/tree.ts';
import { readBytes } from '../wire/body.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { checked } from './checked.ts';

const open = { form: 'control', auth: 'none' } as const;
const FILE = String.raw`^\/rehearsal\/drive\/files\/(?<id>[^/]+)`;

/** The control API's Drive: put files in as a person would, let uploads end, move, look. */
export const controlDriveRoutes: Route[] = [
	{ name: 'control', method: 'GET', path: /^\/rehearsal\/drive$/, ...open, handle: tree },
	{ name: 'control', method: 'POST', path: /^\/rehearsal\/drive\/files$/, ...open, body: 'raw', handle: drop },
	{ name: 'control', method: 'POST', path: new RegExp(`${FILE}\\/finish$`), ...open, handle: finish },
	{ name: 'control', method: 'POST', path: new RegExp(`${FILE}\\/move$`), ...open, body: 'json', handle: move },
	{ name: 'control', method: 'PATCH', path: new RegExp(`${FILE}$`), ...open, body: 'json', handle: change },
	{ name: 'control', method: 'DELETE', path: new RegExp(`${FILE}$`), ...open, handle: remove },
	{ name: 'control', method: 'GET', path: new RegExp(`${FILE}\\/content$`), ...open, handle: content },
];

const Time = z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString());
const NewFile = z.strictObject({
	name: z.string().min(1),
	parent: z.string().default('rehearsal-briefs'),
	id: z
		.string()
		.regex(/^[\w-]+$/)
		.optional(),
	mimeType: z.string().default('text/plain'),
	text: z.string().optional(),
	base64: z.base64().optional(),
	/** The upload is still going on: the file is there, but has no checksum. */
	uploading: z.boolean().default(false),
	createdTime: Time.optional(),
	modifiedTime: Time.optional(),
	appProperties: z.record(z.string(), z.string()).default({}),
	shortcutTo: z.string().optional(),
});
const Move = z.strictObject({ parent: z.string() });
const Change = z.strictObject({ name: z.string(), text: z.string(), trashed: z.boolean() }).partial();

function find(call: Call, id = call.params.id!): Item {
	const item = itemsOf(call.house).get(id === 'root' ? ROOT : id);
	if (!item) throw new WireError(404, `There is no file ${id} in the rehearsal Drive.`);
	return item;
}

/** A JSON description, or the file's own bytes with ?name= and ?parent= (what a browser sends). */
async function drop(call: Call): Promise<Answer> {
	const body = await readBytes(call.request);
	const given = checked(NewFile, decodeUpload(body, call));
	const parent = find(call, given.parent);
	const target = given.shortcutTo ? find(call, given.shortcutTo) : null;
	const bytes = given.base64 === undefined ? Buffer.from(given.text ?? '') : Buffer.from(given.base64, 'base64');
	const native = given.mimeType.startsWith('application/vnd.google-apps.');
	const stored =
		given.mimeType === FOLDER ? await emptyContent(call.house, FOLDER) : await storeBytes(call.house, bytes);
	const item = blankItem({
		...(native || given.uploading ? asNative(stored) : stored),
		id: given.id ?? newDriveId(),
		name: given.name,
		mimeType: target ? 'application/vnd.google-apps.shortcut' : given.mimeType,
		parents: [parent.id],
		driveId: parent.driveId,
		appProperties: given.appProperties,
		shortcut: target ? { targetId: target.id, targetMimeType: target.mimeType } : null,
		...(given.createdTime ? { createdTime: given.createdTime } : {}),
		...(given.modifiedTime ? { modifiedTime: given.modifiedTime } : {}),
	});
	return { status: 201, json: showItem(call.house, saveItem(call.house, item)) };
}

/** Ends an upload: the file gets its checksum, and Drive reports a change. */
async function finish(call: Call): Promise<Answer> {
	const item = find(call);
	const bytes = item.blob ? await readFile(call.house.state.path('blobs', item.blob)) : Buffer.alloc(0);
	return { json: showItem(call.house, saveItem(call.house, { ...item, ...(await storeBytes(call.house, bytes)) })) };
}

/** Moves a file as a person does: its times stay as they were. */
function move(call: Call): Answer {
	const item = find(call);
	const parent = find(call, checked(Move, call.body).parent);
	return {
		json: showItem(call.house, saveItem(call.house, { ...item, parents: [parent.id], driveId: parent.driveId })),
	};
}

async function change(call: Call): Promise<Answer> {
	const item = find(call);
	const given = checked(Change, call.body);
	const stored = given.text === undefined ? null : await storeBytes(call.house, Buffer.from(given.text));
	const changed: Item = {
		...item,
		...(stored && item.mimeType === DOCUMENT ? asNative(stored) : stored),
		name: given.name ?? item.name,
		explicitlyTrashed: given.trashed ?? item.explicitlyTrashed,
		modifiedTime: given.text === undefined ? item.modifiedTime : new Date().toISOString(),
	};
	return { json: showItem(call.house, saveItem(call.house, changed)) };
}

function remove(call: Call): Answer {
	removeItem(call.house, find(call));
	return { json: {} };
}

function content(call: Call): Answer {
	const item = find(call);
	if (!item.blob) throw new WireError(404, 'This file has no content.');
	const type = item.mimeType === DOCUMENT ? 'text/plain; charset=utf-8' : item.mimeType;
	// A file may hold anything: it must not act as a part of the page.
	const headers = { 'Content-Security-Policy': 'sandbox', 'X-Content-Type-Options': 'nosniff' };
	return { headers, file: { path: call.house.state.path('blobs', item.blob), size: item.size, type } };
}

/** The whole Drive as a tree, for the page. */
function tree(call: Call): Answer {
	const branch = (item: Item): unknown => ({
		id: item.id,
		name: item.name,
		mimeType: item.mimeType,
		size: item.size,
		modifiedTime: item.modifiedTime,
		uploading:
			item.mimeType !== FOLDER && !item.mimeType.startsWith('application/vnd.google-apps.') && item.md5 === null,
		...(item.mimeType === FOLDER ? { children: inside(item.id) } : {}),
	});
	const inside = (id: string) =>
		childrenOf(call.house, id)
			.filter((item) => !isTrashed(call.house, item))
			.map(branch);
	const roots = itemsOf(call.house)
		.all()
		.filter((item) => item.parents.length === 0);
	return { json: { drives: roots.map(branch) } };
}
