import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { stat, truncate, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { faultOf } from '../state/faults.ts';
import { readBytes, readJson } from '../wire/body.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { checkStorage, findItem, staysHalfDone } from './access.ts';
import { asNative, storeBytes, storeFile, type Content } from './content.ts';
import { answerFile } from './files.ts';
import { changedItem, newItem, parseMetadata, type Metadata } from './metadata.ts';
import { splitRelated } from './related.ts';
import { itemsOf, saveItem, type Item } from './tree.ts';

type Session = {
	id: string;
	metadata: Metadata;
	mimeType: string;
	target: string | null;
	draft: Item;
	total: number | null;
	doneFile: string | null;
};

/** All pieces but the last are multiples of this. Source: Drive guide, "Perform a resumable upload". */
const UNIT = 256 * 1024;
const drive = { form: 'drive', auth: 'bearer', body: 'raw' } as const;
const PATH = /^\/(?:resumable\/)?upload\/drive\/v3\/files(?:\/(?<id>[^/]+))?$/;

/** Drive v3: simple, multipart and resumable uploads, new files and new content alike. */
export const driveUploadRoutes: Route[] = [
	{ name: 'drive.upload.start', method: 'POST', path: PATH, ...drive, handle: begin },
	{ name: 'drive.upload.start', method: 'PATCH', path: PATH, ...drive, handle: begin },
	// The upload URI itself is the proof of identity.
	{ name: 'drive.upload', method: 'PUT', path: PATH, ...drive, auth: 'none', facts: sessionFacts, handle: put },
];

const sessionsOf = (call: Call) => call.house.state.table<Session>('driveUploads');

function sessionFacts(call: Call) {
	return { text: sessionsOf(call).get(call.query.get('upload_id') ?? '')?.draft.name };
}

async function begin(call: Call): Promise<Answer> {
	const type = call.query.get('uploadType');
	if (type === 'media')
		return whole(
			call,
			parseMetadata({}),
			await readBytes(call.request),
			String(call.headers['content-type'] ?? ''),
		);
	if (type === 'multipart') {
		const { metadata, bytes, mimeType } = splitRelated(
			await readBytes(call.request),
			String(call.headers['content-type'] ?? ''),
		);
		return whole(call, parseMetadata(metadata), bytes, mimeType);
	}
	if (type === 'resumable') return beginResumable(call);
	throw new WireError(400, `Bad uploadType: ${type ?? '(none)'}`, { reason: 'badRequest' });
}

/** The item as it will be once the bytes are there; throws what creating or changing it would throw. */
function draftOf(call: Call, metadata: Metadata, sentType: string): Item {
	const mimeType = metadata.mimeType ?? (sentType || 'application/octet-stream');
	if (call.params.id) return changedItem(call, findItem(call), { ...metadata, mimeType });
	const item = newItem(call, metadata, mimeType);
	checkStorage(call, item.driveId);
	return item;
}

async function whole(call: Call, metadata: Metadata, bytes: Buffer, sentType: string): Promise<Answer> {
	const draft = draftOf(call, metadata, sentType);
	return answerFile(call, complete(call, draft, await storeBytes(call.house, bytes)));
}

function complete(call: Call, draft: Item, content: Content): Item {
	const native = draft.mimeType.startsWith('application/vnd.google-apps.');
	const half = staysHalfDone(call);
	return saveItem(call.house, {
		...draft,
		...(native || half ? asNative(content) : content),
		modifiedTime: new Date().toISOString(),
	});
}

async function beginResumable(call: Call): Promise<Answer> {
	const metadata = parseMetadata(await readJson(call.request));
	const sentType = String(call.headers['x-upload-content-type'] ?? '');
	const length = call.headers['x-upload-content-length'];
	const id = randomUUID();
	const draft = draftOf(call, metadata, sentType);
	sessionsOf(call).set(id, {
		id,
		metadata,
		mimeType: draft.mimeType,
		target: call.params.id ?? null,
		draft,
		total: length === undefined ? null : Number(length),
		doneFile: null,
	});
	await writeFile(pathOf(call, id), '');
	const query = new URLSearchParams(call.query);
	query.set('upload_id', id);
	const path = call.params.id ? `/upload/drive/v3/files/${call.params.id}` : '/upload/drive/v3/files';
	return { headers: { Location: `${call.origin}${path}?${query}`, 'X-GUploader-UploadID': id } };
}

const pathOf = (call: Call, id: string) => call.house.state.path('uploads', id);
const gone = (status: number) =>
	new WireError(status, status === 410 ? 'Gone' : 'Not Found', { reason: status === 410 ? 'gone' : 'notFound' });

type Range = { first: number | null; last: number | null; total: number | null };

/** `bytes 0-9/100`, `bytes 0-9/*`, `bytes * /100` (a question), or none: everything at once. */
function rangeOf(call: Call): Range | null {
	const header = call.headers['content-range'];
	if (!header) return null;
	const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(String(header).trim());
	if (!match) throw new WireError(400, 'Failed to parse Content-Range header.', { reason: 'badRequest' });
	const number = (text: string | undefined) => (text === undefined || text === '*' ? null : Number(text));
	return { first: number(match[1]), last: number(match[2]), total: number(match[3]) };
}

async function put(call: Call): Promise<Answer> {
	const dead = faultOf(call.faults, 'uploadGone');
	const session = sessionsOf(call).get(call.query.get('upload_id') ?? '');
	if (dead && session) sessionsOf(call).delete(session.id);
	if (dead || !session) throw gone(dead?.status ?? 404);
	if (session.doneFile) return answerDone(call, session);
	const range = rangeOf(call);
	const before = (await stat(pathOf(call, session.id))).size;
	const question = range !== null && range.first === null;
	const received = question ? before : await receive(call, session, range?.first ?? 0, before);
	const total = range === null ? received : (range.total ?? session.total);
	if (total !== null && received >= total) return finish(call, session);
	return { status: 308, headers: received > 0 ? { Range: `bytes=0-${received - 1}` } : {} };
}

function answerDone(call: Call, session: Session): Answer {
	const item = itemsOf(call.house).get(session.doneFile!);
	if (!item) throw gone(404);
	return answerFile(call, item);
}

/** Appends what comes from `first` on; what was kept already is skipped. Returns how many bytes lie there now. */
async function receive(call: Call, session: Session, first: number, before: number): Promise<number> {
	if (first > before)
		throw new WireError(
			400,
			`Invalid request. There were ${before} byte(s) received, the piece begins at ${first}.`,
			{ reason: 'badRequest' },
		);
	const path = pathOf(call, session.id);
	try {
		await truncate(path, first);
		await pipeline(call.request, createWriteStream(path, { flags: 'a' }));
	} catch (error) {
		// The connection broke: whole units stay, as with the real service.
		const size = (await stat(path)).size;
		await truncate(path, Math.floor(size / UNIT) * UNIT);
		throw error;
	}
	const less = faultOf(call.faults, 'keepLess');
	if (less) await truncate(path, Math.min(first + less.bytes, (await stat(path)).size));
	return (await stat(path)).size;
}

async function finish(call: Call, session: Session): Promise<Answer> {
	const item = complete(call, draftAgain(call, session), await storeFile(call.house, pathOf(call, session.id)));
	sessionsOf(call).set(session.id, { ...session, doneFile: item.id });
	return answerFile(call, item);
}

/** Between begin and finish another upload may have taken the id, or the file to change may be gone. */
function draftAgain(call: Call, session: Session): Item {
	const now = itemsOf(call.house).get(session.draft.id);
	if (session.target && !now) throw gone(404);
	if (!session.target && now)
		throw new WireError(409, 'A file already exists with the provided ID.', { reason: 'fileIdInUse' });
	return session.target && now ? { ...session.draft, version: now.version } : session.draft;
}
