import { beforeAll, describe, expect, test } from '@jest/globals';
import { clips, film, shotsOf, stitch, veo } from './flows.ts';
import { itemsOf, until, type Execution } from './house/house.ts';
import { openGate, openStage, type Batch, type Stage } from './stage.ts';

/** Ready before n8n could write down that the execution waits. */
const AT_ONCE = 0.01;
/** n8n stays away this long after the batch has ended. */
const AWAY_MS = 10_000;

let stage: Stage;
beforeAll(async () => {
	stage = await openStage({ poll: 0.05, worker: { REELSMITH_LOG_LEVEL: 'debug' } });
}, 300_000);

const parkedClips = (name: string) =>
	clips(name, shotsOf(`${name}, by day`, `${name}, by night`), veo({ wait: 'park' }));
const takes = (seconds: number, times = 2) =>
	stage.order({ route: 'interactions.create' }, { kind: 'seconds', seconds }, times);
const madeOf = (run: Execution) => itemsOf(run, 'Made').map(({ json }) => [json.number, typeof json.asset]);
const BOTH = [
	[1, 'string'],
	[2, 'string'],
];

/** What the node answers to the callback it waits for, when everything was made. */
const TAKEN = { status: 200, answer: '{"accepted":true,"whole":true}' };

/** The callbacks that the worker noted as delivered or given up, by what came of them. */
const verdicts = (batch: string) =>
	stage.worker
		.tail()
		.split('\n')
		.filter((line) => line.includes('"msg":"callback"') && line.includes(batch))
		.map((line) => (JSON.parse(line) as { verdict: string }).verdict);

/** How often n8n did not take the callback. */
const refusals = (batch: string) =>
	stage.worker
		.tail()
		.split('\n')
		.filter((line) => line.includes('n8n did not take the callback') && line.includes(batch)).length;

async function batchOf(words: string): Promise<Batch> {
	const [job] = await until(async () => (await stage.jobs(words)).length > 0 && stage.jobs(words), {
		what: 'the jobs',
	});
	return stage.batch(job!.batch);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = (ms: number) => (ms / 1000).toFixed(1);

/** What a stranger can send who knows the execution's address, whole or without its signature. */
async function send(address: string, body: unknown): Promise<{ status: number; answer: string }> {
	const headers = { 'content-type': 'application/json' };
	const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
	return { status: response.status, answer: await response.text() };
}

/** The signed address of a parked execution, as n8n builds it for our node. */
async function addressOf(id: string): Promise<string> {
	const { data } = await stage.n8n.execution(id);
	const token = (data as { resumeToken: string }).resumeToken;
	return `${stage.n8n.url}/webhook-waiting/${id}/id-Veo-Video?signature=${token}`;
}

describe('the callback that wakes a parked node', () => {
	test('comes before n8n knows that the worker has the batch: it is sent again until n8n takes it', async () => {
		const gate = await openGate(stage.worker);
		await takes(AT_ONCE);
		const flow = await stage.store(parkedClips('an early bird'), await stage.credentialFor(gate.url));
		const id = await stage.run(flow.id);
		await stage.ended('an early bird');
		const { id: batch } = await batchOf('an early bird');
		await until(async () => refusals(batch) > 0, { what: 'n8n to refuse the callback' });
		expect(gate.held()).toBe(1);
		gate.open();
		const run = await stage.n8n.waitForExecution(id);
		expect(run.status).toBe('success');
		expect(madeOf(run)).toEqual(BOTH);
		expect(verdicts(batch)).toEqual(['accepted']);
	}, 60_000);

	test('comes while n8n is down: it is delivered when n8n is back', async () => {
		await takes(5);
		const shots = shotsOf('a night bird, by day', 'a night bird, by night');
		const flow = await stage.store(
			film('a night bird', shots, { veo: veo({ wait: 'park' }), stitch: stitch({ wait: 'park' }) }),
		);
		const id = await stage.run(flow.id);
		await stage.parked(id);
		await stage.n8n.kill();
		await stage.ended('a night bird');
		await pause(AWAY_MS);
		await stage.n8n.restart();
		const back = Date.now();
		const run = await stage.n8n.waitForExecution(id);
		console.info(`n8n was back; the film went on after ${seconds(run.runs['Veo Video']![0]!.startTime - back)} s`);
		expect(run.status).toBe('success');
		expect(itemsOf(run, 'Stitch Video')).toHaveLength(1);
		expect(verdicts((await batchOf('a night bird')).id)).toEqual(['accepted']);
		expect(await stage.paid('a night bird')).toHaveLength(2);
	}, 120_000);

	describe('sent by somebody else', () => {
		let id: string;
		let address: string;
		let batch: Batch;

		beforeAll(async () => {
			// Nobody but the test calls back.
			await stage.worker.restart({ WORKER_QUEUES: 'google,media,transfer' });
			const flow = await stage.store(parkedClips('a shy bird'));
			id = await stage.run(flow.id);
			await stage.parked(id);
			address = await addressOf(id);
			batch = await batchOf('a shy bird');
		}, 60_000);

		const stillWaits = async () => expect((await stage.n8n.execution(id)).status).toBe('waiting');

		test('without the signature of the execution: n8n refuses it', async () => {
			const answer = await send(address.replace(/\?.*/, ''), { event: 'batch.done', batch: batch.id });
			expect(answer.status).toBe(401);
			await stillWaits();
		});

		test('for another batch, or with a body of its own making: it is not accepted and the execution waits on', async () => {
			const bodies = [
				{ event: 'batch.done', batch: 'b_ofanotherfilm' },
				{},
				{ batch: { id: batch.id } },
				{ batch: '', jobs: [{ status: 'succeeded' }] },
			];
			for (const body of bodies)
				expect(await send(address, body)).toEqual({ status: 200, answer: '{"accepted":false}' });
			await stillWaits();
		});

		test('with results in its body: those of the worker come out all the same', async () => {
			await stage.ended('a shy bird');
			const forged = {
				event: 'batch.done',
				batch: batch.id,
				done: true,
				jobs: [{ index: 0, status: 'succeeded', result: { asset: { id: 'forged' } } }],
			};
			expect(await send(address, forged)).toEqual(TAKEN);
			const run = await stage.n8n.waitForExecution(id);
			expect(madeOf(run)).toEqual(BOTH);
			expect(JSON.stringify(run.runs)).not.toContain('forged');
		}, 60_000);

		test('comes a second time: n8n refuses it, nothing runs twice, and the worker stops calling', async () => {
			expect(await send(address, { event: 'batch.done', batch: batch.id })).toMatchObject({ status: 409 });
			await stage.worker.restart({ WORKER_QUEUES: '' });
			await until(async () => verdicts(batch.id).length > 0, { what: 'the worker to call' });
			expect(verdicts(batch.id)).toEqual(['gone']);
			const run = await stage.n8n.execution(id);
			expect(run.status).toBe('success');
			expect([run.runs['Veo Video'], run.runs.Made].map((runs) => runs?.length)).toEqual([1, 1]);
		}, 60_000);

		test('comes three times at once: the nodes behind run once', async () => {
			await stage.worker.restart({ WORKER_QUEUES: 'google,media,transfer' });
			const flow = await stage.store(parkedClips('a loud bird'));
			const loud = await stage.run(flow.id);
			await stage.parked(loud);
			await stage.ended('a loud bird');
			const body = { event: 'batch.done', batch: (await batchOf('a loud bird')).id };
			const to = await addressOf(loud);
			const answers = await Promise.all([send(to, body), send(to, body), send(to, body)]);
			expect(answers.filter(({ status }) => status === 200)).toEqual([TAKEN]);
			const run = await stage.n8n.waitForExecution(loud);
			expect(run.status).toBe('success');
			expect(madeOf(run)).toEqual(BOTH);
			expect(run.runs.Made).toHaveLength(1);
			console.info(`three at once: ${answers.map(({ status }) => status).join(', ')}`);
		}, 60_000);
	});
});
