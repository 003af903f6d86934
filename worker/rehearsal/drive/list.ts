import { faultOf } from '../state/faults.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { seesSharedDrives } from './access.ts';
import { applyFields } from './fields.ts';
import { parseOrder, parseQuery } from './query.ts';
import { showItem, SHORT_FILE } from './show.ts';
import { isTrashed, itemsOf, ROOT, type Item } from './tree.ts';

const LIST_FIELDS = `kind,incompleteSearch,nextPageToken,files(${SHORT_FILE})`;

/** Drive v3: search and listing. */
export const driveListRoutes: Route[] = [
	{
		name: 'drive.files.list',
		method: 'GET',
		path: /^\/drive\/v3\/files$/,
		form: 'drive',
		auth: 'bearer',
		handle: list,
	},
];

function list(call: Call): Answer {
	const { query, house } = call;
	const test = parseQuery(query.get('q') ?? '', {
		root: ROOT,
		trashed: (item) => isTrashed(house, item),
		fullText: (item) => item.name,
	});
	const found = itemsOf(house)
		.all()
		.filter((item) => item.parents.length > 0 && inScope(call, item) && test(item));
	if (query.get('orderBy')) found.sort(parseOrder(query.get('orderBy')!));
	const incomplete = faultOf(call.faults, 'incomplete') !== undefined;
	const shown = incomplete ? found.slice(0, Math.floor(found.length / 2)) : found;
	const page = pageOf(call, shown);
	const answer = {
		kind: 'drive#fileList',
		...page.next,
		incompleteSearch: incomplete,
		files: page.items.map((item) => showItem(house, item)),
	};
	return { json: applyFields(answer, query.get('fields') ?? LIST_FIELDS) };
}

/** Which drives a list looks at. Throws Drive's 400 when corpora and driveId do not belong together. */
function inScope(call: Call, item: Item): boolean {
	const corpora = call.query.get('corpora') ?? 'user';
	const driveId = call.query.get('driveId');
	if ((corpora === 'drive') !== (driveId !== null)) {
		throw new WireError(400, 'The driveId parameter must be specified if and only if corpora is set to drive.', {
			reason: 'invalid',
			location: 'driveId',
		});
	}
	if (driveId) return item.driveId === driveId;
	const shared = seesSharedDrives(call) && call.query.get('includeItemsFromAllDrives') === 'true';
	return item.driveId === null || shared;
}

/** Pages are counted from the front; the token is opaque to the caller all the same. */
function pageOf(call: Call, items: Item[]): { items: Item[]; next: { nextPageToken?: string } } {
	const size = Math.min(Math.max(Number(call.query.get('pageSize') ?? 100) || 100, 1), 1000);
	const token = call.query.get('pageToken');
	const from = token ? Number(/^~!!~(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1] ?? NaN) : 0;
	if (Number.isNaN(from)) throw new WireError(400, 'Invalid Value', { reason: 'invalid', location: 'pageToken' });
	const next =
		from + size < items.length ? { nextPageToken: Buffer.from(`~!!~${from + size}`).toString('base64url') } : {};
	return { items: items.slice(from, from + size), next };
}
