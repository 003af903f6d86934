import type { DriveSession } from './client.ts';
import { FOLDER } from './entry.ts';
import { escaped } from './files.ts';

export type ListRequest = { folder: string; query?: string; kind: 'folder' | 'file'; pageToken?: string };
export type Listed = { id: string; name: string; mimeType: string; link: string | null };

const PAGE_SIZE = 100;

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
				fields: 'nextPageToken,files(id,name,mimeType,webViewLink)',
				...(pageToken && { pageToken }),
			},
			options,
		),
	);
	const listed = (data.files ?? []).map(({ id, name, mimeType, webViewLink }) => ({
		id: id ?? '',
		name: name ?? '',
		mimeType: mimeType ?? '',
		link: webViewLink ?? null,
	}));
	const drives = kind === 'folder' && !folder && !pageToken ? await sharedDrives(session, query) : [];
	return { files: [...drives, ...listed], next: data.nextPageToken ?? null };
}

/** Shared drives are folders too, but no search for files finds them. */
async function sharedDrives(session: DriveSession, query = ''): Promise<Listed[]> {
	const { data } = await session.read('listing the shared drives', (api, options) =>
		api.drives.list({ pageSize: PAGE_SIZE, fields: 'drives(id,name)' }, options),
	);
	const wanted = query.trim().toLowerCase();
	return (data.drives ?? [])
		.map(({ id, name }) => ({ id: id ?? '', name: name ?? '', mimeType: FOLDER, link: null }))
		.filter(({ name }) => name.toLowerCase().includes(wanted));
}
