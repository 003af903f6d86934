import type { DriveSession } from './client.ts';
import { FOLDER } from './entry.ts';
import { escaped } from './files.ts';

export type ListRequest = { folder: string; query?: string; kind: 'folder' | 'file'; pageToken?: string };
export type Listed = { id: string; name: string; mimeType: string; link: string | null };

const PAGE_SIZE = 100;
/** Names of folders that are asked for to tell one page's namesakes apart: each is a request. */
const MOST_PARENTS = 20;

/**
 * One page of folders or files for somebody who chooses one, by name. In a folder; or, where `folder` is
 * empty, wherever the identity sees any (a service account has no folder of its own to begin in). `query` is
 * part of the name.
 */
export async function list(
	session: DriveSession,
	request: ListRequest,
): Promise<{ files: Listed[]; next: string | null }> {
	const { folder, query, kind, pageToken } = request;
	const terms = [
		`mimeType ${kind === 'folder' ? '=' : '!='} '${FOLDER}'`,
		'trashed = false',
		...(folder ? [`'${escaped(folder)}' in parents`] : []),
		...(query?.trim() ? [`name contains '${escaped(query.trim())}'`] : []),
	];
	const { data } = await session.read('listing files on Drive', (api, options) =>
		api.files.list(
			{
				q: terms.join(' and '),
				supportsAllDrives: true,
				includeItemsFromAllDrives: true,
				corpora: 'allDrives',
				orderBy: 'name_natural',
				pageSize: PAGE_SIZE,
				fields: 'nextPageToken,files(id,name,mimeType,webViewLink,parents)',
				...(pageToken && { pageToken }),
			},
			options,
		),
	);
	const found = (data.files ?? []).map(({ id, name, mimeType, webViewLink, parents }) => ({
		id: id ?? '',
		name: name ?? '',
		mimeType: mimeType ?? '',
		link: webViewLink ?? null,
		parent: parents?.[0],
	}));
	const drives = kind === 'folder' && !folder && !pageToken ? await sharedDrives(session) : [];
	const listed = await tellApart(session, found, drives);
	const wanted = drives.filter(({ name }) => name.toLowerCase().includes((query ?? '').trim().toLowerCase()));
	return { files: [...wanted, ...listed], next: data.nextPageToken ?? null };
}

/** Entries of one name get the name of the folder they lie in behind it: "Briefs (in Reelsmith)". */
async function tellApart(
	session: DriveSession,
	found: (Listed & { parent: string | undefined })[],
	drives: Listed[],
): Promise<Listed[]> {
	const namesakes = found.filter(({ id, name }) => found.some((other) => other.name === name && other.id !== id));
	const parents = [...new Set(namesakes.flatMap(({ parent }) => parent ?? []))].slice(0, MOST_PARENTS);
	// Asked as a file, a shared drive calls itself "Drive" whatever its name.
	const known = new Map(drives.map(({ id, name }) => [id, name]));
	const ask = async (id: string) => [id, known.get(id) ?? (await nameOf(session, id))] as const;
	const names = new Map(await Promise.all(parents.map(ask)));
	return found.map(({ parent, ...entry }) => {
		const place = namesakes.some(({ id }) => id === entry.id) && parent ? names.get(parent) : undefined;
		return place ? { ...entry, name: `${entry.name} (in ${place})` } : entry;
	});
}

/** A folder's name, or nothing where the identity may not see it: a list is no worse without. */
async function nameOf(session: DriveSession, id: string): Promise<string | undefined> {
	const read = session.read('reading the name of a folder', (api, options) =>
		api.files.get({ fileId: id, fields: 'name', supportsAllDrives: true }, options),
	);
	return read.then(
		({ data }) => data.name ?? undefined,
		() => undefined,
	);
}

/** Shared drives are folders too, but no search for files finds them. */
async function sharedDrives(session: DriveSession): Promise<Listed[]> {
	const { data } = await session.read('listing the shared drives', (api, options) =>
		api.drives.list({ pageSize: PAGE_SIZE, fields: 'drives(id,name)' }, options),
	);
	return (data.drives ?? []).map(({ id, name }) => ({
		id: id ?? '',
		name: name ?? '',
		mimeType: FOLDER,
		link: null,
	}));
}
