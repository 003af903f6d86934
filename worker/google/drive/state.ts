import { createHash } from 'node:crypto';
import type { DriveChangesRequest } from '../../contract/drive.ts';
import { type Change } from './files.ts';
import { type Entry, isFolder, isNative } from './entry.ts';

/**
 * What a watcher remembers between two looks, as plain JSON. For 10,000 files it takes about 250 kB: of a
 * delivered file only short digests are kept.
 */
export type WatchState = {
	version: 1;
	/** As it was asked for. */
	folder: string;
	/** The folder's own id. */
	root: string;
	subfolders: boolean;
	/** The shared drive that holds the folder; empty on My Drive. */
	drive: string;
	/** Where Drive's changes are read on from. */
	token: string;
	/** Watched subfolders: name and parent by id. */
	folders: Record<string, [name: string, parent: string]>;
	/** Digest of a file's id → digest of the content that was delivered or lay there when the watch began. */
	seen: Record<string, string>;
	/** Files that are not complete yet, with the content of the last look; they are looked at again each time. */
	pending: Record<string, string>;
	/** Shortcuts by the file they point to: its changes come under its own id. */
	shortcuts: Record<string, string[]>;
};

/** A state that knows nothing yet. */
export const newState = (request: DriveChangesRequest, { id, drive }: Entry, token: string): WatchState => ({
	version: 1,
	folder: request.folder,
	root: id,
	subfolders: request.subfolders,
	drive,
	token,
	folders: {},
	seen: {},
	pending: {},
	shortcuts: {},
});

/** Whether a state was made for the same tree; any other is of no use. */
export const fits = (state: WatchState | null, request: DriveChangesRequest): state is WatchState =>
	state?.version === 1 && state.folder === request.folder && state.subfolders === request.subfolders;

/** 66 bits: among a million files two alike are less likely than 1 in 10^8. */
const ID_LENGTH = 11;
const CONTENT_LENGTH = 6;
const digest = (text: string, length: number) => createHash('sha256').update(text).digest('base64url').slice(0, length);

/** A file's id in few characters. */
export const idDigest = (id: string): string => digest(id, ID_LENGTH);
/** A content in few characters. */
export const contentDigest = (content: string): string => digest(content, CONTENT_LENGTH);

/**
 * What tells one content of a file from another: checksum or revision of an upload, empty while it is not
 * complete; the time of the last edit of a Google document, which has neither.
 */
export const contentOf = (entry: Entry): string =>
	isNative(entry.mimeType) ? entry.modifiedAt : entry.bytes > 0 ? entry.md5 : '';

/** Whether a folder is the watched one or, with subfolders, one below it. */
export const isWatched = (state: WatchState, folder: string): boolean =>
	folder === state.root || (state.subfolders && Object.hasOwn(state.folders, folder));

/** Folder names from the watched folder down to a folder, joined by `/`. */
export function pathOf(state: WatchState, folder: string): string {
	const names: string[] = [];
	for (let at = state.folders[folder], depth = 0; at && depth < MAX_DEPTH; at = state.folders[at[1]], depth++)
		names.unshift(at[0]);
	return names.join('/');
}

/** Drive allows a hundred levels of folders (https://support.google.com/a/users/answer/7338880); a loop must end too. */
const MAX_DEPTH = 200;

/** Folders that changes bring into the tree: their parent is watched and they are not yet. Their content has to be listed. */
export const arrivals = (state: WatchState, changes: Change[]): Entry[] =>
	!state.subfolders
		? []
		: changes.flatMap(({ entry }) =>
				entry &&
				isFolder(entry) &&
				!entry.trashed &&
				entry.id !== state.root &&
				!isWatched(state, entry.id) &&
				isWatched(state, entry.parent)
					? [entry]
					: [],
			);

/** Takes renamed and moved folders over into the state, and drops those that left, with all below them. */
export function foldFolders(state: WatchState, changes: Change[]): void {
	for (const { fileId, entry } of changes) {
		if (!Object.hasOwn(state.folders, fileId)) continue;
		if (entry && !entry.trashed && isWatched(state, entry.parent))
			state.folders[fileId] = [entry.name, entry.parent];
		else delete state.folders[fileId];
	}
	for (let orphans = orphansOf(state); orphans.length; orphans = orphansOf(state))
		for (const id of orphans) delete state.folders[id];
}

const orphansOf = (state: WatchState): string[] =>
	Object.entries(state.folders).flatMap(([id, [, parent]]) => (isWatched(state, parent) ? [] : [id]));

/** Remembers that a shortcut points to a file. */
export function noteShortcut(state: WatchState, target: string, shortcut: string): void {
	const known = state.shortcuts[target] ?? [];
	if (!known.includes(shortcut)) state.shortcuts[target] = [...known, shortcut];
}
