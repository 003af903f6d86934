import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { createClipMaker } from './clips/maker.ts';
import { furnishDrive } from './drive/furnish.ts';
import type { House } from './house.ts';
import { completeOptions, type RehearsalOptions } from './options.ts';
import { routes } from './routes.ts';
import { openJournal } from './state/journal.ts';
import { openOrders } from './state/orders.ts';
import { openState } from './state/state.ts';
import { resumeOperations } from './video/operations.ts';
import { createDispatcher } from './wire/dispatch.ts';

export type Rehearsal = { url: string; close(): Promise<void> };

/**
 * Starts a stand-in for Google on the wire: the Gemini API, Vertex AI, Drive, Cloud Storage and the OAuth token
 * endpoint, all of them by path on one origin, with a control API under /rehearsal and a page at /. State in the data
 * folder is taken up again. Rejects when the port is taken.
 */
export async function startRehearsal(given: RehearsalOptions): Promise<Rehearsal> {
	const options = completeOptions({ ...given, data: resolve(given.data) });
	await mkdir(options.data, { recursive: true });
	const closing = new AbortController();
	const state = openState(options.data);
	const clips = createClipMaker(options, state, closing.signal);
	const house: House = {
		options,
		state,
		journal: openJournal(state),
		orders: openOrders(state),
		clips,
		closing: closing.signal,
	};
	furnishDrive(house);
	resumeOperations(house);
	const dispatch = createDispatcher(house, routes);
	const server = createServer((request, response) => {
		dispatch(request, response).catch(() => response.destroy());
	});
	await listen(server, options.port, options.host);
	return { url: urlOf(server, options.host), close: () => close(server, closing, clips.settled) };
}

function listen(server: Server, port: number, host: string): Promise<void> {
	return new Promise((done, failed) => {
		server.once('error', failed);
		server.listen(port, host, () => done());
	});
}

function urlOf(server: Server, host: string): string {
	const { port } = server.address() as AddressInfo;
	const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
	return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

async function close(server: Server, closing: AbortController, settled: () => Promise<void>): Promise<void> {
	closing.abort();
	const closed = new Promise<void>((done) => server.close(() => done()));
	server.closeAllConnections();
	await Promise.all([closed, settled()]);
}
