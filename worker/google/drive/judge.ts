import type { DriveChangesRequest } from '../../contract/drive.ts';
import { SECOND } from '../../base/time.ts';
import { type Entry, isFolder, isNative, SHORTCUT } from './entry.ts';
import { isWanted } from './kinds.ts';
import { contentDigest, contentOf, idDigest, isWatched, type WatchState } from './state.ts';

/** `settle`: complete by its looks, but so fresh that it has to look the same twice. */
export type Verdict = 'ignore' | 'pending' | 'settle' | 'ready';

/** A file that may be news: `by` is the id under which it lies in the folder (a shortcut's own, else the file's). */
export type Candidate = { by: string; entry: Entry; changedAt: string };

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
	const age = now - Math.max(...[entry.modifiedAt, entry.createdAt, changedAt].map((at) => Date.parse(at) || 0));
	if (isNative(entry.mimeType)) return now - (Date.parse(entry.modifiedAt) || 0) < request.restSeconds * SECOND ? 'pending' : 'ready';
	return age < FRESH_MS && before !== content ? 'settle' : 'ready';
}

function isSeen(state: WatchState, entry: Entry, event: DriveChangesRequest['event']): boolean {
	const seen = state.seen[idDigest(entry.id)];
	if (seen === undefined) return false;
	return event === 'new' || seen === contentDigest(contentOf(entry));
}
