import { beforeAll, describe, expect, test } from '@jest/globals';
import { call, clips, film, lay, look, node, shotNodes, shotsOf, start, stitch, veo, type Shot } from './flows.ts';
import { itemsOf, until, type Execution, type Item, type WorkflowJson } from './house/house.ts';
import { openStage, type Stage } from './stage.ts';

/** Longer than any test looks on: a clip that is being made until somebody ends it. */
const ENDLESS = 120;

let stage: Stage;
beforeAll(async () => {
	stage = await openStage();
}, 300_000);

const WAITING = [
	{ way: 'Keep Running', wait: 'keepRunning' },
	{ way: 'Park', wait: 'park' },
] as const;
const ON_ERROR = [
	{ onError: 'stopWorkflow' },
	{ onError: 'continueRegularOutput' },
	{ onError: 'continueErrorOutput' },
] as const;

const told = (items: Item[]) =>
	items.map(({ json }) =>
		json.error ? 'refused' : `${typeof json.asset === 'string' ? 'clip' : 'job'} ${json.number as number}`,
	);
const takes = (words: string, seconds: number, times = 1) =>
	stage.order({ route: 'interactions.create', contains: words }, { kind: 'seconds', seconds }, times);
const fails = (words: string, times = 1) =>
	stage.order({ route: 'interactions.create', contains: words }, { kind: 'fail' }, times);
const statuses = async (words: string) => (await stage.jobs(words)).map(({ status }) => status).sort();

/** The executions of a workflow that came from outside, once there is one. */
async function called(flow: string, path: string): Promise<Execution> {
	await until(async () => (await fetch(`${stage.n8n.url}/webhook/${path}`, { method: 'POST' })).ok, {
		what: 'the workflow to be on the air',
	});
	const [first] = await until(async () => { const found = await stage.n8n.executions(flow); return found.length > 0 && found; }, { what: 'the execution' }); // prettier-ignore
	return stage.n8n.waitForExecution(first!.id);
}

/** A workflow that calls another one, published, in which the clips are made. */
async function storeNested(words: string, shots: Shot[], wait: string): Promise<{ flow: string; child: string }> {
	const entry = node('Entry', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, { inputSource: 'passthrough' });
	const child = await stage.store(lay(`${words}, inner`, [entry, veo({ wait })], ['Entry > Veo Video']));
	await stage.n8n.publish(child.id);
	const workflowId = { __rl: true, mode: 'id', value: child.id };
	const options = { waitForSubWorkflow: true };
	const sub = node('Sub', 'n8n-nodes-base.executeWorkflow', 1.2, {
		source: 'database',
		workflowId,
		mode: 'once',
		options,
	});
	const nodes = [start(), ...shotNodes(shots), sub, look('Made')];
	const flow = await stage.store(lay(words, nodes, ['Start > Shots > Each Shot > Sub > Made']));
	return { flow: flow.id, child: child.id };
}

describe('a job that fails, Don’t Wait', () => {
	test.each(ON_ERROR)(
		'On Error = $onError: the node has given out its id and goes on; Reelsmith learns of it later',
		async ({ onError }) => {
			const words = `a left moon ${onError}`;
			await fails(words);
			const flow = await stage.store(clips(words, shotsOf(words), veo({ wait: 'dontWait' }, { onError })));
			const run = await stage.play(flow.id);
			expect(run.status).toBe('success');
			expect(itemsOf(run, 'Made').map(({ json }) => json)).toEqual([
				expect.objectContaining({ number: 1, job: expect.stringMatching(/^j_/), kind: 'clip' }),
			]);
			expect((await stage.ended(words)).map(({ status }) => status)).toEqual(['failed']);
		},
		60_000,
	);

	test('the same input again starts new jobs', async () => {
		const words = 'a left sun';
		const flow = await stage.store(clips(words, shotsOf(words), veo({ wait: 'dontWait' })));
		await stage.play(flow.id);
		await stage.play(flow.id);
		await stage.ended(words);
		expect(await stage.paid(words)).toHaveLength(2);
	}, 60_000);
});

describe.each(['keepRunning', 'park', 'dontWait'])('a field that the worker refuses, Wait = %s', (wait) => {
	const refused = (words: string, onError: string): WorkflowJson => {
		const shots = shotsOf(`${words}, good`, `${words}, too long`);
		shots[1]!.seconds = 59;
		return clips(words, shots, veo({ wait }, { onError }));
	};

	test('On Error = stop: the node fails by the name of the field, and nothing is started', async () => {
		const words = `a refused ${wait}`;
		const run = await stage.play((await stage.store(refused(words, 'stopWorkflow'))).id);
		expect(run.status).toBe('error');
		expect(run.error!.message).toMatch(/^Duration \(Seconds\): .*\[Item 1\]$/);
		expect(await stage.jobs(words)).toEqual([]);
	}, 60_000);

	test('On Error = error output: it leaves there, and the other is made', async () => {
		const words = `a redirected ${wait}`;
		const run = await stage.play((await stage.store(refused(words, 'continueErrorOutput'))).id);
		expect(run.status).toBe('success');
		expect(told(itemsOf(run, 'Made'))).toEqual([wait === 'dontWait' ? 'job 1' : 'clip 1']);
		expect(itemsOf(run, 'Refused').map(({ json }) => [json.number, json.error])).toEqual([
			[2, expect.stringMatching(/^Duration \(Seconds\): /)],
		]);
	}, 60_000);
});

describe('Retry On Fail', () => {
	const retry = { retryOnFail: true, maxTries: 2, waitBetweenTries: 100 };

	test('Keep Running: the node is run again and pays for the missing clip alone', async () => {
		const words = 'a second wind';
		await fails(`${words}, ill`);
		const flow = await stage.store(clips(words, shotsOf(`${words}, well`, `${words}, ill`), veo({}, retry)));
		const run = await stage.play(flow.id);
		expect(told(itemsOf(run, 'Made'))).toEqual(['clip 1', 'clip 2']);
		expect(run.runs['Veo Video']).toHaveLength(1);
		expect((await stage.paid(words)).map(({ prompt }) => prompt.split(', ')[1]).sort()).toEqual([
			'ill',
			'ill',
			'well',
		]);
	}, 60_000);

	test('Keep Running: when the second try has brought everything, a new run makes new clips', async () => {
		const words = 'a third wind';
		await fails(`${words}, ill`);
		const flow = await stage.store(clips(words, shotsOf(`${words}, well`, `${words}, ill`), veo({}, retry)));
		expect((await stage.play(flow.id)).status).toBe('success');
		expect((await stage.play(flow.id)).status).toBe('success');
		expect((await stage.paid(words)).map(({ prompt }) => prompt.split(', ')[1]).sort()).toEqual([
			'ill',
			'ill',
			'ill',
			'well',
			'well',
		]);
	}, 60_000);

	test('Park: n8n does not run the node again; what failed comes out as an item with the reason', async () => {
		const words = 'a lone wind';
		await fails(`${words}, ill`);
		const flow = await stage.store(
			clips(words, shotsOf(`${words}, ill`, `${words}, well`), veo({ wait: 'park' }, retry)),
		);
		const run = await stage.play(flow.id);
		expect(run.status).toBe('success');
		expect(told(itemsOf(run, 'Made'))).toEqual(['refused', 'clip 2']);
		expect(await stage.paid(words)).toHaveLength(2);
	}, 60_000);
});

describe.each(WAITING)('the same node several times in one execution, $way', ({ wait }) => {
	test('each round of a loop makes its own clip', async () => {
		const words = `a turning wheel ${wait}`;
		const loop = node('Loop', 'n8n-nodes-base.splitInBatches', 3, { batchSize: 1, options: {} });
		const shots = shotsOf(`${words}, one`, `${words}, two`, `${words}, two`);
		const nodes = [start(), ...shotNodes(shots), loop, veo({ wait }), look('Made')];
		const flow = await stage.store(
			lay(words, nodes, ['Start > Shots > Each Shot > Loop', 'Loop:1 > Veo Video > Loop', 'Loop > Made']),
		);
		const run = await stage.play(flow.id);
		expect(run.status).toBe('success');
		expect(told(itemsOf(run, 'Made'))).toEqual(['clip 1', 'clip 2', 'clip 3']);
		expect(run.runs['Veo Video']).toHaveLength(3);
		expect(await stage.paid(words)).toHaveLength(3);
	}, 90_000);

	test('a sub-workflow gives its clips back to the workflow that called it', async () => {
		const words = `a small wheel ${wait}`;
		const { flow } = await storeNested(words, shotsOf(`${words}, one`, `${words}, two`), wait);
		const run = await stage.play(flow);
		expect(run.status).toBe('success');
		expect(told(itemsOf(run, 'Made'))).toEqual(['clip 1', 'clip 2']);
		expect(await stage.paid(words)).toHaveLength(2);
	}, 90_000);

	test('a published workflow that is called from outside makes its clips as one that is run by hand', async () => {
		const path = `outside-${wait.toLowerCase()}`;
		const nodes = [call(path), ...shotNodes(shotsOf(`${path}, one`)), veo({ wait }), look('Made')];
		const flow = await stage.store(lay(path, nodes, ['Call > Shots > Each Shot > Veo Video > Made']));
		await stage.n8n.publish(flow.id);
		const run = await called(flow.id, path);
		expect(run).toMatchObject({ status: 'success', mode: 'webhook' });
		expect(told(itemsOf(run, 'Made'))).toEqual(['clip 1']);
		expect(await stage.paid(path)).toHaveLength(1);
	}, 60_000);
});

describe.each(WAITING)('links between items, $way', ({ wait }) => {
	test('a clip and a shot that was not made are each linked to the item they were asked from', async () => {
		const words = `a chain ${wait}`;
		await fails(`${words}, two`);
		const asked = node('Asked', 'n8n-nodes-base.set', 3.4, {
			mode: 'raw',
			jsonOutput: '={{ { number: $("Each Shot").item.json.number, got: $json.error ? "refused" : "clip" } }}',
			options: {},
		});
		const shots = shotsOf(`${words}, one`, `${words}, two`, `${words}, three`);
		const nodes = [start(), ...shotNodes(shots), veo({ wait }, { onError: 'continueRegularOutput' }), asked];
		const flow = await stage.store(lay(words, nodes, ['Start > Shots > Each Shot > Veo Video > Asked']));
		const items = itemsOf(await stage.play(flow.id), 'Asked').map(({ json }) => [json.number, json.got]);
		expect(items).toEqual([[1, 'clip'], [2, 'refused'], [3, 'clip']]); // prettier-ignore
	}, 60_000);
});

describe.each(WAITING)('a later node of ours stops the execution, $way', ({ wait }) => {
	const LATER = [
		{ why: 'the worker refuses a field of it', wrong: { target: 'given', width: 641, height: 360 }, said: /Width/ },
		{
			why: 'the node itself refuses a field',
			wrong: { number: '={{ $json.nothing }}' },
			said: /Number is not a number/,
		},
	];
	test.each(LATER)(
		'because $why: after it was mended a new run takes the clips that are there',
		async ({ why, wrong, said }) => {
			const words = `a late hour ${wait}, ${why}`;
			const made = (field: Record<string, unknown>) =>
				film(words, shotsOf(`${words}, one`, `${words}, two`), { veo: veo({ wait }), stitch: stitch(field) });
			const flow = await stage.store(made(wrong));
			const run = await stage.play(flow.id);
			expect(run).toMatchObject({ status: 'error', lastNode: 'Stitch Video' });
			expect(run.error!.message).toMatch(said);
			await stage.change(flow.id, made({}));
			const mended = await stage.play(flow.id);
			expect(mended.status).toBe('success');
			expect(itemsOf(mended, 'Stitch Video')).toHaveLength(1);
			expect(await stage.paid(words)).toHaveLength(2);
		},
		60_000,
	);
});

describe('the user stops the execution', () => {
	test('Keep Running: its jobs are cancelled, at the worker and at Google; a new run starts new ones', async () => {
		const words = 'a stopped clock';
		await takes(words, ENDLESS, 2);
		const flow = await stage.store(clips(words, shotsOf(`${words}, one`, `${words}, two`)));
		const id = await stage.run(flow.id);
		await stage.begun(words, 2);
		await until(async () => (await statuses(words)).every((status) => status === 'waiting'), {
			what: 'both to wait',
		});
		await stage.n8n.stopExecution(id);
		const run = await stage.n8n.waitForExecution(id);
		expect(run.status).toBe('canceled');
		await stage.ended(words);
		expect(await statuses(words)).toEqual(['cancelled', 'cancelled']);
		expect((await stage.paid(words)).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
		expect(await stage.asked('interactions.cancel')).toHaveLength(2);
		expect((await stage.play(flow.id)).status).toBe('success');
		expect(await stage.paid(words)).toHaveLength(4);
	}, 90_000);

	test('Park: n8n tells nobody, the jobs run on, the callback is refused, and the next run takes the clips', async () => {
		const words = 'a parked clock';
		await takes(words, 5, 2);
		const flow = await stage.store(clips(words, shotsOf(`${words}, one`, `${words}, two`), veo({ wait: 'park' })));
		const id = await stage.run(flow.id);
		await stage.parked(id);
		await stage.n8n.stopExecution(id);
		expect((await stage.n8n.waitForExecution(id)).status).toBe('canceled');
		const [job] = await stage.ended(words);
		expect(await statuses(words)).toEqual(['succeeded', 'succeeded']);
		await until(
			async () =>
				stage.worker.tail().includes(`"batch":"${job!.batch}","n8nExecutionId":"${id}"`) &&
				stage.worker.tail().includes('"verdict":"gone"'),
			{ what: 'the callback to be refused' },
		);
		const run = await stage.play(flow.id);
		expect(told(itemsOf(run, 'Made'))).toEqual(['clip 1', 'clip 2']);
		expect(await stage.paid(words)).toHaveLength(2);
	}, 90_000);

	test('Keep Running in a sub-workflow: n8n stops the calling workflow alone, and the clips are made to the end', async () => {
		const words = 'a hidden clock';
		await takes(words, 5);
		const { flow, child } = await storeNested(words, shotsOf(words), 'keepRunning');
		const id = await stage.run(flow);
		await stage.begun(words, 1);
		await stage.n8n.stopExecution(id);
		expect((await stage.n8n.waitForExecution(id)).status).toBe('canceled');
		const [inner] = await stage.n8n.executions(child);
		expect(inner!.status).toBe('running');
		expect((await stage.n8n.waitForExecution(inner!.id)).status).toBe('success');
		expect(await statuses(words)).toEqual(['succeeded']);
	}, 90_000);
});

describe('the worker goes away while a node keeps running', () => {
	test.each(['stop', 'kill'] as const)(
		'by %s: the node asks on until it is back, and each clip is paid once',
		async (how) => {
			const words = `a patient clock, ${how}`;
			await takes(words, 6, 2);
			const flow = await stage.store(clips(words, shotsOf(`${words}, one`, `${words}, two`)));
			const id = await stage.run(flow.id);
			await stage.begun(words, 2);
			await until(async () => (await statuses(words)).every((status) => status === 'waiting'), {
				what: 'both to wait',
			});
			await stage.worker[how]();
			await new Promise((resolve) => setTimeout(resolve, 3000));
			await stage.worker.restart();
			const run = await stage.n8n.waitForExecution(id);
			expect(run.status).toBe('success');
			expect(told(itemsOf(run, 'Made'))).toEqual(['clip 1', 'clip 2']);
			expect(await stage.paid(words)).toHaveLength(2);
		},
		90_000,
	);
});
