import type { DriveChangesRequest } from '../../contract/drive.ts';
import { SECOND } from '../../base/time.ts';
import { type Entry, isFolder, isNative, SHORTCUT } from './entry.ts';
import { isWanted } from './kinds.ts';
import { contentDigest, contentOf, idDigest, isWatched, type WatchState } from './state.ts';

/** `settle`: complete by its looks, but so fresh that it has to look the same twice. */
export type Verdict = 'ignore' | 'pending' | 'settle' | 'ready';

/** A file that may be news: `by` is the id under which it lies in the folder (a shortcut's own, else the file's). */
export type Candidate = { by: string; entry: Entry; changedAt: string };

/** A file as it was listed or looked at, without a time of change. */
export const asCandidate = (entry: Entry): Candidate => ({ by: entry.id, entry, changedAt: '' });

/** An upload older than this is not being written any more. */
const FRESH_MS = 60 * SECOND;

/**
 * Whether a file is news, complete and wanted. `now` is Google's clock; `before` is the content at the look
 * before, undefined where there was none. Pure.
 */
export function judge(
	{ entry, changedAt }: Candidate,
	request: DriveChangesRequest,
	state: WatchState,
	now: number,
	before: string | undefined,
): Verdict {
	if (entry.trashed || isFolder(entry) || entry.mimeType === SHORTCUT) return 'ignore';
	if (!isWatched(state, entry.parent) || !isWanted(entry, request.types)) return 'ignore';
	const content = contentOf(entry);
	if (isSeen(state, entry, request.event)) return 'ignore';
	if (!content) return 'pending';
	if (isNative(entry.mimeType))
		return age(now, entry.modifiedAt) < request.restSeconds * SECOND ? 'pending' : 'ready';
	const touched = Math.min(...[entry.modifiedAt, entry.createdAt, changedAt].map((at) => age(now, at)));
	return touched < FRESH_MS && before !== content ? 'settle' : 'ready';
}

/** Milliseconds since a time of Google's; Google's own clocks may differ by a little, never so far that time runs back. */
const age = (now: number, at: string): number => Math.max(0, now - (Date.parse(at) || 0));

function isSeen(state: WatchState, entry: Entry, event: DriveChangesRequest['event']): boolean {
	const seen = state.seen[idDigest(entry.id)];
	if (seen === undefined) return false;
	return event === 'new' || seen === contentDigest(contentOf(entry));
}
