import { beforeAll } from '@jest/globals';
import { scratchFolder } from '../e2e/house/cleanup.ts';
import { startRehearsal, startWorker, type RehearsalServer, type WorkerServer } from '../e2e/house/servers.ts';
import { type Engine, makeEngine, useDiskBinaries } from './engine.ts';

export type House = {
	rehearsal: RehearsalServer;
	worker: WorkerServer;
	engine: Engine;
	credential: { baseUrl: string; apiKey: string };
};

/**
 * A rehearsal, a real worker on it, and n8n's engine around our nodes, all for one test file. Clips take a blink.
 * Filled in before the first test. `startN8n` puts something where the worker's callbacks are to go.
 */
export function useHouse(startN8n?: () => Promise<string>): House {
	const house = {} as House;
	beforeAll(async () => {
		await useDiskBinaries();
		house.rehearsal = await startRehearsal({ dir: scratchFolder('rehearsal'), env: { REHEARSAL_SECONDS: '0.2' } });
		const n8nUrl = await startN8n?.();
		house.worker = await startWorker({
			n8nUrl,
			dir: scratchFolder('worker'),
			rehearsalUrl: house.rehearsal.url,
			env: { REELSMITH_POLL_SECONDS: '0.2', REELSMITH_ALLOW_PRIVATE_SOURCES: 'true' },
		});
		// With a slash at its end, as people paste addresses.
		house.credential = { baseUrl: `${house.worker.url}/`, apiKey: house.worker.apiKey };
		house.engine = makeEngine(house.credential, n8nUrl);
	}, 60_000);
	return house;
}

/** How many paid video requests the stand-in for Google has seen so far. */
export async function paidClips({ rehearsal }: House): Promise<number> {
	const entries = await rehearsal.journal<{ route?: string; name?: string }>();
	return entries.filter((entry) => (entry.route ?? entry.name) === 'interactions.create').length;
}

/** Shots as Gemini Script gives them out: `names` are their prompts. */
export const shots = (names: string[], more: Record<string, unknown> = {}) =>
	names.map((prompt, index) => ({
		number: index + 1,
		prompt,
		seconds: 3,
		shots: names.length,
		narration: `about ${prompt}`,
		...more,
	}));
