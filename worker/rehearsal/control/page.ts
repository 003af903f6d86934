import { readFile } from 'node:fs/promises';
import type { Answer, Route } from '../wire/call.ts';

const PAGE = new URL('./page.html', import.meta.url);

/** The page for people: the rehearsal Drive, a place to drop a brief, and what would have been spent. */
export const pageRoutes: Route[] = [
	{ name: 'control', method: 'GET', path: /^\/(?:index\.html)?$/, form: 'control', auth: 'none', handle: page },
];

async function page(): Promise<Answer> {
	return {
		bytes: await readFile(PAGE),
		headers: {
			'Content-Type': 'text/html; charset=utf-8',
			'Content-Security-Policy':
				"default-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self'; frame-ancestors 'self'",
		},
	};
}
