import { Fault } from '../../base/errors.ts';
import { fetchToFile } from '../download.ts';
import type { DriveSession } from './client.ts';
import { type Entry, isFolder, isNative } from './entry.ts';
import { getTarget } from './files.ts';
import { kindOf } from './kinds.ts';

export type DriveDownload = { name: string; mimeType: string; bytes: number; md5: string | null };

const DOING = 'downloading from Drive';

/**
 * Downloads a file (or what a shortcut points to) into `to`; a broken connection is taken up again by Range,
 * and the MD5 that Drive states must come out. Faults: `invalid_input` for folders and Google documents,
 * `unavailable` when the file changed or was damaged meanwhile. Free to repeat.
 */
export async function downloadFile(
	session: DriveSession,
	file: string,
	to: string,
	progress?: (bytes: number) => void,
): Promise<DriveDownload> {
	const entry = await getTarget(session, file);
	refuse(entry);
	const base = session.room.origins.drive;
	const url = `${base}/drive/v3/files/${encodeURIComponent(entry.id)}?alt=media&supportsAllDrives=true`;
	const { headers } = session;
	const got = await fetchToFile(session.room, { url, base, headers, to, doing: DOING }, session.signal, progress);
	if (entry.md5 && got.md5 !== entry.md5)
		throw new Fault('unavailable', `"${entry.name}" changed on Drive, or was damaged, while it was downloaded.`);
	return { name: entry.name, mimeType: kindOf(entry), bytes: got.bytes, md5: entry.md5 || null };
}

function refuse(entry: Entry): void {
	if (isFolder(entry))
		throw new Fault('invalid_input', `"${entry.name}" is a folder.`, { hint: 'Choose a file in it.' });
	if (isNative(entry.mimeType))
		throw new Fault('invalid_input', `"${entry.name}" is a Google document and has no file to download.`, {
			hint: 'Download it from Google as a file of another kind, and put that on Drive.',
		});
	if (entry.trashed)
		throw new Fault('not_found', `"${entry.name}" is in the bin of Google Drive.`, { hint: 'Restore it first.' });
}
