import { Fault } from '../../base/errors.ts';
import type { DriveChangesRequest, DriveFile } from '../../contract/drive.ts';
import type { DriveSession } from './client.ts';
import { driveFileOf, type Entry, isFolder } from './entry.ts';
import { type Change, type Changes, changesSince, findEntry, getTarget, startToken } from './files.ts';
import { asCandidate, type Candidate } from './judge.ts';
import { isWanted } from './kinds.ts';
import { lookAgain, sift, throughShortcuts } from './sift.ts';
import {
	arrivals,
	contentDigest,
	contentOf,
	fits,
	foldFolders,
	idDigest,
	isWatched,
	newState,
	pathOf,
	type WatchState,
} from './state.ts';
import { listTree } from './tree.ts';

/** One look of a watcher: what is news, how much is not complete yet, and the state to keep for the next. */
export type Look = { files: DriveFile[]; unfinished: number; state: WatchState };

/**
 * One look at a folder. Without a state (or with one of another tree) the watch begins: the token first, then
 * the tree, then whatever changed meanwhile. The state that comes in is left as it is, so a look whose answer
 * is lost may be repeated and gives the same news. Faults: `not_found` (folder gone or not shared), `unavailable`.
 */
export async function watch(
	session: DriveSession,
	request: DriveChangesRequest,
	state: WatchState | null,
): Promise<Look> {
	if (!fits(state, request)) return begin(session, request, null);
	const next = structuredClone(state);
	const changes = await changesSince(session, next.token, next.drive);
	const moved = await leftItsDrive(session, next, changes.changes);
	return moved ? follow(session, request, next, moved) : advance(session, request, next, changes, []);
}

/** Begins again after a lost state: what changed since that token is news, everything else is taken as known. */
export const rebuild = (session: DriveSession, request: DriveChangesRequest, token: string): Promise<Look> =>
	begin(session, request, token);

async function begin(session: DriveSession, request: DriveChangesRequest, since: string | null): Promise<Look> {
	const folder = await watchedFolder(session, request.folder);
	const state = newState(request, folder, since ?? (await startToken(session, folder.drive)));
	const listed = await listInto(session, state);
	const changes = await changesSince(session, state.token, state.drive);
	if (request.existing && since === null) return advance(session, request, state, changes, listed);
	const changed = new Set(changes.changes.map((change) => change.fileId));
	const known = listed.filter((file) => !changed.has(file.id));
	await takeAsKnown(session, request, state, known);
	return advance(session, request, state, changes, []);
}

/** The folder itself: `root` and shortcuts are taken to what they stand for. */
async function watchedFolder(session: DriveSession, id: string): Promise<Entry> {
	const folder = await getTarget(session, id);
	if (!isFolder(folder)) throw new Fault('invalid_input', `"${folder.name}" is not a folder of Google Drive.`);
	if (folder.trashed) throw gone();
	return folder;
}

const gone = () =>
	new Fault('not_found', 'The watched folder is gone from Google Drive, or is not shared any more.', {
		hint: 'Take it out of the bin, share it again, or choose another folder.',
	});

/** Reads the whole tree: its folders go into the state, its files are the answer. */
async function listInto(session: DriveSession, state: WatchState): Promise<Entry[]> {
	const tree = await listTree(session, state.root, state.drive, state.subfolders);
	for (const folder of tree.folders) state.folders[folder.id] = [folder.name, folder.parent];
	return tree.files;
}

/** What lies there already is no news; what is not even complete will be, when it is. */
async function takeAsKnown(
	session: DriveSession,
	request: DriveChangesRequest,
	state: WatchState,
	files: Entry[],
): Promise<void> {
	for (const { by, entry } of await throughShortcuts(session, state, files.map(asCandidate))) {
		if (!isWanted(entry, request.types)) continue;
		const content = contentOf(entry);
		if (content) state.seen[idDigest(entry.id)] = contentDigest(content);
		else state.pending[by] = '';
	}
}

/** The folder's entry when it lies on another drive now, whose changes come by a token of its own; else null. */
async function leftItsDrive(session: DriveSession, state: WatchState, changes: Change[]): Promise<Entry | null> {
	const root = changes.find((change) => change.fileId === state.root);
	if (!root || (root.entry && !root.entry.trashed && root.entry.drive === state.drive)) return null;
	const folder = await findEntry(session, state.root);
	if (!folder || folder.trashed) throw gone();
	return folder.drive === state.drive ? null : folder;
}

/** Goes on with a folder that was moved to another drive: listed anew, and what was seen stays seen. */
async function follow(
	session: DriveSession,
	request: DriveChangesRequest,
	state: WatchState,
	folder: Entry,
): Promise<Look> {
	const token = await startToken(session, folder.drive);
	Object.assign(state, { drive: folder.drive, token, folders: {} });
	const listed = await listInto(session, state);
	return advance(session, request, state, await changesSince(session, token, folder.drive), listed);
}

/**
 * So many unfinished files are looked at again in one look. Those that stay unfinished go to the end of the
 * line, so all have their turn.
 */
const MAX_WAITING = 300;

async function advance(
	session: DriveSession,
	request: DriveChangesRequest,
	state: WatchState,
	changes: Changes,
	listed: Entry[],
): Promise<Look> {
	const brought = await takeInFolders(session, state, changes);
	state.token = changes.token;
	const candidates = gather(state, changes, [...listed, ...brought]);
	const behind = changes.changes.flatMap(({ fileId }) => state.shortcuts[fileId] ?? []);
	const waiting = Object.keys(state.pending).filter((id) => !candidates.has(id));
	const again = [...behind.filter((id) => !candidates.has(id)), ...waiting.slice(0, MAX_WAITING)];
	for (const entry of await lookAgain(session, state, again)) candidates.set(entry.id, asCandidate(entry));

	const here = [...candidates.values()].filter(({ entry }) => isWatched(state, entry.parent) && !entry.trashed);
	const staying = new Set(here.map(({ by }) => by));
	for (const by of candidates.keys()) if (!staying.has(by)) delete state.pending[by];
	const news = await sift(session, request, state, await throughShortcuts(session, state, here), changes.now);
	const files = news.map((entry) => driveFileOf(entry, pathOf(state, entry.parent)));
	return { files, unfinished: Object.keys(state.pending).length, state };
}

/** All files of which something may be news, each once; the latest word on a file counts. */
function gather(state: WatchState, { changes }: Changes, listed: Entry[]): Map<string, Candidate> {
	const candidates = new Map(listed.map((entry) => [entry.id, asCandidate(entry)]));
	for (const { fileId, entry, at } of changes) {
		if (entry && !isFolder(entry)) candidates.set(fileId, { by: fileId, entry, changedAt: at });
		else candidates.delete(fileId);
		if (!entry) delete state.pending[fileId];
	}
	return candidates;
}

/** Folders that came into the tree bring what they hold, however old; those that left go. Answers with the files brought. */
async function takeInFolders(session: DriveSession, state: WatchState, { changes }: Changes): Promise<Entry[]> {
	const brought: Entry[] = [];
	for (let batch = arrivals(state, changes); batch.length; batch = arrivals(state, changes))
		for (const folder of batch) {
			if (isWatched(state, folder.id)) continue;
			state.folders[folder.id] = [folder.name, folder.parent];
			const tree = await listTree(session, folder.id, state.drive, true);
			for (const below of tree.folders) state.folders[below.id] = [below.name, below.parent];
			brought.push(...tree.files);
		}
	foldFolders(state, changes);
	return brought;
}

/** So many of the newest files are looked at for a sample. */
const MAX_SAMPLED = 200;

/** A few of the newest complete files, for somebody who sets a watcher up; no state is made or moved. */
export async function sample(session: DriveSession, request: DriveChangesRequest): Promise<DriveFile[]> {
	const state = newState(request, await watchedFolder(session, request.folder), '');
	const newest = (await listInto(session, state)).sort(newestFirst).slice(0, MAX_SAMPLED);
	return (await throughShortcuts(session, state, newest.map(asCandidate)))
		.filter(({ entry }) => contentOf(entry) && isWanted(entry, request.types))
		.slice(0, request.sample ?? 1)
		.map(({ entry }) => driveFileOf(entry, pathOf(state, entry.parent)));
}

const newestFirst = (a: Entry, b: Entry) => Date.parse(b.modifiedAt) - Date.parse(a.modifiedAt);
