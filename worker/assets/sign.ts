import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long a preview address plays: long enough to look at a run the next day. */
export const PREVIEW_SECONDS = 24 * 60 * 60;

/** The query that lets a browser without an API key read one asset until it expires (seconds since 1970). */
export function signPreview(key: string, asset: string, expires: number): string {
	return `expires=${expires}&signature=${mac(key, asset, expires).toString('base64url')}`;
}

/** Whether a preview query is ours, for this asset, and still valid. Compared in constant time. */
export function isSigned(
	key: string,
	asset: string,
	query: { expires?: string; signature?: string },
	now = Date.now(),
): boolean {
	const expires = Number(query.expires);
	if (!query.signature || !Number.isSafeInteger(expires) || expires * 1000 < now) return false;
	const given = Buffer.from(query.signature, 'base64url');
	const right = mac(key, asset, expires);
	return given.length === right.length && timingSafeEqual(given, right);
}

const mac = (key: string, asset: string, expires: number) =>
	createHmac('sha256', `preview:${key}`).update(`${asset}:${expires}`).digest();
