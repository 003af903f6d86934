import { randomBytes } from 'node:crypto';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY, MINUTE, SECOND } from '../base/time.ts';

/** Pieces of films, kept by content address. */
export type Cache = {
	/** Puts the piece at `to` and marks it as used now; false when it is not there. */
	take(key: string, extension: string, to: string): Promise<boolean>;
	/** What a small piece says, marked as used now; null when it is not there. */
	read(key: string, extension: string): Promise<string | null>;
	/** Keeps a finished, checked file of the same file system; it moves. */
	put(file: string, key: string, extension: string): Promise<void>;
	/** Removes a piece that turned out to be damaged. */
	forget(key: string, extension: string): Promise<void>;
	/** A fresh private folder on the cache's file system; give it back with `drop`. */
	scratch(): Promise<string>;
	drop(folder: string): Promise<void>;
	/** Removes the pieces not used for longest until the limit holds. */
	evict(): Promise<void>;
};

/** Folders of a worker that was killed are swept after this long. */
const ABANDONED = DAY;
/** The limit may be passed by such a share of it for a while. */
const UNNOTICED = 0.01;
/** A piece used this recently belongs to a film in the making, here or in another worker. */
const IN_USE = 10 * MINUTE;
/** A piece is marked as used again only after so long, and so many are kept in mind. */
const MARKED_EVERY = 2 * MINUTE;
const MOST_MARKED = 100_000;

/**
 * Opens the cache in `folder`. Pieces are handed out as hard links, so that evicting one takes nothing away from a
 * running job, and several workers may share the folder.
 */
export async function openCache(folder: string, mostBytes: number): Promise<Cache> {
	const scratches = join(folder, 'scratch');
	await mkdir(scratches, { recursive: true });
	await sweep(scratches);
	/** Bytes kept since the limit was looked after last: that looks at every piece. */
	let added = Infinity;
	/** When this process marked a piece as used last. */
	const marked = new Map<string, number>();
	const mark = async (kept: string) => {
		const now = Date.now();
		if (now - (marked.get(kept) ?? 0) < MARKED_EVERY) return;
		if (marked.size > MOST_MARKED) marked.clear();
		marked.set(kept, now);
		await utimes(kept, now / SECOND, now / SECOND).catch(() => undefined);
	};
	const place = (key: string, extension: string) => join(folder, key.slice(0, 2), `${key}.${extension}`);
	return {
		async take(key, extension, to) {
			const kept = place(key, extension);
			if (!(await linkOrCopy(kept, to))) return false;
			await mark(kept);
			return true;
		},
		async read(key, extension) {
			const kept = place(key, extension);
			const text = await readFile(kept, 'utf8').catch(() => null);
			if (text !== null) await mark(kept);
			return text;
		},
		async put(file, key, extension) {
			await mkdir(join(folder, key.slice(0, 2)), { recursive: true });
			added += (await stat(file)).size;
			await rename(file, place(key, extension));
			// A file that is already there under its address is left where it was, too (rename(2)).
			await rm(file, { force: true });
		},
		forget: (key, extension) => rm(place(key, extension), { force: true }),
		async scratch() {
			const own = join(scratches, randomBytes(9).toString('base64url'));
			await mkdir(own);
			return own;
		},
		drop: (own) => rm(own, { recursive: true, force: true }),
		async evict() {
			if (added < mostBytes * UNNOTICED) return;
			added = 0;
			await evict(folder, mostBytes);
		},
	};
}

async function linkOrCopy(from: string, to: string): Promise<boolean> {
	try {
		await link(from, to);
		return true;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT') return false;
		if (code === 'EEXIST') return true;
		// File systems without hard links, or with a limit to them.
		return copyFile(from, to).then(
			() => true,
			() => false,
		);
	}
}

async function sweep(scratches: string): Promise<void> {
	for (const name of await readdir(scratches)) {
		const path = join(scratches, name);
		const age = Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? Date.now());
		if (age > ABANDONED) await rm(path, { recursive: true, force: true });
	}
}

async function evict(folder: string, mostBytes: number): Promise<void> {
	const pieces = await listPieces(folder);
	let total = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
	for (const { path, bytes, usedAt } of pieces.toSorted((a, b) => a.usedAt - b.usedAt)) {
		if (total <= mostBytes || Date.now() - usedAt < IN_USE) return;
		await rm(path, { force: true });
		total -= bytes;
	}
}

async function listPieces(folder: string): Promise<{ path: string; bytes: number; usedAt: number }[]> {
	const pieces = [];
	for (const shelf of (await readdir(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
		for (const name of await readdir(join(folder, shelf))) {
			const path = join(folder, shelf, name);
			const facts = await stat(path).catch(() => null);
			if (facts?.isFile()) pieces.push({ path, bytes: facts.size, usedAt: facts.mtimeMs });
		}
	}
	return pieces;
}
