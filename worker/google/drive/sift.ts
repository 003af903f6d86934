import type { DriveChangesRequest } from '../../contract/drive.ts';
import { type DriveSession, pauseFor } from './client.ts';
import { type Entry, isFolder, SHORTCUT } from './entry.ts';
import { findEntry } from './files.ts';
import { type Candidate, judge } from './judge.ts';
import { contentDigest, contentOf, idDigest, noteShortcut, type WatchState } from './state.ts';
import { inBatches } from './tree.ts';

/** At most so many fresh files are looked at twice within one look; the others' second look is the next one. */
const MAX_SETTLING = 200;
/** Looks asked for side by side. */
const BREADTH = 6;

/**
 * Tells news from what is known or unfinished, and writes both into the state. A fresh upload counts when it
 * looks the same twice, a few seconds apart, or as it did at the look before. Oldest first.
 */
export async function sift(
	session: DriveSession,
	request: DriveChangesRequest,
	state: WatchState,
	candidates: Candidate[],
	now: number,
): Promise<Entry[]> {
	const news: Entry[] = [];
	const settling: Candidate[] = [];
	const take = (candidate: Candidate, before: string | undefined, last: boolean) => {
		const { by, entry } = candidate;
		const verdict = judge(candidate, request, state, now, before);
		delete state.pending[by];
		if (verdict === 'pending' || (verdict === 'settle' && last)) state.pending[by] = contentOf(entry);
		else if (verdict === 'settle') settling.push(candidate);
		else if (verdict === 'ready') {
			state.seen[idDigest(entry.id)] = contentDigest(contentOf(entry));
			news.push(entry);
		}
	};
	for (const candidate of candidates) take(candidate, state.pending[candidate.by], false);
	for (const late of settling.splice(MAX_SETTLING)) state.pending[late.by] = contentOf(late.entry);
	if (settling.length) {
		await pauseFor(session.room.waits.settle, 'watching Drive', session.signal);
		for (const { first, second } of await secondLooks(session, settling))
			if (second) take(second, contentOf(first.entry), true);
	}
	return news.sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}

/** The same files as they are now; null for one that is gone. A shortcut's target goes on lying where the shortcut lies. */
function secondLooks(session: DriveSession, settling: Candidate[]) {
	return inBatches(settling, BREADTH, async (first) => {
		const entry = await findEntry(session, first.entry.id);
		if (!entry) return { first, second: null };
		const parent = first.by === entry.id ? entry.parent : first.entry.parent;
		return { first, second: { ...first, entry: { ...entry, parent } } };
	});
}

/** Files by id as they are now; those that are gone are forgotten. */
export async function lookAgain(session: DriveSession, state: WatchState, ids: string[]): Promise<Entry[]> {
	const entries = await inBatches([...new Set(ids)], BREADTH, async (id) => {
		const entry = await findEntry(session, id);
		if (!entry) delete state.pending[id];
		return entry ?? [];
	});
	return entries.flat();
}

/** Puts the target in a shortcut's place, lying where the shortcut lies; a shortcut to nowhere or to a folder falls out. */
export async function throughShortcuts(
	session: DriveSession,
	state: WatchState,
	candidates: Candidate[],
): Promise<Candidate[]> {
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
