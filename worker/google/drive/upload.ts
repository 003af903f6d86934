import { type FileHandle, open } from 'node:fs/promises';
import { Fault } from '../../base/errors.ts';
import { deadline, MINUTE } from '../../base/time.ts';
import type { ExportResult } from '../../contract/transfer.ts';
import { classify, faultOf } from '../errors.ts';
import { said } from '../said.ts';
import { type DriveSession, pauseFor } from './client.ts';
import { entryOf, ENTRY_FIELDS, type Entry } from './entry.ts';
import { getEntry } from './files.ts';

export type Upload = {
	/** Made beforehand by `newFileId`, so that a repeat finds its own file. */
	id: string;
	path: string;
	name: string;
	mimeType: string;
	bytes: number;
	md5: string;
	folder: string;
	/** The session of an earlier try. */
	session?: string;
	/** Keeps the session's address for a later try; waited for before the first byte goes. */
	saveSession(uri: string): Promise<void>;
};

const DOING = 'uploading to Drive';
/** Parts are multiples of 256 KiB (https://developers.google.com/workspace/drive/api/guides/manage-uploads#resumable). */
const PART_BYTES = 32 * 256 * 1024;
const CALL_MS = 10 * MINUTE;
/** So many stumbles in a row without a byte more on Drive. */
const MAX_TRIES = 6;

/** An id for a file that does not exist yet. */
export async function newFileId(session: DriveSession): Promise<string> {
	const { data } = await session.read('preparing an upload to Drive', (api, options) =>
		api.files.generateIds({ count: 1, space: 'drive', type: 'files' }, options),
	);
	const id = data.ids?.[0];
	if (!id) throw new Fault('unavailable', 'Google Drive gave no id for a new file.');
	return id;
}

/**
 * Uploads a file in resumable parts. Repeating it, in any process, never makes a second file: the id is fixed
 * beforehand, a known session goes on where it stopped, a lost one is begun anew with the same id, and an id
 * that is taken already is our own file when its MD5 is ours. Faults: `conflict` when it is not, `forbidden`
 * (no storage, no permission), `unavailable` after six stumbles in a row.
 */
export async function upload(
	session: DriveSession,
	request: Upload,
	progress?: (bytes: number) => void,
): Promise<ExportResult['file']> {
	const file = await open(request.path, 'r');
	try {
		const entry = await carry(session, request, file, progress);
		return verified(entry, request);
	} finally {
		await file.close();
	}
}

type Where = { uri: string | undefined; offset: number; known: boolean; tries: number; anew?: 'anew' };

async function carry(
	session: DriveSession,
	request: Upload,
	file: FileHandle,
	progress?: (bytes: number) => void,
): Promise<Entry> {
	const at: Where = { uri: request.session, offset: 0, known: false, tries: 0 };
	for (;;) {
		try {
			const done = await step(session, request, file, at);
			if (done) {
				progress?.(request.bytes);
				return done;
			}
			progress?.(at.offset);
		} catch (thrown) {
			await stumble(session, at, classify(thrown, DOING, session.signal));
		}
	}
}

/** Decides what a failure means: begin a session anew, sign in anew, pause and ask where it stands, or give up. */
async function stumble(session: DriveSession, at: Where, fault: Fault): Promise<void> {
	if (++at.tries > MAX_TRIES || session.signal.aborted) throw fault;
	const lost = fault.code === 'not_found' && at.uri !== undefined;
	const signIn = fault.code === 'unauthorized' && !at.anew;
	if (lost) Object.assign(at, { uri: undefined, offset: 0 });
	else if (signIn) at.anew = 'anew';
	else if (fault.code !== 'unavailable' && fault.code !== 'quota') throw fault;
	at.known = false;
	const asked = (fault.retryAfter ?? 0) * 1000;
	if (asked > MINUTE) throw fault;
	if (!lost && !signIn)
		await pauseFor(Math.max(asked, session.room.waits.backoff * 2 ** (at.tries - 1)), DOING, session.signal);
}

/** The next request of an upload: begin a session, ask where one stands, or send a part. The finished file ends it. */
async function step(session: DriveSession, request: Upload, file: FileHandle, at: Where): Promise<Entry | null> {
	if (at.uri === undefined) return begin(session, request, at);
	const before = at.offset;
	const part = at.known ? await read(file, at.offset, request.bytes) : Buffer.alloc(0);
	const range = part.length
		? `bytes ${at.offset}-${at.offset + part.length - 1}/${request.bytes}`
		: `bytes */${request.bytes}`;
	const answer = await send(session, at, 'PUT', at.uri, { 'content-range': range }, part);
	if (answer.status === 308) {
		at.offset = keptBytes(answer.headers.get('range'));
		at.known = true;
		await answer.body?.cancel();
		if (at.offset > before) at.tries = 0;
		else if (part.length) throw new Fault('unavailable', 'Google Drive kept nothing of what was sent.');
		return null;
	}
	if (answer.ok) return entryOf((await answer.json()) as object);
	if (answer.status === 409) return await taken(session, request);
	throw faultOf(said(answer.status === 410 ? 404 : answer.status, await answer.text(), answer.headers), DOING);
}

async function begin(session: DriveSession, request: Upload, at: Where): Promise<Entry | null> {
	const base = session.room.origins.drive;
	const fields = encodeURIComponent(ENTRY_FIELDS);
	const url = `${base}/upload/drive/v3/files?uploadType=resumable&supportsAllDrives=true&fields=${fields}`;
	const headers = {
		'content-type': 'application/json; charset=UTF-8',
		'x-upload-content-type': request.mimeType,
		'x-upload-content-length': String(request.bytes),
	};
	const { id, name, mimeType, folder } = request;
	const answer = await send(
		session,
		at,
		'POST',
		url,
		headers,
		JSON.stringify({ id, name, mimeType, parents: [folder] }),
	);
	if (answer.status === 409) return await taken(session, request);
	if (!answer.ok) throw faultOf(said(answer.status, await answer.text(), answer.headers), DOING);
	await answer.body?.cancel();
	const location = answer.headers.get('location');
	if (!location) throw new Fault('unavailable', 'Google Drive gave no address to upload to.');
	const uri = session.room.origins.trusted(location, base);
	await request.saveSession(uri);
	Object.assign(at, { uri, offset: 0, known: true });
	return null;
}

async function send(
	session: DriveSession,
	at: Where,
	method: string,
	url: string,
	headers: Record<string, string>,
	body: string | Buffer,
): Promise<Response> {
	const target = session.room.origins.trusted(url, session.room.origins.drive);
	const signed = { ...headers, ...(await session.headers(at.anew)) };
	const signal = deadline(CALL_MS, session.signal);
	return fetch(target, { method, headers: signed, body: body as RequestInit['body'], redirect: 'manual', signal });
}

async function read(file: FileHandle, offset: number, total: number): Promise<Buffer> {
	const part = Buffer.alloc(Math.min(PART_BYTES, total - offset));
	const { bytesRead } = await file.read(part, 0, part.length, offset);
	if (bytesRead === part.length) return part;
	throw new Fault('internal', 'The file to upload is shorter than it was.');
}

/** `bytes=0-262143` means that 262,144 bytes are kept; no header, none. */
const keptBytes = (range: string | null): number => {
	const last = /^bytes=0-(\d+)$/.exec(range ?? '')?.[1];
	return last === undefined ? 0 : Number(last) + 1;
};

/** The id is in use: by this very upload's earlier try, or by something else. */
async function taken(session: DriveSession, request: Upload): Promise<Entry> {
	const entry = await getEntry(session, request.id, DOING);
	if (entry.md5 === request.md5 && !entry.trashed) return entry;
	throw new Fault('conflict', `Another file of Google Drive has the id that was set aside for "${request.name}".`, {
		hint: 'Submit the export again; it gets a new id.',
	});
}

function verified(entry: Entry, request: Upload): ExportResult['file'] {
	if (entry.md5 && entry.md5 !== request.md5)
		throw new Fault('conflict', `Google Drive holds other bytes than were sent of "${request.name}".`, {
			hint: 'Delete the file on Drive and submit the export again.',
		});
	const { id, name, mimeType, link } = entry;
	const { bytes, md5, folder } = request;
	return {
		id,
		name: name || request.name,
		mimeType: mimeType || request.mimeType,
		bytes,
		md5,
		link,
		folder: entry.parent || folder,
	};
}
