import type { DriveSession } from './client.ts';
import { type Entry, isFolder } from './entry.ts';
import { childrenOf } from './files.ts';

export type Tree = { folders: Entry[]; files: Entry[] };

/** Folders asked about in one request: a tree of thousands must be read within a look's minute. */
const TOGETHER = 30;
/** Requests side by side. */
const BREADTH = 6;

/**
 * Everything below a folder, level by level; without `subfolders` its own files alone. A folder met twice (a
 * tree changed while it is read) is listed once.
 */
export async function listTree(
	session: DriveSession,
	folder: string,
	drive: string,
	subfolders: boolean,
): Promise<Tree> {
	const tree: Tree = { folders: [], files: [] };
	const met = new Set([folder]);
	for (let level = [folder]; level.length;) {
		const groups = Array.from({ length: Math.ceil(level.length / TOGETHER) }, (_, group) =>
			level.slice(group * TOGETHER, (group + 1) * TOGETHER),
		);
		const children = (await inBatches(groups, BREADTH, (ids) => childrenOf(session, ids, drive))).flat();
		tree.files.push(...children.filter((entry) => !isFolder(entry)));
		const below = subfolders ? children.filter((entry) => isFolder(entry) && !met.has(entry.id)) : [];
		below.forEach((entry) => met.add(entry.id));
		tree.folders.push(...below);
		level = below.map((entry) => entry.id);
	}
	return tree;
}

/** Runs `work` over all items, at most `breadth` at a time, and keeps their order. */
export async function inBatches<T, R>(items: T[], breadth: number, work: (item: T) => Promise<R>): Promise<R[]> {
	const results: R[] = [];
	for (let at = 0; at < items.length; at += breadth)
		results.push(...(await Promise.all(items.slice(at, at + breadth).map(work))));
	return results;
}
