import type { Grant } from '../../base/grant.ts';
import type { DriveChangesRequest, DriveFile } from '../../contract/drive.ts';
import type { ExportResult } from '../../contract/transfer.ts';
import type { Room } from '../room.ts';
import { type DriveBrief, readBrief } from './brief.ts';
import { openDriveSession } from './client.ts';
import { downloadFile, type DriveDownload } from './download.ts';
import { driveFileOf } from './entry.ts';
import { getTarget } from './files.ts';
import { list, type Listed, type ListRequest } from './list.ts';
import type { WatchState } from './state.ts';
import { newFileId, type Upload, upload } from './upload.ts';
import { type Look, rebuild, sample, watch } from './watch.ts';

export type { DriveBrief, DriveDownload, Listed, ListRequest, Look, Upload, WatchState };

type Progress = (bytes: number) => void;

export type Drive = {
	/** A file, or what a shortcut points to. */
	describe(file: string, grant: Grant, signal: AbortSignal): Promise<DriveFile>;
	readBrief(file: string, grant: Grant, signal: AbortSignal): Promise<DriveBrief>;
	download(file: string, grant: Grant, to: string, signal: AbortSignal, progress?: Progress): Promise<DriveDownload>;
	newFileId(grant: Grant, signal: AbortSignal): Promise<string>;
	upload(request: Upload, grant: Grant, signal: AbortSignal, progress?: Progress): Promise<ExportResult['file']>;
	list(request: ListRequest, grant: Grant, signal: AbortSignal): Promise<{ files: Listed[]; next: string | null }>;
	/** One look of a watcher; `state` null begins. `state.token` is where it could be rebuilt from. */
	watch(request: DriveChangesRequest, state: WatchState | null, grant: Grant, signal: AbortSignal): Promise<Look>;
	/** After lost state: what changed since the token counts as new. */
	rebuild(request: DriveChangesRequest, token: string, grant: Grant, signal: AbortSignal): Promise<Look>;
	/** A few of the newest files, without a cursor. */
	sample(request: DriveChangesRequest, grant: Grant, signal: AbortSignal): Promise<DriveFile[]>;
};

/** Google Drive as the worker uses it; every call gets a session of its own for the grant it brings. */
export function openDrive(room: Room): Drive {
	const open = (grant: Grant, signal: AbortSignal) => openDriveSession(room, grant, signal);
	return {
		describe: async (file, grant, signal) => driveFileOf(await getTarget(open(grant, signal), file)),
		readBrief: async (file, grant, signal) => readBrief(open(grant, signal), file),
		download: async (file, grant, to, signal, progress) => downloadFile(open(grant, signal), file, to, progress),
		newFileId: async (grant, signal) => newFileId(open(grant, signal)),
		upload: async (request, grant, signal, progress) => upload(open(grant, signal), request, progress),
		list: async (request, grant, signal) => list(open(grant, signal), request),
		watch: async (request, state, grant, signal) => watch(open(grant, signal), request, state),
		rebuild: async (request, token, grant, signal) => rebuild(open(grant, signal), request, token),
		sample: async (request, grant, signal) => sample(open(grant, signal), request),
	};
}
