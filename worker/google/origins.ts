import { Fault } from '../base/errors.ts';

/** Where each service of Google's is spoken to. In a rehearsal all are the stand-in. */
export type Origins = {
	rehearsal: boolean;
	gemini: string;
	/** Undefined lets the SDK choose the host by location. */
	vertex: string | undefined;
	drive: string;
	storage: string;
	/**
	 * An address that Google handed out (a redirect, an upload session) as the one to call: turned to the
	 * stand-in in a rehearsal, otherwise only accepted within Google's own domains. Throws `unavailable`.
	 */
	trusted(address: string, base: string): string;
};

/** Google's public API hosts (https://developers.google.com/discovery). */
const GEMINI = 'https://generativelanguage.googleapis.com';
const DRIVE = 'https://www.googleapis.com';
const STORAGE = 'https://storage.googleapis.com';
const GOOGLES = /(^|\.)(googleapis\.com|googleusercontent\.com|google\.com)$/;

/** The addresses for real calls, or all on the rehearsal server when its URL is given. */
export function openOrigins(rehearsalUrl?: string): Origins {
	return {
		rehearsal: rehearsalUrl !== undefined,
		gemini: rehearsalUrl ?? GEMINI,
		vertex: rehearsalUrl,
		drive: rehearsalUrl ?? DRIVE,
		storage: rehearsalUrl ?? STORAGE,
		trusted: (address, base) => {
			const url = new URL(address, base);
			if (rehearsalUrl !== undefined) return `${rehearsalUrl}${url.pathname}${url.search}`;
			if (url.protocol === 'https:' && GOOGLES.test(url.hostname)) return url.href;
			throw new Fault('unavailable', `Google pointed to an address that is not its own: ${url.hostname}.`);
		},
	};
}
