import { freePort } from '../house/ports.ts';
import { startN8nServer, type N8nServer } from '../house/n8n-server.ts';
import { startRehearsalServer, type RehearsalServer } from '../house/rehearsal-server.ts';
import { startWorkerServer, type WorkerServer } from '../house/worker-server.ts';
import type { Places } from './places.ts';
import type { Secrets } from './secrets.ts';
import { rehearsalSettings, workerSettings, type Settings } from './settings.ts';

/** The ports people find things on; where one is taken a free one is used and said. */
const PORTS = { n8n: 5678, worker: 8484, rehearsal: 8485 };

/** Running film jobs survive a hard stop, so nobody has to wait long for a goodbye. */
const GOODBYE_MS = 8_000;

export interface Plan {
	live: boolean;
	places: Places;
	secrets: Secrets;
	settings: Settings;
	signal: AbortSignal;
}

/** Opens everything that `npm start` runs, one by one, and remembers what to take down. */
export function openServers(plan: Plan) {
	const down: Array<() => Promise<void>> = [];
	const ports = reservePorts();
	return {
		rehearsal: async (): Promise<RehearsalServer> => {
			const { rehearsal: port } = await ports;
			const server = await startRehearsalServer({
				dir: plan.places.google,
				port,
				env: rehearsalSettings(plan.settings),
				signal: plan.signal,
			});
			down.push(() => server.stop());
			return server;
		},
		worker: async (rehearsalUrl?: string): Promise<WorkerServer> => {
			const { worker: port, n8n } = await ports;
			const server = await startWorkerServer({
				dir: plan.places.worker,
				port,
				apiKey: plan.secrets.workerApiKey,
				sealKey: plan.secrets.sealKey,
				n8nUrl: `http://127.0.0.1:${n8n}`,
				rehearsalUrl,
				env: workerSettings(plan.settings, plan.live),
				signal: plan.signal,
			});
			down.push(() => server.stop());
			return server;
		},
		n8n: async (): Promise<N8nServer> => {
			const { n8nEncryptionKey: encryptionKey, owner } = plan.secrets;
			const server = await startN8nServer({
				dir: plan.places.n8n,
				port: (await ports).n8n,
				encryptionKey,
				owner,
				signal: plan.signal,
			});
			down.push(() => server.stop(GOODBYE_MS));
			return server;
		},
		/** Stops everything that was started, all at once. */
		close: async () => void (await Promise.all(down.splice(0).map((stop) => stop()))),
	};
}

async function reservePorts() {
	return {
		n8n: await freePort(PORTS.n8n),
		worker: await freePort(PORTS.worker),
		rehearsal: await freePort(PORTS.rehearsal),
	};
}
