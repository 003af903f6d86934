import { Fault } from '../../base/errors.ts';
import type { DriveChangesRequest, DriveFile } from '../../contract/drive.ts';
import { type DriveSession, pauseFor } from './client.ts';
import { driveFileOf, type Entry, isFolder, SHORTCUT } from './entry.ts';
import { type Changes, changesSince, findEntry, getEntry, startToken } from './files.ts';
import { type Candidate, judge } from './judge.ts';
import { isWanted } from './kinds.ts';
import {
	arrivals,
	contentDigest,
	contentOf,
	fits,
	foldFolders,
	idDigest,
	isWatched,
	newState,
	noteShortcut,
	pathOf,
	type WatchState,
} from './state.ts';
import { inBatches, listTree } from './tree.ts';

/** One look of a watcher: what is news, how much is not complete yet, and the state to keep for the next. */
export type Look = { files: DriveFile[]; unfinished: number; state: WatchState };

/**
 * One look at a folder. Without a state (or with one of another tree) the watch begins: the token first, then
 * the tree, then whatever changed meanwhile. The state that comes in is left as it is, so a look whose answer
 * is lost may be repeated and gives the same news. Faults: `not_found` (folder gone or not shared), `unavailable`.
 */
export async function watch(session: DriveSession, request: DriveChangesRequest, state: WatchState | null): Promise<Look> {
	if (!fits(state, request)) return begin(session, request, null);
	const next = structuredClone(state);
	return advance(session, request, next, await changesSince(session, next.token, next.drive), []);
}

/** Begins again after a lost state: what changed since that token is news, everything else is taken as known. */
export const rebuild = (session: DriveSession, request: DriveChangesRequest, token: string): Promise<Look> =>
	begin(session, request, token);

async function begin(session: DriveSession, request: DriveChangesRequest, since: string | null): Promise<Look> {
	const { drive } = await watchedFolder(session, request.folder);
	const state = newState(request, drive, since ?? (await startToken(session, drive)));
	const tree = await listTree(session, request.folder, drive, request.subfolders);
	for (const folder of tree.folders) state.folders[folder.id] = [folder.name, folder.parent];
	const changes = await changesSince(session, state.token, drive);
	if (request.existing && since === null) return advance(session, request, state, changes, tree.files);
	const changed = new Set(changes.changes.map((change) => change.fileId));
	const known = tree.files.filter((file) => !changed.has(file.id));
	await takeAsKnown(session, request, state, known);
	return advance(session, request, state, changes, []);
}

async function watchedFolder(session: DriveSession, id: string): Promise<Entry> {
	const folder = await getEntry(session, id, 'opening the watched folder');
	if (!isFolder(folder)) throw new Fault('invalid_input', `"${folder.name}" is not a folder of Google Drive.`);
	if (folder.trashed) throw gone();
	return folder;
}

const gone = () =>
	new Fault('not_found', 'The watched folder is gone from Google Drive, or is not shared any more.', {
		hint: 'Take it out of the bin, share it again, or choose another folder.',
	});

/** What lies there already is no news; what is not even complete will be, when it is. */
async function takeAsKnown(session: DriveSession, request: DriveChangesRequest, state: WatchState, files: Entry[]): Promise<void> {
	for (const { by, entry } of await throughShortcuts(session, state, files.map(asCandidate))) {
		if (!isWanted(entry, request.types)) continue;
		const content = contentOf(entry);
		if (content) state.seen[idDigest(entry.id)] = contentDigest(content);
		else state.pending[by] = '';
	}
}

const asCandidate = (entry: Entry): Candidate => ({ by: entry.id, entry, changedAt: '' });

async function advance(
	session: DriveSession,
	request: DriveChangesRequest,
	state: WatchState,
	changes: Changes,
	listed: Entry[],
): Promise<Look> {
	const root = changes.changes.find((change) => change.fileId === state.folder);
	if (root && (root.entry === null || root.entry.trashed)) throw gone();
	const arrived = await takeInFolders(session, state, changes);
	state.token = changes.token;

	const candidates = new Map<string, Candidate>();
	for (const entry of [...listed, ...arrived]) candidates.set(entry.id, asCandidate(entry));
	for (const { fileId, entry, at } of changes.changes) {
		if (entry && !isFolder(entry)) candidates.set(fileId, { by: fileId, entry, changedAt: at });
		else candidates.delete(fileId);
		if (!entry) delete state.pending[fileId];
	}
	const behind = changes.changes.flatMap(({ fileId }) => state.shortcuts[fileId] ?? []);
	const again = [...behind, ...Object.keys(state.pending)].filter((id) => !candidates.has(id));
	for (const entry of await lookAgain(session, state, again)) candidates.set(entry.id, asCandidate(entry));

	const here = [...candidates.values()].filter(({ entry }) => isWatched(state, entry.parent) && !entry.trashed);
	const staying = new Set(here.map(({ by }) => by));
	for (const by of candidates.keys()) if (!staying.has(by)) delete state.pending[by];
	const found = await throughShortcuts(session, state, here);
	const files = await sift(session, request, state, found, changes.now);
	return { files, unfinished: Object.keys(state.pending).length, state };
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

/** Looks asked for side by side. */
const BREADTH = 6;

/** Files by id as they are now; those that are gone are forgotten. */
async function lookAgain(session: DriveSession, state: WatchState, ids: string[]): Promise<Entry[]> {
	const entries = await inBatches([...new Set(ids)], BREADTH, async (id) => {
		const entry = await findEntry(session, id);
		if (!entry) delete state.pending[id];
		return entry ?? [];
	});
	return entries.flat();
}

/** Puts the target in a shortcut's place, lying where the shortcut lies; a shortcut to nowhere or to a folder falls out. */
async function throughShortcuts(session: DriveSession, state: WatchState, candidates: Candidate[]): Promise<Candidate[]> {
	const followed = await inBatches(candidates, BREADTH, async (candidate): Promise<Candidate[]> => {
		const { entry } = candidate;
		if (entry.mimeType !== SHORTCUT) return [candidate];
		const target = entry.target ? await findEntry(session, entry.target) : null;
		if (!target || isFolder(target) || target.trashed) {
			delete state.pending[entry.id];
			return [];
		}
		noteShortcut(state, target.id, entry.id);
		return [{ ...candidate, entry: { ...target, parent: entry.parent } }];
	});
	return followed.flat();
}

/** At most so many fresh files are looked at twice within one look; the others' second look is the next one. */
const MAX_SETTLING = 200;

/** Tells news from what is known or unfinished, and writes both into the state. */
async function sift(
	session: DriveSession,
	request: DriveChangesRequest,
	state: WatchState,
	candidates: Candidate[],
	now: number,
): Promise<DriveFile[]> {
	const files: DriveFile[] = [];
	const settling: Candidate[] = [];
	const take = (candidate: Candidate, before: string | undefined, last: boolean) => {
		const { by, entry } = candidate;
		const verdict = judge(candidate, request, state, now, before);
		delete state.pending[by];
		if (verdict === 'pending' || (verdict === 'settle' && last)) state.pending[by] = contentOf(entry);
		else if (verdict === 'settle') settling.push(candidate);
		else if (verdict === 'ready') {
			state.seen[idDigest(entry.id)] = contentDigest(contentOf(entry));
			files.push(driveFileOf(entry, pathOf(state, entry.parent)));
		}
	};
	for (const candidate of candidates) take(candidate, state.pending[candidate.by], false);
	for (const late of settling.splice(MAX_SETTLING)) state.pending[late.by] = contentOf(late.entry);
	if (settling.length) {
		await pauseFor(session.room.waits.settle, 'watching Drive', session.signal);
		for (const { first, second } of await secondLooks(session, settling)) if (second) take(second, contentOf(first.entry), true);
	}
	return files.sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}

async function secondLooks(session: DriveSession, settling: Candidate[]) {
	return inBatches(settling, BREADTH, async (first) => {
		const entry = await findEntry(session, first.entry.id);
		const second = entry && { ...first, entry: { ...entry, parent: first.by === entry.id ? entry.parent : first.entry.parent } };
		return { first, second };
	});
}

/** A few of the newest complete files, for somebody who sets a watcher up; no state is made or moved. */
export async function sample(session: DriveSession, request: DriveChangesRequest): Promise<DriveFile[]> {
	const { drive } = await watchedFolder(session, request.folder);
	const tree = await listTree(session, request.folder, drive, request.subfolders);
	const state = newState(request, drive, '');
	for (const folder of tree.folders) state.folders[folder.id] = [folder.name, folder.parent];
	const candidates = await throughShortcuts(session, state, tree.files.sort(newestFirst).map(asCandidate).slice(0, MAX_SETTLING));
	return candidates
		.filter(({ entry }) => contentOf(entry) && isWanted(entry, request.types))
		.slice(0, request.sample ?? 1)
		.map(({ entry }) => driveFileOf(entry, pathOf(state, entry.parent)));
}

const newestFirst = (a: Entry, b: Entry) => Date.parse(b.modifiedAt) - Date.parse(a.modifiedAt);
