import type { State } from './state.ts';

/** How many requests the journal remembers: a long test polls thousands of times. */
const KEEP = 5000;
/** Strings longer than this are cut in the journal: prompts stay readable, base64 stays out. */
const LONGEST_TEXT = 400;
/** Query parameters that carry a secret, and headers never get in at all. */
const SECRET_PARAMETERS = new Set(['key', 'access_token', 'upload_id']);

/** One request as it came in and what became of it. */
export type Entry = {
	n: number;
	at: string;
	method: string;
	/** With its query, secrets left out. */
	path: string;
	route: string;
	/** 0 when the connection was closed without an answer. */
	status: number;
	/** `video` and `text` cost money at the real service; null costs nothing. */
	paid: 'video' | 'text' | null;
	model: string | null;
	shot: number | null;
	/** Ids of the operations this request created. */
	accepted: string[];
	/** What the call would have cost, in US dollars; null when it cost nothing. */
	usd: number | null;
	body: unknown;
	faults: string[];
	tookMs: number;
};

/** Sums over the remembered requests. `videoJobs` counts what was really started, whatever the caller was told. */
export type Totals = { requests: number; videoPosts: number; videoJobs: number; textCalls: number; usd: number };

export type Journal = {
	add(entry: Omit<Entry, 'n'>): void;
	list(filter: { paid?: boolean; since?: string; route?: string }): Entry[];
	totals(): Totals;
	clear(): void;
};

/** The journal of one server, the last 5000 requests of it. */
export function openJournal(state: State): Journal {
	const table = state.table<Entry>('journal');
	return {
		add(entry) {
			const n = state.next('journal');
			table.set(String(n), { n, ...entry });
			table.delete(String(n - KEEP));
		},
		list: (filter) => table.all().filter((entry) => passes(entry, filter)),
		totals: () => sum(table.all()),
		clear: () => table.clear(),
	};
}

/** `since` is an entry's number or a time. */
function passes(entry: Entry, filter: { paid?: boolean; since?: string; route?: string }): boolean {
	if (filter.paid && entry.paid === null) return false;
	if (filter.route && entry.route !== filter.route) return false;
	if (!filter.since) return true;
	return /^\d+$/.test(filter.since) ? entry.n > Number(filter.since) : entry.at > filter.since;
}

function sum(entries: Entry[]): Totals {
	const video = entries.filter((entry) => entry.paid === 'video');
	return {
		requests: entries.length,
		videoPosts: video.length,
		videoJobs: video.reduce((count, entry) => count + entry.accepted.length, 0),
		textCalls: entries.filter((entry) => entry.paid === 'text').length,
		usd: round(entries.reduce((total, entry) => total + (entry.usd ?? 0), 0)),
	};
}

const round = (usd: number) => Math.round(usd * 1e6) / 1e6;

/** The path and query of a request without what must not be written down. */
export function withoutSecrets(url: URL): string {
	const query = new URLSearchParams();
	for (const [name, value] of url.searchParams) query.append(name, SECRET_PARAMETERS.has(name) ? '...' : value);
	return query.size ? `${url.pathname}?${query}` : url.pathname;
}

/** A body small enough to read: long texts are cut and say how long they were; tokens and secrets are left out. */
export function summarise(value: unknown, depth = 0): unknown {
	if (typeof value === 'string')
		return value.length > LONGEST_TEXT ? `${value.slice(0, 80)}... (${value.length})` : value;
	if (typeof value !== 'object' || value === null) return value;
	if (depth > 12) return '...';
	if (Array.isArray(value)) return value.slice(0, 50).map((item) => summarise(item, depth + 1));
	const secret = /token|secret|assertion|password/i;
	return Object.fromEntries(
		Object.entries(value).map(([key, item]) => [
			key,
			secret.test(key) && typeof item === 'string' ? '...' : summarise(item, depth + 1),
		]),
	);
}
