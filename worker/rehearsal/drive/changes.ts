import { faultOf } from '../state/faults.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { seesSharedDrives } from './access.ts';
import { applyFields } from './fields.ts';
import { showItem, SHORT_FILE } from './show.ts';
import { changesOf, itemsOf, type Change } from './tree.ts';

const drive = { form: 'drive', auth: 'bearer' } as const;
const SHORT_CHANGES = `kind,newStartPageToken,nextPageToken,changes(kind,changeType,time,removed,fileId,file(${SHORT_FILE}))`;

/** Drive v3: the log of changes, the one way to watch a folder that misses nothing. */
export const driveChangeRoutes: Route[] = [
	{
		name: 'drive.changes.startPageToken',
		method: 'GET',
		path: /^\/drive\/v3\/changes\/startPageToken$/,
		...drive,
		handle: startToken,
	},
	{ name: 'drive.changes', method: 'GET', path: /^\/drive\/v3\/changes$/, ...drive, handle: list },
];

function startToken(call: Call): Answer {
	return { json: { kind: 'drive#startPageToken', startPageToken: String(call.house.state.last('driveChange') + 1) } };
}

function list(call: Call): Answer {
	const { query, house } = call;
	const from = Number(query.get('pageToken') ?? NaN);
	const last = house.state.last('driveChange');
	if (!Number.isInteger(from) || from < 1 || from > last + 1) {
		throw new WireError(400, 'Invalid Value', { reason: 'invalid', location: 'pageToken' });
	}
	const size = Math.min(Math.max(Number(query.get('pageSize') ?? 100) || 100, 1), 1000);
	const found = latest(changesOf(house).all()).filter((change) => change.n >= from && inScope(call, change));
	const page = found.slice(0, size);
	const more = found.length > size;
	const shown = faultOf(call.faults, 'duplicateChanges') ? page.flatMap((change) => [change, change]) : page;
	const answer = {
		kind: 'drive#changeList',
		...(more ? { nextPageToken: String(page.at(-1)!.n + 1) } : { newStartPageToken: String(last + 1) }),
		changes: shown.map((change) => show(call, change)),
	};
	return { json: applyFields(answer, query.get('fields') ?? SHORT_CHANGES) };
}

/** Of several changes of one file only the last is listed, at its own place. */
function latest(changes: Change[]): Change[] {
	const lastOf = new Map(changes.map((change) => [change.fileId, change.n]));
	return changes.filter((change) => lastOf.get(change.fileId) === change.n);
}

function inScope(call: Call, change: Change): boolean {
	const driveId = call.query.get('driveId');
	if (change.removed && call.query.get('includeRemoved') === 'false') return false;
	if (driveId) return change.driveId === driveId;
	const shared = seesSharedDrives(call) && call.query.get('includeItemsFromAllDrives') === 'true';
	return change.driveId === null || shared;
}

function show(call: Call, change: Change) {
	const item = change.removed ? undefined : itemsOf(call.house).get(change.fileId);
	return {
		kind: 'drive#change',
		type: 'file',
		changeType: 'file',
		time: change.time,
		removed: change.removed,
		fileId: change.fileId,
		...(item ? { file: showItem(call.house, item) } : {}),
	};
}
