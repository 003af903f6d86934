import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Fault } from '../base/errors.ts';
import { type Google, openGoogle, type Waits } from './index.ts';

/** For tests alone: the stand-in's control API, and this floor opened against it with short waits. */
export type Rehearsed = {
	folder: string;
	google: Google;
	/** Opens the floor anew, as another process would after a restart. */
	reopen(waits?: Partial<Waits>): Promise<Google>;
	order(route: string, fault: object, more?: object): Promise<void>;
	journal(): Promise<Journal>;
	control<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
	/** Puts a file on the stand-in's Drive. */
	put(file: object): Promise<{ id: string; name: string }>;
	/** Clears orders and journal. */
	fresh(): Promise<void>;
	end(): Promise<void>;
};
type Journal = {
	totals: { requests: number; videoPosts: number; videoJobs: number; textCalls: number; usd: number };
	entries: { method: string; path: string; route: string; status: number; body?: unknown }[];
};

const SHORT: Waits = { settle: 60, backoff: 20, idle: 10_000, paid: 15_000 };

type Start = (options: { data: string; seconds: number }) => Promise<{ url: string; close(): Promise<void> }>;

/** Starts the stand-in in a folder of its own, with clips that are done at once. */
export async function rehearse(start: Start): Promise<Rehearsed> {
	const folder = await mkdtemp(join(tmpdir(), 'reelsmith-google-'));
	const server = await start({ data: join(folder, 'rehearsal'), seconds: 0.05 });
	const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
		const headers = { 'content-type': 'application/json' };
		const answer = await fetch(`${server.url}${path}`, {
			method,
			...(body !== undefined && { headers, body: JSON.stringify(body) }),
		});
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
		return (text ? JSON.parse(text) : undefined) as T;
	};
	const reopen = (waits: Partial<Waits> = {}) =>
		openGoogle(configFor(server.url), { log: pino({ level: 'silent' }), waits: { ...SHORT, ...waits } });
	return {
		folder,
		google: await reopen(),
		reopen,
		control,
		order: async (route, fault, { match, ...more }: { match?: object } = {}) => {
			await control('POST', '/rehearsal/orders', { match: { route, ...match }, fault, ...more });
		},
		journal: () => control<Journal>('GET', '/rehearsal/journal'),
		put: (file) => control('POST', '/rehearsal/drive/files', file),
		fresh: async () => {
			await control('DELETE', '/rehearsal/orders');
			await control('DELETE', '/rehearsal/journal');
		},
		end: async () => {
			await server.close();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

/** Settings as `readConfig` gives them in a rehearsal. */
export const configFor = (rehearsalUrl?: string) => ({
	rehearsalUrl,
	geminiKey: undefined,
	identityFile: undefined,
	project: undefined,
	location: 'us-central1',
	operationSeconds: 60,
	pollSeconds: 1,
});

/** The Fault that a call ends with; fails when it does not. */
export async function faultOf(call: Promise<unknown>): Promise<Fault> {
	try {
		await call;
	} catch (thrown) {
		if (thrown instanceof Fault) return thrown;
		throw thrown;
	}
	throw new Error('nothing was thrown');
}

/** A signal for tests that do not stop anything. */
export const calm = (): AbortSignal => AbortSignal.timeout(30_000);

/** Looks until the clip is done. */
export async function untilDone(google: Google, operation: string): Promise<{ costUsd: number | null }> {
	for (;;) {
		const look = await google.video.poll(operation, {}, calm());
		if (look.state === 'done') return look;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}
