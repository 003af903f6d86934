import type { drive_v3 } from '@googleapis/drive';
import type { DriveFile } from '../../contract/drive.ts';

/** A file of Drive's in the few fields that are needed, slim enough to hold thousands. */
export type Entry = {
	id: string;
	name: string;
	mimeType: string;
	md5: string;
	bytes: number;
	parent: string;
	trashed: boolean;
	createdAt: string;
	modifiedAt: string;
	link: string | null;
	headRevision: string;
	/** What a shortcut points to. */
	target: string;
	/** The shared drive it lies on; empty on My Drive. */
	drive: string;
};

/** The fields of a file that `entryOf` reads, for the API's `fields`. */
export const ENTRY_FIELDS =
	'id,name,mimeType,md5Checksum,size,parents,trashed,createdTime,modifiedTime,webViewLink,headRevisionId,shortcutDetails(targetId,targetMimeType),driveId';

export const FOLDER = 'application/vnd.google-apps.folder';
export const SHORTCUT = 'application/vnd.google-apps.shortcut';
const NATIVE = 'application/vnd.google-apps.';

/** Google's own documents have no bytes and no checksum: they are never "uploaded", only edited. */
export const isNative = (mimeType: string): boolean => mimeType.startsWith(NATIVE);
export const isFolder = (entry: Entry): boolean => entry.mimeType === FOLDER;

/** Drive's file resource (https://developers.google.com/workspace/drive/api/reference/rest/v3/files) as an entry. */
export function entryOf(file: drive_v3.Schema$File): Entry {
	return {
		id: file.id ?? '',
		name: file.name ?? '',
		mimeType: file.mimeType ?? '',
		md5: file.md5Checksum ?? '',
		bytes: Number(file.size ?? 0),
		parent: file.parents?.[0] ?? '',
		trashed: file.trashed === true,
		createdAt: file.createdTime ?? '',
		modifiedAt: file.modifiedTime ?? file.createdTime ?? '',
		link: file.webViewLink ?? null,
		headRevision: file.headRevisionId ?? '',
		target: file.shortcutDetails?.targetId ?? '',
		drive: file.driveId ?? '',
	};
}

/** An entry as the contract's file, with the names of the folders on the way to it. */
export function driveFileOf(entry: Entry, path = ''): DriveFile {
	return {
		id: entry.id,
		name: entry.name,
		mimeType: entry.mimeType,
		bytes: isNative(entry.mimeType) ? null : entry.bytes,
		md5: entry.md5 || null,
		folder: entry.parent,
		path,
		link: entry.link,
		createdAt: entry.createdAt,
		modifiedAt: entry.modifiedAt,
	};
}
