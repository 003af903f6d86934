import { beforeAll, describe, expect, test } from '@jest/globals';
import { film, shotsOf, veo } from './flows.ts';
import { itemsOf, until, type Execution } from './house/house.ts';
import { openGate, openStage, type Stage } from './stage.ts';

/** Google takes so long over a clip that n8n is dead and back meanwhile. */
const SLOW_SECONDS = 15;
const CLIP_SECONDS = 3;
/** Half a frame for each clip of three seconds, and what the sound may stick out. */
const NEARLY_SECONDS = 0.15;

let stage: Stage;
beforeAll(async () => {
	stage = await openStage();
}, 300_000);

/** What was started before the kill: by the words of its prompts. */
type Begun = { flow: string; run: string; words: string; paid: string[] };
type Way = { wait: 'keepRunning' | 'park'; saved?: boolean; gate?: string };

async function begin(words: string, things: string[], { wait, saved = false, gate }: Way): Promise<Begun> {
	const shots = shotsOf(...things.map((thing) => `${words}, the ${thing}`));
	const credential = gate ? await stage.credentialFor(gate) : stage.credential;
	const flow = await stage.store(
		film(words, shots, { veo: veo({ wait }) }, { saveExecutionProgress: saved }),
		credential,
	);
	const run = await stage.run(flow.id);
	await stage.begun(words, things.length);
	return { flow: flow.id, run, words, paid: await idsOf(words) };
}

const idsOf = async (words: string) => (await stage.paid(words)).map(({ id }) => id).sort();
const crashed = (id: string) => stage.n8n.waitForExecution(id, ({ status }) => status === 'crashed');
const stored = (id: string, name: string) =>
	until(async () => name in (await stage.n8n.execution(id)).runs, { what: `${name} to be stored` });

async function killAndStartAgain(): Promise<void> {
	await stage.n8n.kill();
	const died = Date.now();
	await stage.n8n.restart();
	console.info(`n8n was ready again after ${((Date.now() - died) / 1000).toFixed(1)} s`);
}

/** The film is there, is as long as its clips, and no clip was paid for after the kill. */
async function expectFilm(run: Execution, begun: Begun): Promise<void> {
	expect(run.status).toBe('success');
	const films = itemsOf(run, 'Stitch Video').map(({ json }) => json as { asset: string; media: { seconds: number } });
	expect(films).toEqual([expect.objectContaining({ asset: expect.any(String) })]);
	expect(Math.abs(films[0]!.media.seconds - begun.paid.length * CLIP_SECONDS)).toBeLessThan(NEARLY_SECONDS);
	expect(await idsOf(begun.words)).toEqual(begun.paid);
}

describe('n8n is killed with -9 while three shots are being made', () => {
	const things = ['quay', 'crane', 'ferry'];
	let parked: Begun;
	let kept: Begun;
	let saved: Begun;
	let unanswered: Begun;

	beforeAll(async () => {
		const gate = await openGate(stage.worker);
		await stage.order({ route: 'interactions.create' }, { kind: 'seconds', seconds: SLOW_SECONDS }, 12);
		unanswered = await begin('an unanswered harbour', things, { wait: 'park', gate: gate.url });
		parked = await begin('a parked harbour', things, { wait: 'park' });
		kept = await begin('a kept harbour', things, { wait: 'keepRunning' });
		saved = await begin('a saved harbour', things, { wait: 'keepRunning', saved: true });
		await stage.parked(parked.run);
		await stored(saved.run, 'Each Shot');
		expect(gate.held()).toBe(1);
		await killAndStartAgain();
		gate.open();
	}, 200_000);

	test('parked: the execution goes on by itself and the film arrives', async () => {
		await expectFilm(await stage.n8n.waitForExecution(parked.run), parked);
	}, 120_000);

	test('kept running: the execution is crashed, and running the workflow again collects the same clips', async () => {
		await crashed(kept.run);
		await expectFilm(await stage.play(kept.flow), kept);
		const [job] = await stage.jobs(kept.words);
		expect((await stage.batch(job!.batch)).found).toBe(3);
	}, 120_000);

	test('kept running with the progress saved: the retry of the crashed execution collects the same clips', async () => {
		await crashed(saved.run);
		const { id } = await stage.n8n.retryExecution(saved.run);
		await expectFilm(await stage.n8n.execution(id), saved);
	}, 120_000);

	test('about to be parked, the worker’s answer still on its way: running the workflow again collects the same clips', async () => {
		await crashed(unanswered.run);
		await stage.ended(unanswered.words);
		await until(async () => stage.worker.tail().includes('"verdict":"gone"'), {
			what: 'n8n to refuse the callback',
		});
		await expectFilm(await stage.play(unanswered.flow), unanswered);
	}, 120_000);
});

describe('n8n is killed with -9 after the clips were handed over, while the film is stitched', () => {
	const things = ['stall', 'scales'];
	let parked: Begun;
	let saved: Begun;
	let kept: Begun;

	beforeAll(async () => {
		// Nobody stitches, so that n8n dies over it.
		await stage.worker.restart({ WORKER_QUEUES: 'google,transfer,callback' });
		parked = await begin('a parked market', things, { wait: 'park', saved: true });
		saved = await begin('a saved market', things, { wait: 'keepRunning', saved: true });
		kept = await begin('a kept market', things, { wait: 'keepRunning' });
		for (const { run, words } of [parked, saved, kept])
			await until(() => stitches(run), { what: `the stitch of ${words}`, everyMs: 100 });
		await killAndStartAgain();
		await stage.worker.restart({ WORKER_QUEUES: '' });
	}, 200_000);

	async function stitches(executionId: string): Promise<boolean> {
		const path = '/v1/jobs?kind=stitch&limit=100';
		const { jobs } = await stage.worker.api<{ jobs: { origin: { executionId: string } }[] }>('GET', path);
		return jobs.some(({ origin }) => origin.executionId === executionId);
	}

	test.each(['parked', 'saved'] as const)(
		'%s: with the progress saved the retry goes on at the film, and no clip is made again',
		async (way) => {
			const begun = { parked, saved }[way];
			const before = await crashed(begun.run);
			const { id } = await stage.n8n.retryExecution(begun.run);
			const retried = await stage.n8n.execution(id);
			await expectFilm(retried, begun);
			expect(retried.runs['Veo Video']![0]!.startTime).toBe(before.runs['Veo Video']![0]!.startTime);
		},
		120_000,
	);

	test('without it n8n refuses the retry; running the workflow again takes the same clips', async () => {
		await crashed(kept.run);
		await expect(stage.n8n.retryExecution(kept.run)).rejects.toThrow('cannot be retried');
		await expectFilm(await stage.play(kept.flow), kept);
	}, 120_000);

	test.each(['kept', 'saved'] as const)(
		'%s: a run after the film has come makes new clips',
		async (way) => {
			const { flow, words } = { kept, saved }[way];
			expect((await stage.play(flow)).status).toBe('success');
			expect(await idsOf(words)).toHaveLength(2 * things.length);
		},
		120_000,
	);
});
