import { afterAll, expect, test } from '@jest/globals';
import type { INodeExecutionData } from 'n8n-workflow';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../scripts/house/until.ts';
import { itemsOf, type Parked } from './nodes/engine.ts';
import { shots, useHouse } from './nodes/house.ts';
import { stitch, veo } from './nodes/steps.ts';

const calls: Array<{ path: string; body: { batch: string } }> = [];

/** Stands where n8n listens for callbacks, and takes them all. */
const server = createServer((request, response) => {
	let text = '';
	request.on('data', (piece) => (text += piece));
	request.on('end', () => {
		if (request.method === 'POST') calls.push({ path: request.url ?? '', body: JSON.parse(text) });
		response
			.setHeader('content-type', 'application/json')
			.end(request.method === 'POST' ? '{"accepted":true}' : '{"status":"ok"}');
	});
});
const house = useHouse(async () => {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
	server.close();
});

async function park(name: string, flow: Parameters<typeof house.engine.start>[0]): Promise<Parked & { batch: string }> {
	const { running, wf, additionalData } = house.engine.start(flow);
	const run = await running;
	expect(run.status).toBe('waiting');
	expect(run.waitTill?.getFullYear()).toBe(3000);
	const context = run.data.executionData!.contextData[`node:${name}`] as { parked: string };
	return { run, wf, additionalData, batch: JSON.parse(context.parked).batch };
}

const called = async (batch: string) =>
	await until(async () => calls.find(({ body }) => body.batch === batch), {
		what: 'the callback',
		timeoutMs: 20_000,
		everyMs: 50,
	});

test('a parked node is called back at its own address and gives out one result an item, in order', async () => {
	const parked = await park('Veo Video', {
		steps: [veo({ wait: 'park' }), stitch()],
		items: shots(['a cup', 'a spoon']),
		executionId: '71',
	});
	const { path, body } = await called(parked.batch);
	expect(path).toMatch(/^\/webhook-waiting\/71\/id-of-Veo%20Video\?signature=/);
	const answer = await house.engine.callBack(parked, 'Veo Video', body);
	expect(answer.webhookResponse).toEqual({ accepted: true, whole: true });
	const run = await house.engine.wakeUp(parked, 'Veo Video', answer);
	const clips = itemsOf(run, 'Veo Video');
	expect(clips.map(({ json }) => [json.number, json.prompt, json.narration])).toEqual([
		[1, 'a cup', 'about a cup'],
		[2, 'a spoon', 'about a spoon'],
	]);
	expect(clips.map(({ pairedItem }) => (pairedItem as { item: number }).item)).toEqual([0, 1]);
	expect(clips[0]!.binary?.thumbnail?.mimeType).toBe('image/jpeg');
	expect(itemsOf(run, 'Stitch Video')[0]!.json).toMatchObject({ mimeType: 'video/mp4' });
}, 30_000);

test('what was not made, and what was refused before, come out in their places as error items', async () => {
	await house.rehearsal.order({
		match: { route: 'interactions.create', contains: 'a forbidden key' },
		fault: { kind: 'block', as: 'failed' },
	});
	const items = shots(['a refused key', 'a forbidden key', 'a small key']);
	items[0]!.seconds = 44;
	const parked = await park('Veo Video', {
		steps: [veo({ wait: 'park' }, { onError: 'continueErrorOutput' })],
		items,
	});
	const { body } = await called(parked.batch);
	const answer = await house.engine.callBack(parked, 'Veo Video', body);
	expect(answer.webhookResponse).toEqual({ accepted: true, whole: false });
	const given = answer.workflowData![0] as INodeExecutionData[];
	expect(given.map(({ json }) => Object.keys(json).includes('error'))).toEqual([true, true, false]);
	expect(Object.keys(given[1]!.json).sort()).toEqual(['details', 'error']);
	const run = await house.engine.wakeUp(parked, 'Veo Video', answer);
	expect(itemsOf(run, 'Veo Video').map(({ json }) => json.number)).toEqual([3]);
	expect(itemsOf(run, 'Veo Video', 1).map(({ json }) => [json.number, json.error])).toEqual([
		[1, expect.stringMatching(/^Duration \(Seconds\): /)],
		[2, expect.stringMatching(/^Shot 2: /)],
	]);
}, 30_000);

test('a callback of another batch is not accepted, and the right one still is', async () => {
	const parked = await park('Veo Video', { steps: [veo({ wait: 'park' })], items: shots(['a bell']) });
	const { body } = await called(parked.batch);
	for (const other of [{ batch: 'b_somebody-elses' }, {}, { batch: '' }, { batch: ['x'] }])
		expect(await house.engine.callBack(parked, 'Veo Video', other)).toEqual({
			webhookResponse: { accepted: false },
		});
	expect((await house.engine.callBack(parked, 'Veo Video', body)).webhookResponse).toEqual({
		accepted: true,
		whole: true,
	});
}, 30_000);

test('a callback that comes before the batch has ended, or while the worker is away, is asked for again and throws nothing', async () => {
	await house.rehearsal.order({
		match: { route: 'interactions.create', contains: 'a late train' },
		fault: { kind: 'seconds', seconds: 600 },
	});
	const parked = await park('Veo Video', { steps: [veo({ wait: 'park' })], items: shots(['a late train']) });
	const early = await house.engine.callBack(parked, 'Veo Video', { batch: parked.batch });
	expect(early).toEqual({ webhookResponse: { again: true, reason: 'the batch has not ended' } });
	await house.worker.kill();
	const lost = await house.engine.callBack(parked, 'Veo Video', { batch: parked.batch });
	expect(lost).toEqual({
		webhookResponse: { again: true, reason: expect.stringContaining('no answer from the Reelsmith worker') },
	});
	await house.worker.restart();
}, 30_000);

test('all items into one film are parked too', async () => {
	const made = await house.engine.run({ steps: [veo()], items: shots(['a drum', 'a flute']) });
	const parked = await park('Stitch Video', {
		steps: [stitch({ wait: 'park' })],
		items: itemsOf(made, 'Veo Video').map(({ json }) => json),
	});
	const answer = await house.engine.callBack(parked, 'Stitch Video', (await called(parked.batch)).body);
	expect(answer.workflowData![0]).toHaveLength(1);
	expect(answer.workflowData![0]![0]!.json).toMatchObject({
		mimeType: 'video/mp4',
		stitch: { frames: expect.any(Number) },
	});
}, 30_000);

test('a node without a single item to work on does not park', async () => {
	const items = shots(['a wall']);
	items[0]!.seconds = 44;
	const run = await house.engine.run({ steps: [veo({ wait: 'park' }, { onError: 'continueRegularOutput' })], items });
	expect(run.status).toBe('success');
	expect(itemsOf(run, 'Veo Video')[0]!.json.error).toMatch(/^Duration/);
});
