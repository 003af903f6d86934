import { ownerOf } from '../oauth.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { applyFields } from './fields.ts';
import { SHARED_DRIVE } from './furnish.ts';
import { itemsOf } from './tree.ts';

const drive = { method: 'GET', form: 'drive', auth: 'bearer' } as const;

/** Drive v3: whose Drive this is, and which shared drives there are. */
export const drivePlaceRoutes: Route[] = [
	{ ...drive, name: 'drive.about', path: /^\/drive\/v3\/about$/, handle: about },
	{ ...drive, name: 'drive.drives.list', path: /^\/drive\/v3\/drives$/, handle: drives },
	{ ...drive, name: 'drive.drives.get', path: /^\/drive\/v3\/drives\/(?<id>[^/]+)$/, handle: oneDrive },
];

function about(call: Call): Answer {
	const fields = call.query.get('fields');
	if (!fields) {
		throw new WireError(400, "The 'fields' parameter is required for this method.", {
			reason: 'required',
			location: 'fields',
		});
	}
	const emailAddress = ownerOf(call.house, call.bearer);
	const used = String(
		itemsOf(call.house)
			.all()
			.reduce((sum, item) => sum + item.size, 0),
	);
	const user = {
		kind: 'drive#user',
		displayName: emailAddress.split('@')[0],
		me: true,
		permissionId: '1',
		emailAddress,
	};
	const storageQuota = { limit: String(15 * 2 ** 30), usage: used, usageInDrive: used, usageInDriveTrash: '0' };
	return {
		json: applyFields({ kind: 'drive#about', user, storageQuota, maxUploadSize: String(5 * 2 ** 40) }, fields),
	};
}

const shownDrive = { kind: 'drive#drive', id: SHARED_DRIVE.id, name: SHARED_DRIVE.name };

function drives(call: Call): Answer {
	const answer = { kind: 'drive#driveList', drives: [shownDrive] };
	return { json: applyFields(answer, call.query.get('fields') ?? '*') };
}

function oneDrive(call: Call): Answer {
	if (call.params.id === SHARED_DRIVE.id) return { json: shownDrive };
	throw new WireError(404, `Shared drive not found: ${call.params.id}`, { reason: 'notFound', location: 'driveId' });
}
