import { beforeAll, describe, expect, test } from '@jest/globals';
import { itemsOf, until, type StoredWorkflow, type WorkflowJson } from './house/house.ts';
import { openStage, type Stage } from './stage.ts';
import { folder } from './template.ts';

/** n8n looks once a minute, and on a busy machine a little later. */
const ONE_TICK_MS = 90_000;
/** n8n killed in the middle of a look has been seen to rest for two minutes after its start before it looks again. */
const LATEST_MS = 200_000;
/** Drive takes its time over an answer, so that n8n dies while it waits for it. */
const SLOW_MS = 1500;
/** After that the worker lets a fresh file settle for four seconds, and keeps its answer. */
const SETTLED_MS = 5500;
/** Long before the watch began: a watch that goes by times would never see such a file. */
const LONG_AGO = '2020-02-02T10:00:00.000Z';

const DOCUMENTS = ['text/plain', 'text/markdown', 'application/pdf', 'application/vnd.google-apps.document'];

let rehearsal: Stage['rehearsal'];
let worker: Stage['worker'];
let n8n: Stage['n8n'];
/** Left to n8n's own clock at first. */
let ticking: string;
/** Published anew whenever a test wants a look at once. */
let prompted: string;

/** What the trigger's fields come to, as the worker is asked. */
const watched = { folder: 'rehearsal-briefs', subfolders: false, event: 'new', types: DOCUMENTS, restSeconds: 120 };

const watching = (name: string): WorkflowJson => ({
	name,
	nodes: [
		{
			name: 'Drive Watch Trigger',
			type: 'n8n-nodes-reelsmith.driveWatchTrigger',
			typeVersion: 1,
			position: [0, 0],
			parameters: {
				pollTimes: { item: [{ mode: 'everyMinute' }] },
				event: 'new',
				folder: folder('rehearsal-briefs'),
				subfolders: false,
				types: ['document'],
				restSeconds: 120,
				options: {},
			},
			credentials: { reelsmithApi: { id: '', name: 'Reelsmith account' } },
		},
		{ name: 'Came', type: 'n8n-nodes-base.noOp', typeVersion: 1, position: [220, 0], parameters: {} },
	],
	connections: { 'Drive Watch Trigger': { main: [[{ node: 'Came', type: 'main', index: 0 }]] } },
});

beforeAll(async () => {
	const stage = await openStage();
	({ rehearsal, worker, n8n } = stage);
	const { credential } = stage;
	await rehearsal.dropFile({ name: 'was there before.txt', mimeType: 'text/plain', text: 'Old.' });
	ticking = (await n8n.importWorkflow(watching('Ticking'), credential)).id;
	prompted = (await n8n.importWorkflow(watching('Prompted'), credential)).id;
	for (const id of [ticking, prompted]) {
		await n8n.publish(id);
		await until(() => storedCursor(id), { what: 'the first look' });
	}
}, 240_000);

/** How many looks the worker has answered. */
const looks = () =>
	worker
		.tail()
		.split('\n')
		.filter((line) => /drive\/changes".*"status":200/.test(line)).length;

/** Publishing makes n8n look at once, soon after it has answered. Waits until that look is over. */
async function lookNow(workflow = prompted): Promise<void> {
	const before = looks();
	await n8n.unpublish(workflow);
	await n8n.publish(workflow);
	await until(async () => looks() > before, { what: 'a look at the folder' });
}

/** The cursor that n8n has stored for a workflow: what it asks with after a restart. */
async function storedCursor(workflow: string): Promise<string | undefined> {
	const { staticData } = await n8n.rest<StoredWorkflow & { staticData: Record<string, { cursor?: string }> | null }>(
		'GET',
		`/rest/workflows/${workflow}`,
	);
	return staticData?.['node:Drive Watch Trigger']?.cursor;
}

/** Names of all files that a workflow was started with, an entry for each time. */
async function delivered(workflow = prompted): Promise<string[]> {
	const runs = await Promise.all((await n8n.executions(workflow)).map(({ id }) => n8n.execution(id)));
	return runs.flatMap((run) => itemsOf(run, 'Drive Watch Trigger').map(({ json }) => String(json.name))).sort();
}

/** Waits until a file has come, and gives back how many times. */
async function timesDelivered(name: string, workflow = prompted, timeoutMs = 30_000): Promise<number> {
	const times = async () => (await delivered(workflow)).filter((one) => one === name).length;
	return until(async () => (await times()) || undefined, { what: `${name} to start the workflow`, timeoutMs });
}

const drop = (name: string, more: Record<string, unknown> = {}) =>
	rehearsal.side<{ id: string }>('POST', '/rehearsal/drive/files', { name, text: `A film about ${name}.`, ...more });

describe('a watched Drive folder', () => {
	test('two files that come at once start the workflow with an item each, and what lay there before does not', async () => {
		await drop('one.txt');
		await drop('two.txt');
		await lookNow();
		expect(await timesDelivered('one.txt')).toBe(1);
		expect(await timesDelivered('two.txt')).toBe(1);
		expect(await delivered()).toEqual(['one.txt', 'two.txt']);
	}, 60_000);

	test('a file that was made long ago comes when it is moved into the folder', async () => {
		const old = await drop('old.txt', {
			parent: 'rehearsal-reelsmith',
			createdTime: LONG_AGO,
			modifiedTime: LONG_AGO,
		});
		await lookNow();
		expect(await delivered()).not.toContain('old.txt');
		await rehearsal.side('POST', `/rehearsal/drive/files/${old.id}/move`, { parent: 'rehearsal-briefs' });
		await lookNow();
		expect(await timesDelivered('old.txt')).toBe(1);
	}, 60_000);

	test('a file that is still being uploaded comes when it is complete', async () => {
		const half = await drop('half.txt', { uploading: true });
		await lookNow();
		await lookNow();
		expect(await delivered()).not.toContain('half.txt');
		await rehearsal.side('POST', `/rehearsal/drive/files/${half.id}/finish`);
		await lookNow();
		expect(await timesDelivered('half.txt')).toBe(1);
	}, 60_000);

	test('n8n’s own clock brings them all within a minute; killed right after that look, it does not bring them again', async () => {
		// Of an execution that n8n is killed in the midst of it keeps no data.
		const done = async () => (await n8n.executions(ticking)).some(({ status }) => status === 'success');
		await until(done, { what: 'the minute to pass', timeoutMs: ONE_TICK_MS, everyMs: 20 });
		await n8n.kill();
		await n8n.restart();
		await lookNow(ticking);
		expect(await n8n.executions(ticking)).toHaveLength(1);
		expect(await delivered(ticking)).toEqual(['half.txt', 'old.txt', 'one.txt', 'two.txt']);
	}, 180_000);
});

describe('a watched Drive folder across quiet minutes and deaths', () => {
	test('looks that find nothing, and a restart of the worker, spoil nothing', async () => {
		const cursor = await storedCursor(prompted);
		// What n8n's clock does in quiet minutes: it goes on from each answer, and stores none of them.
		let latest = cursor;
		for (let minute = 0; minute < 3; minute += 1)
			latest = (await worker.api<{ cursor: string }>('POST', '/v1/drive/changes', { ...watched, cursor: latest }))
				.cursor;
		expect(await storedCursor(prompted)).toBe(cursor);
		await worker.restart();
		await drop('after quiet minutes.txt');
		await lookNow();
		expect(await timesDelivered('after quiet minutes.txt')).toBe(1);
	}, 60_000);

	test('n8n that dies before it has the answer is given it when it asks again, also by a worker that died after', async () => {
		await drop('answer was lost.txt');
		await rehearsal.order({ match: { route: 'drive.changes' }, fault: { kind: 'slow', ms: SLOW_MS } });
		const asked = async () => (await ordersLeft()) === 0;
		await until(asked, { what: 'n8n to ask by its own clock', timeoutMs: ONE_TICK_MS, everyMs: 20 });
		await n8n.kill();
		await new Promise((resolve) => setTimeout(resolve, SLOW_MS + SETTLED_MS));
		await worker.kill();
		await drop('all were dead.txt');
		await worker.restart();
		await n8n.restart();
		for (const workflow of [prompted, ticking]) {
			await lookNow(workflow);
			for (const name of ['answer was lost.txt', 'all were dead.txt'])
				// The first look may give the lost answer again; what came since is then brought by the next tick.
				expect(await timesDelivered(name, workflow, LATEST_MS)).toBe(1);
		}
	}, 500_000);

	test('in the end every file has come once to each workflow', async () => {
		const all = [
			'after quiet minutes.txt',
			'all were dead.txt',
			'answer was lost.txt',
			'half.txt',
			'old.txt',
			'one.txt',
			'two.txt',
		];
		expect(await delivered(ticking)).toEqual(all);
		expect(await delivered(prompted)).toEqual(all);
	}, 60_000);
});

/** How many orders the rehearsal still has to carry out. */
async function ordersLeft(): Promise<number> {
	const { orders } = await rehearsal.side<{ orders: { times: number; used: number }[] }>('GET', '/rehearsal/orders');
	return orders.filter(({ times, used }) => used < times).length;
}
