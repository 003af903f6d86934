import { Fault } from '../../base/errors.ts';
import { type DriveSession, incomplete } from './client.ts';
import { ENTRY_FIELDS, type Entry, entryOf, SHORTCUT } from './entry.ts';

const ALL_DRIVES = { supportsAllDrives: true, includeItemsFromAllDrives: true } as const;
/** The most that Drive gives at once. */
const PAGE_SIZE = 1000;

/** One file by id. Faults: `not_found` when it is not there or not shared. */
export async function getEntry(
	session: DriveSession,
	fileId: string,
	doing = 'reading a file’s description on Drive',
): Promise<Entry & { now: number }> {
	const { data, now } = await session.read(doing, (api, options) =>
		api.files.get({ fileId, fields: ENTRY_FIELDS, supportsAllDrives: true }, options),
	);
	return { ...entryOf(data), now };
}

/** The same; null where the file is gone or not shared any more. */
export async function findEntry(session: DriveSession, fileId: string): Promise<Entry | null> {
	try {
		return await getEntry(session, fileId);
	} catch (thrown) {
		if (thrown instanceof Fault && thrown.code === 'not_found') return null;
		throw thrown;
	}
}

/** A file, or what it points to if it is a shortcut. Faults: `not_found`. */
export async function getTarget(session: DriveSession, fileId: string): Promise<Entry> {
	const entry = await getEntry(session, fileId);
	return entry.mimeType === SHORTCUT && entry.target ? await getEntry(session, entry.target) : entry;
}

/** All that lies in some folders and not in the bin, every page of it. Faults: `unavailable` for a partial search. */
export async function childrenOf(session: DriveSession, folders: string[], drive: string): Promise<Entry[]> {
	const inside = folders.map((folder) => `'${escaped(folder)}' in parents`).join(' or ');
	const children: Entry[] = [];
	let pageToken: string | undefined;
	do {
		const { data } = await session.read('listing a folder on Drive', (api, options) =>
			api.files.list(
				{
					q: `(${inside}) and trashed = false`,
					...ALL_DRIVES,
					...(drive ? { corpora: 'drive', driveId: drive } : { corpora: 'user' }),
					pageSize: PAGE_SIZE,
					fields: `nextPageToken,incompleteSearch,files(${ENTRY_FIELDS})`,
					...(pageToken && { pageToken }),
				},
				options,
			),
		);
		if (data.incompleteSearch) throw incomplete();
		children.push(...(data.files ?? []).map(entryOf));
		pageToken = data.nextPageToken ?? undefined;
	} while (pageToken);
	return children;
}

/** Text for a query of Drive's (https://developers.google.com/workspace/drive/api/guides/search-files). */
export const escaped = (text: string): string => text.replace(/[\\']/g, '\\$&');

export type Change = { fileId: string; entry: Entry | null; at: string };
export type Changes = { changes: Change[]; token: string; now: number };

/** So many pages are followed in one look; the rest comes in the next, from where this one ended. */
const MAX_PAGES = 100;

/** Where a watch begins: the state of things now, as a token that does not expire. */
export async function startToken(session: DriveSession, drive: string): Promise<string> {
	const { data } = await session.read('starting to watch Drive', (api, options) =>
		api.changes.getStartPageToken({ supportsAllDrives: true, ...(drive && { driveId: drive }) }, options),
	);
	if (!data.startPageToken) throw new Fault('unavailable', 'Google Drive gave no token to watch from.');
	return data.startPageToken;
}

/**
 * What has changed since a token, the last state of each file once (null: removed, or out of sight), and
 * the token to go on from (https://developers.google.com/workspace/drive/api/reference/rest/v3/changes/list).
 */
export async function changesSince(session: DriveSession, from: string, drive: string): Promise<Changes> {
	const latest = new Map<string, Change>();
	let token = from;
	let now = Date.now();
	for (let pages = 0; pages < MAX_PAGES; pages++) {
		const read = await session.read('reading what changed on Drive', (api, options) =>
			api.changes.list(
				{
					pageToken: token,
					...ALL_DRIVES,
					...(drive && { driveId: drive }),
					includeRemoved: true,
					pageSize: PAGE_SIZE,
					fields: `newStartPageToken,nextPageToken,changes(changeType,fileId,removed,time,file(${ENTRY_FIELDS}))`,
				},
				options,
			),
		);
		({ now } = read);
		for (const change of read.data.changes ?? []) {
			if (!change.fileId) continue;
			latest.delete(change.fileId);
			const entry = change.removed || !change.file ? null : entryOf(change.file);
			latest.set(change.fileId, { fileId: change.fileId, entry, at: change.time ?? '' });
		}
		token = read.data.nextPageToken ?? read.data.newStartPageToken ?? token;
		if (!read.data.nextPageToken) break;
	}
	return { changes: [...latest.values()], token, now };
}
