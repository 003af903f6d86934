import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd, freePort, scratchFolder, startN8n, startRehearsal, startWorker, until } from './house/house.ts';
import type { Credential, WorkflowJson } from './house/house.ts';

/** A model call that the stand-in for Google really took on: what would be on the bill. */
export type Operation = { id: string; prompt: string; state: string; shot: number | null };
export type Batch = { id: string; done: boolean; found: number; jobs: Job[] };
export type Job = {
	id: string;
	index: number;
	batch: string;
	status: string;
	activity: string;
	origin?: unknown;
	input: { prompt: string };
	problem: { code: string } | null;
};
type Entry = { route: string; status: number; path: string };
type Match = { route: string; contains?: string; shot?: number; nth?: number };

export type Stage = Awaited<ReturnType<typeof openStage>>;

/**
 * The whole house for one test file: stand-in for Google, worker with its Redis, n8n with the credential, and the
 * questions the tests ask of them. `seconds` is how long Google takes over a clip.
 */
export async function openStage({
	seconds = 1,
	poll = 0.3,
	worker: env = {} as Record<string, string>,
	n8n: n8nEnv = {} as Record<string, string>,
} = {}) {
	const port = await freePort();
	const rehearsal = await startRehearsal({
		dir: scratchFolder('rehearsal'),
		env: { REHEARSAL_SECONDS: String(seconds) },
	});
	const [worker, n8n] = await Promise.all([
		startWorker({
			dir: scratchFolder('worker'),
			rehearsalUrl: rehearsal.url,
			n8nUrl: `http://127.0.0.1:${port}`,
			env: { REELSMITH_POLL_SECONDS: String(poll), ...env },
		}),
		startN8n({ dir: scratchFolder('n8n'), port, env: n8nEnv }),
	]);
	const credential = await n8n.createReelsmithCredential(worker);

	/** The paid operations whose prompt holds the words: each is a clip on the bill. */
	async function paid(words: string): Promise<Operation[]> {
		const { operations } = (await rehearsal.side('GET', '/rehearsal/operations')) as { operations: Operation[] };
		return operations.filter(({ prompt }) => prompt.includes(words));
	}

	/** What Google was asked, in order. */
	async function asked(route: string): Promise<Entry[]> {
		const { entries } = (await rehearsal.side('GET', '/rehearsal/journal')) as { entries: Entry[] };
		return entries.filter((entry) => entry.route === route);
	}

	const order = (match: Match, fault: Record<string, unknown>, times = 1) =>
		rehearsal.side('POST', '/rehearsal/orders', { match, fault, times });

	/** The worker's jobs whose prompt holds the words, newest first. */
	async function jobs(words: string): Promise<Job[]> {
		const { jobs: all } = await worker.api<{ jobs: Job[] }>('GET', '/v1/jobs?kind=clip&limit=100');
		return all.filter(({ input }) => input.prompt.includes(words));
	}

	const batch = (id: string) => worker.api<Batch>('GET', `/v1/batches/${id}`);
	const store = (flow: WorkflowJson, by: Credential = credential) => n8n.importWorkflow(flow, by);

	/** A credential that reaches the worker by another way. */
	const credentialFor = (url: string) =>
		n8n.createCredential(`By ${url}`, 'reelsmithApi', { baseUrl: url, apiKey: worker.apiKey });

	/** Changes a stored workflow's nodes, as a person does in the editor. */
	const change = async (id: string, flow: WorkflowJson) => {
		const { nodes } = await n8n.importWorkflow(flow, credential);
		return n8n.updateWorkflow(id, { nodes });
	};
	const run = (id: string) => n8n.runManually(id, 'Start');

	/** Runs a stored workflow to its end. */
	const play = async (id: string) => await n8n.waitForExecution(await run(id));

	/** Waits until the execution stands still in a parked node. */
	const parked = (id: string) => n8n.waitForExecution(id, ({ status }) => status === 'waiting');

	/** Waits until Google works on as many clips with these words. */
	const begun = (words: string, count: number) =>
		until(async () => (await paid(words)).length >= count, {
			what: `${count} clips of "${words}" to be started`,
			everyMs: 100,
		});

	/** Waits until the worker has no open job with these words. */
	const ended = (words: string) =>
		until(
			async () => {
				const found = await jobs(words);
				return (
					found.length > 0 &&
					found.every(({ status }) => !['queued', 'running', 'waiting'].includes(status)) &&
					found
				);
			},
			{ what: `the jobs of "${words}" to end`, timeoutMs: 90_000 },
		);

	return {
		rehearsal,
		worker,
		n8n,
		credential,
		credentialFor,
		paid,
		asked,
		order,
		jobs,
		batch,
		store,
		change,
		run,
		play,
		parked,
		begun,
		ended,
	};
}

/**
 * The worker behind a slow network: it gets every request at once, but its answers to a submit are held back until the
 * gate is opened.
 */
export async function openGate(worker: { url: string }) {
	const held: (() => void)[] = [];
	let open = false;
	const server = createServer((asked, answer) => {
		const { method, headers } = asked;
		const onward = request(new URL(asked.url!, worker.url), { method, headers }, (got) => {
			const pass = () => got.pipe(answer.writeHead(got.statusCode!, got.headers));
			if (open || method !== 'POST' || asked.url !== '/v1/batches') pass();
			else held.push(pass);
		});
		asked.pipe(onward.on('error', () => answer.destroy()));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	atEnd(() => void server.close());
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		/** How many answers are held back. */
		held: () => held.length,
		open: () => {
			open = true;
			for (const pass of held.splice(0)) pass();
		},
	};
}
