import {
	startRehearsalServer,
	type RehearsalServer,
	type RehearsalServerOptions,
} from '../../../scripts/house/rehearsal-server.ts';
import {
	startWorkerServer,
	type WorkerServer,
	type WorkerServerOptions,
} from '../../../scripts/house/worker-server.ts';
import { atEnd } from './cleanup.ts';

export type { RehearsalServer } from '../../../scripts/house/rehearsal-server.ts';
export type { WorkerServer } from '../../../scripts/house/worker-server.ts';

/** Starts a worker with a private Redis for a test; it ends with the test file. */
export async function startWorker(options: WorkerServerOptions): Promise<WorkerServer> {
	const server = await startWorkerServer(options);
	atEnd(() => server.stop());
	return server;
}

/** Starts the stand-in for Google for a test; it ends with the test file. */
export async function startRehearsal(options: RehearsalServerOptions): Promise<RehearsalServer> {
	const server = await startRehearsalServer(options);
	atEnd(() => server.kill());
	return server;
}
