import { faultOf } from '../state/faults.ts';
import type { House } from '../house.ts';
import { isServiceAccount } from '../oauth.ts';
import type { Call } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { itemsOf, ROOT, type Item } from './tree.ts';

/** Switches of the stand-in that stay until changed. */
export type Settings = {
	/** A service account has no storage of its own: creating a file in My Drive fails with 403 storageQuotaExceeded. */
	serviceAccountsHaveNoStorage: boolean;
};

const DEFAULTS: Settings = { serviceAccountsHaveNoStorage: false };

export function readSettings(house: House): Settings {
	return { ...DEFAULTS, ...house.state.table<Partial<Settings>>('settings').get('settings') };
}

export function writeSettings(house: House, change: Partial<Settings>): Settings {
	return house.state.table<Settings>('settings').set('settings', { ...readSettings(house), ...change });
}

/** Whether a call said that it can handle shared drives; without it Drive behaves as if there were none. */
export const seesSharedDrives = (call: Call) =>
	call.query.get('supportsAllDrives') === 'true' || call.query.get('supportsTeamDrives') === 'true';

/** Drive's 404 for a file the caller cannot see. */
export const noSuchFile = (id: string) =>
	new WireError(404, `File not found: ${id}.`, { reason: 'notFound', location: 'fileId' });

/** The file a call names; `root` is My Drive. Throws Drive's 404, also for a file of a shared drive without the flag. */
export function findItem(call: Call, id = call.params.id!): Item {
	const item = itemsOf(call.house).get(id === 'root' ? ROOT : id);
	if (!item || (item.driveId && !seesSharedDrives(call))) throw noSuchFile(id);
	return item;
}

/** Throws Drive's 403 when a service account without storage would own the new file. */
export function checkStorage(call: Call, driveId: string | null): void {
	if (driveId !== null || !readSettings(call.house).serviceAccountsHaveNoStorage) return;
	if (!isServiceAccount(call.house, call.bearer)) return;
	throw new WireError(
		403,
		'Service Accounts do not have storage quota. Leverage shared drives (https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth delegation (http://support.google.com/a/answer/7281227) instead.',
		{ reason: 'storageQuotaExceeded' },
	);
}

/** Whether the call's finished upload is to stay half done. */
export const staysHalfDone = (call: Call) => faultOf(call.faults, 'noMd5') !== undefined;
