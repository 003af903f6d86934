import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Program } from '../../scripts/house/processes.ts';
import { call, film, lay, shotNodes, shotsOf, stitch, veo } from './flows.ts';
import { itemsOf, scratchFolder, until, type Execution } from './house/house.ts';
import { openQueue, postgresPrograms, startQueueWorker } from './queue-house.ts';
import { openStage, type Stage } from './stage.ts';

const bin = postgresPrograms();
if (!bin) console.info('n8n’s queue mode is not tried: PostgreSQL is not installed (apt-get install postgresql)');

const takes = (words: string, seconds: number) =>
	stage.order({ route: 'interactions.create', contains: words }, { kind: 'seconds', seconds });
let stage: Stage;

(bin ? describe : describe.skip)('n8n in queue mode: executions run in a worker process of its own', () => {
	let queue: Record<string, string>;
	let folder: string;
	let n8nWorker: Program;

	beforeAll(async () => {
		queue = await openQueue(bin!);
		stage = await openStage({ n8n: queue });
		folder = scratchFolder('n8n-worker');
		n8nWorker = await startQueueWorker(folder, stage.n8n, queue);
	}, 300_000);

	function expectFilm(run: Execution): void {
		expect(run.status).toBe('success');
		expect(itemsOf(run, 'Stitch Video').map(({ json }) => json.mimeType)).toEqual(['video/mp4']);
	}

	test.each([
		{ way: 'Keep Running', wait: 'keepRunning' },
		{ way: 'Park', wait: 'park' },
	])(
		'$way: a published workflow makes its film, with a picture, each shot paid once',
		async ({ wait }) => {
			const path = `queue-${wait.toLowerCase()}`;
			const shots = shotNodes(shotsOf(`${path}, one`, `${path}, two`));
			const nodes = [call(path), ...shots, veo({ wait }), stitch({ wait, attachThumbnail: true })];
			const flow = await stage.store(lay(path, nodes, ['Call > Shots > Each Shot > Veo Video > Stitch Video']));
			await stage.n8n.publish(flow.id);
			const address = `${stage.n8n.url}/webhook/${path}`;
			await until(async () => (await fetch(address, { method: 'POST' })).ok, {
				what: 'the workflow to be on the air',
			});
			const executions = () => stage.n8n.executions(flow.id);
			const [first] = await until(async () => (await executions()).length > 0 && executions(), {
				what: 'the execution',
			});
			const run = await stage.n8n.waitForExecution(first!.id);
			expectFilm(run);
			expect(itemsOf(run, 'Stitch Video')[0]!.binary).toMatchObject({ thumbnail: { mimeType: 'image/jpeg' } });
			expect(await stage.paid(path)).toHaveLength(2);
			expect(n8nWorker.tail()).toContain(`Worker finished execution ${run.id} `);
		},
		120_000,
	);

	test('stopping the execution in the editor reaches the node in the other process: its job is cancelled', async () => {
		const words = 'a queued stop';
		await takes(words, 60);
		const flow = await stage.store(film(words, shotsOf(words)));
		const id = await stage.run(flow.id);
		await stage.begun(words, 1);
		await until(async () => (await stage.jobs(words))[0]!.status === 'waiting', { what: 'the job to wait' });
		await stage.n8n.stopExecution(id);
		expect((await stage.n8n.waitForExecution(id)).status).toBe('canceled');
		expect((await stage.ended(words)).map(({ status }) => status)).toEqual(['cancelled']);
		expect(await stage.asked('interactions.cancel')).toHaveLength(1);
	}, 120_000);

	test('n8n’s worker process is killed: the parked film comes, the kept one is crashed and a new run takes its clip', async () => {
		const [parkedWords, keptWords] = ['a queued park', 'a queued keep'];
		await takes(parkedWords, 10);
		await takes(keptWords, 10);
		const parkedFlow = await stage.store(film(parkedWords, shotsOf(parkedWords), { veo: veo({ wait: 'park' }) }));
		const keptFlow = await stage.store(film(keptWords, shotsOf(keptWords)));
		const [parked, kept] = [await stage.run(parkedFlow.id), await stage.run(keptFlow.id)];
		await stage.begun(parkedWords, 1);
		await stage.begun(keptWords, 1);
		await stage.parked(parked);
		await n8nWorker.kill();
		n8nWorker = await startQueueWorker(folder, stage.n8n, queue);
		expectFilm(await stage.n8n.waitForExecution(parked));
		expect((await stage.n8n.waitForExecution(kept)).status).toBe('crashed');
		expectFilm(await stage.play(keptFlow.id));
		expect(await stage.paid(parkedWords)).toHaveLength(1);
		expect(await stage.paid(keptWords)).toHaveLength(1);
	}, 180_000);
});
