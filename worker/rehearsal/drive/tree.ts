import { createHash, randomUUID } from 'node:crypto';
import type { House } from '../house.ts';

export const FOLDER = 'application/vnd.google-apps.folder';
export const DOCUMENT = 'application/vnd.google-apps.document';
export const SHORTCUT = 'application/vnd.google-apps.shortcut';
export const ROOT = 'rehearsal-root';

/** A file or folder of the rehearsal Drive. Times are ISO 8601. */
export type Item = {
	id: string;
	name: string;
	mimeType: string;
	/** Exactly one, but for roots. */
	parents: string[];
	/** The shared drive it belongs to; null in My Drive. */
	driveId: string | null;
	explicitlyTrashed: boolean;
	createdTime: string;
	modifiedTime: string;
	/** Counts the changes of this one item. */
	version: number;
	description: string | null;
	starred: boolean;
	appProperties: Record<string, string>;
	properties: Record<string, string>;
	shortcut: { targetId: string; targetMimeType: string } | null;
	/** File in the blobs folder; null for folders and half-uploaded files. */
	blob: string | null;
	size: number;
	md5: string | null;
	sha256: string | null;
	revision: string | null;
};

/** One line of the change log. */
export type Change = { n: number; fileId: string; removed: boolean; time: string; driveId: string | null };

export const itemsOf = (house: House) => house.state.table<Item>('driveItems');
export const changesOf = (house: House) => house.state.table<Change>('driveChanges');

/** An id that looks like one of Drive's: 33 characters. */
export function newDriveId(): string {
	const random = createHash('sha256').update(randomUUID()).digest('base64url').replaceAll('-', 'x');
	return `1${random.slice(0, 32)}`;
}

/** A new item with everything that is usually empty. */
export function blankItem(given: Pick<Item, 'id' | 'name' | 'mimeType' | 'parents'> & Partial<Item>): Item {
	const now = new Date().toISOString();
	return {
		driveId: null,
		explicitlyTrashed: false,
		createdTime: now,
		modifiedTime: now,
		version: 1,
		description: null,
		starred: false,
		appProperties: {},
		properties: {},
		shortcut: null,
		blob: null,
		size: 0,
		md5: null,
		sha256: null,
		revision: null,
		...given,
	};
}

/** Stores an item and writes the change into the log. */
export function saveItem(house: House, item: Item): Item {
	const saved = itemsOf(house).set(item.id, { ...item, version: item.version + 1 });
	logChange(house, { fileId: item.id, removed: false, driveId: item.driveId });
	return saved;
}

/** Deletes an item and everything below it for good. */
export function removeItem(house: House, item: Item): void {
	for (const child of childrenOf(house, item.id)) removeItem(house, child);
	itemsOf(house).delete(item.id);
	logChange(house, { fileId: item.id, removed: true, driveId: item.driveId });
}

function logChange(house: House, change: Omit<Change, 'n' | 'time'>): void {
	const n = house.state.next('driveChange');
	changesOf(house).set(String(n), { ...change, n, time: new Date().toISOString() });
}

export function childrenOf(house: House, id: string): Item[] {
	return itemsOf(house)
		.all()
		.filter((item) => item.parents.includes(id));
}

/** Whether an item or any folder above it lies in the bin. */
export function isTrashed(house: House, item: Item): boolean {
	if (item.explicitlyTrashed) return true;
	const parent = item.parents[0] ? itemsOf(house).get(item.parents[0]) : undefined;
	return parent ? isTrashed(house, parent) : false;
}

/** Whether `folder` is `item` or lies below it: moving there would cut both off the tree. */
export function liesBelow(house: House, folder: string, item: string): boolean {
	if (folder === item) return true;
	const parent = itemsOf(house).get(folder)?.parents[0];
	return parent ? liesBelow(house, parent, item) : false;
}
