import { z } from 'zod';
import type { House } from '../house.ts';
import { WireError } from '../wire/errors.ts';
import type { Call } from '../wire/call.ts';
import { findItem } from './access.ts';
import { blankItem, FOLDER, itemsOf, liesBelow, newDriveId, ROOT, SHORTCUT, type Item } from './tree.ts';

const Pairs = z.record(z.string(), z.string().nullable());

/** The writable metadata of a file, as create and update take it. */
export const Metadata = z.looseObject({
	id: z.string().optional(),
	name: z.string().optional(),
	mimeType: z.string().optional(),
	parents: z.array(z.string()).optional(),
	description: z.string().optional(),
	starred: z.boolean().optional(),
	trashed: z.boolean().optional(),
	createdTime: z.string().optional(),
	modifiedTime: z.string().optional(),
	appProperties: Pairs.optional(),
	properties: Pairs.optional(),
	shortcutDetails: z.looseObject({ targetId: z.string() }).optional(),
});
export type Metadata = z.infer<typeof Metadata>;

/** Bytes of key and value together, in UTF-8. Source: Drive guide, "Manage file properties". */
const LONGEST_PAIR = 124;

/** Reads metadata. Throws Drive's 400. */
export function parseMetadata(given: unknown): Metadata {
	const parsed = Metadata.safeParse(given ?? {});
	if (!parsed.success)
		throw new WireError(400, `Invalid value at '${parsed.error.issues[0]!.path.join('.')}'.`, {
			reason: 'invalid',
		});
	const pairs = { ...parsed.data.appProperties, ...parsed.data.properties };
	for (const [key, value] of Object.entries(pairs)) {
		if (Buffer.byteLength(key + (value ?? '')) > LONGEST_PAIR) {
			throw new WireError(403, 'The value for the property is too large.', { reason: 'propertyValueTooLarge' });
		}
	}
	return parsed.data;
}

/**
 * A new item, not yet stored. Throws Drive's 404 for a parent that is not there, 409 for an id in use, 400 for an id
 * that generateIds did not make.
 */
export function newItem(call: Call, metadata: Metadata, mimeType: string): Item {
	const id = metadata.id === undefined ? newDriveId() : checkId(call.house, metadata.id);
	if ((metadata.parents?.length ?? 0) > 1) {
		throw new WireError(403, 'A file cannot have more than one parent.', { reason: 'teamDrivesParentLimit' });
	}
	const parent = findItem(call, metadata.parents?.[0] ?? ROOT);
	if (parent.mimeType !== FOLDER)
		throw new WireError(403, 'The specified parent is not a folder.', { reason: 'parentNotAFolder' });
	const target = metadata.shortcutDetails ? findItem(call, metadata.shortcutDetails.targetId) : null;
	return blankItem({
		id,
		name: metadata.name ?? 'Untitled',
		mimeType: target ? SHORTCUT : mimeType,
		parents: [parent.id],
		driveId: parent.driveId,
		description: metadata.description ?? null,
		starred: metadata.starred ?? false,
		appProperties: withPairs({}, metadata.appProperties),
		properties: withPairs({}, metadata.properties),
		shortcut: target ? { targetId: target.id, targetMimeType: target.mimeType } : null,
		...(metadata.createdTime ? { createdTime: iso(metadata.createdTime) } : {}),
		...(metadata.modifiedTime ? { modifiedTime: iso(metadata.modifiedTime) } : {}),
	});
}

function checkId(house: House, id: string): string {
	if (itemsOf(house).get(id)) {
		throw new WireError(409, 'A file already exists with the provided ID.', { reason: 'fileIdInUse' });
	}
	if (house.state.table<boolean>('generatedIds').get(id)) return id;
	throw new WireError(400, 'The provided file ID is not usable.', { reason: 'invalid', location: 'file.id' });
}

function iso(time: string): string {
	const ms = Date.parse(time);
	if (Number.isNaN(ms)) throw new WireError(400, `Invalid value: ${time}`, { reason: 'invalid' });
	return new Date(ms).toISOString();
}

/** A pair whose value is null is taken away. */
function withPairs(
	pairs: Record<string, string>,
	change: Record<string, string | null> | undefined,
): Record<string, string> {
	const all = Object.entries({ ...pairs, ...change });
	return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** An item after an update: new metadata, moved by addParents and removeParents. Throws Drive's errors. */
export function changedItem(call: Call, item: Item, metadata: Metadata): Item {
	if (metadata.parents) {
		throw new WireError(
			403,
			'The parents field is not directly writable in update requests. Use the addParents and removeParents parameters instead.',
			{
				reason: 'fieldNotWritable',
			},
		);
	}
	return {
		...item,
		...moved(call, item),
		name: metadata.name ?? item.name,
		mimeType: metadata.mimeType ?? item.mimeType,
		description: metadata.description ?? item.description,
		starred: metadata.starred ?? item.starred,
		explicitlyTrashed: metadata.trashed ?? item.explicitlyTrashed,
		appProperties: withPairs(item.appProperties, metadata.appProperties),
		properties: withPairs(item.properties, metadata.properties),
		modifiedTime: metadata.modifiedTime ? iso(metadata.modifiedTime) : new Date().toISOString(),
	};
}

function moved(call: Call, item: Item): Pick<Item, 'parents' | 'driveId'> {
	const list = (name: string) => (call.query.get(name) ?? '').split(',').filter(Boolean);
	const added = list('addParents').map((id) => findItem(call, id));
	const removed = new Set(list('removeParents').map((id) => (id === 'root' ? ROOT : id)));
	if (added.length === 0) return { parents: item.parents, driveId: item.driveId };
	if (added.some((folder) => liesBelow(call.house, folder.id, item.id))) {
		throw new WireError(403, 'A folder cannot be moved into itself.', { reason: 'cyclicalParent' });
	}
	const parents = [...item.parents.filter((id) => !removed.has(id)), ...added.map((folder) => folder.id)];
	if (new Set(parents).size > 1) {
		throw new WireError(403, 'Increasing the number of parents is not allowed', { reason: 'cannotAddParent' });
	}
	return { parents: [...new Set(parents)], driveId: added[0]!.driveId };
}
