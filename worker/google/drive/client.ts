import { drive, type drive_v3 } from '@googleapis/drive';
import { Fault } from '../../base/errors.ts';
import type { Grant } from '../../base/grant.ts';
import { MINUTE, SECOND, sleep } from '../../base/time.ts';
import { classify } from '../errors.ts';
import { DRIVE_SCOPE } from '../identity.ts';
import type { Room } from '../room.ts';

/** One identity's view of Drive, for one call of the worker. */
export type DriveSession = {
	room: Room;
	signal: AbortSignal;
	/** A free read: repeated a few times when Drive is busy or the connection breaks. */
	read<T>(doing: string, call: (api: drive_v3.Drive, options: CallOptions) => Promise<Answer<T>>): Promise<Read<T>>;
	/** Headers that sign a call of our own; `anew` gets a new token first. */
	headers(anew?: 'anew'): Promise<Record<string, string>>;
};
export type CallOptions = { signal: AbortSignal; timeout: number; retry: false; rootUrl: string };
type Answer<T> = { data: T; headers: unknown };
/** `now` is Google's clock, which decides how fresh a file is; a worker's own may be wrong. */
export type Read<T> = { data: T; now: number };

const MAX_TRIES = 4;
const CALL_MS = 1 * MINUTE;
/** Longer pauses that Google asks for are the job's to wait, not a call's. */
const MAX_PAUSE_MS = 20 * SECOND;

/**
 * Drive through its own client, with repeats of our own: gaxios neither repeats a 403 rate limit nor obeys
 * `Retry-After` (https://developers.google.com/workspace/drive/api/guides/handle-errors asks for both).
 */
export function openDriveSession(room: Room, grant: Grant, signal: AbortSignal): DriveSession {
	const rootUrl = `${room.origins.drive}/`;
	let auth = room.identities.google(grant, DRIVE_SCOPE);
	return {
		room,
		signal,
		read: async (doing, call) => {
			for (let tries = 1; ; tries++) {
				try {
					const api = drive({ version: 'v3', auth: auth as never, rootUrl });
					const { data, headers } = await call(api, { signal, timeout: CALL_MS, retry: false, rootUrl });
					return { data, now: clockOf(headers) };
				} catch (thrown) {
					const fault = classify(thrown, doing, signal);
					const pause = Math.max(room.waits.backoff * 2 ** tries, (fault.retryAfter ?? 0) * SECOND);
					const passing = fault.code === 'unavailable' || fault.code === 'quota';
					if (!passing || tries >= MAX_TRIES || pause > MAX_PAUSE_MS) throw fault;
					await pauseFor(pause, doing, signal);
				}
			}
		},
		headers: async (anew) => {
			if (anew) auth = room.identities.google(grant, DRIVE_SCOPE, anew);
			try {
				return Object.fromEntries(await auth.getRequestHeaders());
			} catch (thrown) {
				throw classify(thrown, 'signing in to Google Drive', signal);
			}
		},
	};
}

/** Waits, or throws the Fault of the caller's abort. */
export async function pauseFor(ms: number, doing: string, signal: AbortSignal): Promise<void> {
	try {
		await sleep(ms, signal);
	} catch (thrown) {
		throw classify(thrown, doing, signal);
	}
}

function clockOf(headers: unknown): number {
	const known = headers as (Headers & Record<string, unknown>) | null | undefined;
	const date = typeof known?.get === 'function' ? known.get('date') : known?.date;
	const at = Date.parse(String(date ?? ''));
	return Number.isNaN(at) ? Date.now() : at;
}

/** Said where Drive answered from a part of its index: what is missing would be taken for not there. */
export const incomplete = () =>
	new Fault('unavailable', 'Google Drive searched only a part of its files this time.', { retryAfter: 10 });
