import { expect, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../scripts/house/until.ts';
import { itemsOf } from './nodes/engine.ts';
import { paidClips, shots, useHouse } from './nodes/house.ts';
import { stitch, veo } from './nodes/steps.ts';

const house = useHouse();
const fault = (run: Awaited<ReturnType<typeof house.engine.run>>) =>
	run.data.resultData.error as unknown as { message: string; description?: string; context: { itemIndex?: number } };
const block = (contains: string) =>
	house.rehearsal.order({
		match: { route: 'interactions.create', contains },
		fault: { kind: 'block', as: 'failed' },
	});

test('a refused field is named as the node names it, with its item, and nothing is paid', async () => {
	const before = await paidClips(house);
	const items = shots(['a gate', 'a door']);
	items[1]!.seconds = 44;
	const run = await house.engine.run({ steps: [veo()], items });
	expect(fault(run).message).toMatch(/^Duration \(Seconds\): .*44.*\[Item 1\]$/);
	expect(fault(run).description).toContain('nothing was paid');
	expect(fault(run).context.itemIndex).toBe(1);
	expect(await paidClips(house)).toBe(before);
});

test('with On Error = continue a refused item becomes an error item and the others are made', async () => {
	const items = shots(['a lamp', 'a chair']);
	items[0]!.seconds = 44;
	const run = await house.engine.run({ steps: [veo({}, { onError: 'continueRegularOutput' })], items });
	const [refused, made] = itemsOf(run, 'Veo Video');
	expect(refused!.json.error).toMatch(/^Duration \(Seconds\): .*\[Item 0\]$/);
	expect(refused!.pairedItem).toEqual({ item: 0 });
	expect(made!.json).toMatchObject({ number: 2, mimeType: 'video/mp4', narration: 'about a chair' });
	expect(made!.pairedItem).toEqual({ item: 1 });
});

test('a blocked shot stops the node after its siblings are made, and the next run pays only for what is missing', async () => {
	await block('a forbidden river');
	const before = await paidClips(house);
	const items = shots(['a quiet river', 'a forbidden river', 'a wide river']);
	const first = await house.engine.run({ steps: [veo()], items });
	expect(fault(first).message).toMatch(/^Shot 2: .*\[Item 1\]$/);
	expect(fault(first).description).toContain('2 of 3 clips were made and are kept');
	expect(fault(first).description).toMatch(/Job: j_/);
	expect(await paidClips(house)).toBe(before + 3);

	const second = await house.engine.run({ steps: [veo()], items });
	expect(second.data.resultData.error).toBeUndefined();
	expect(itemsOf(second, 'Veo Video').map(({ json }) => json.number)).toEqual([1, 2, 3]);
	expect(await paidClips(house)).toBe(before + 4);

	const third = await house.engine.run({ steps: [veo()], items });
	expect(itemsOf(third, 'Veo Video')).toHaveLength(3);
	expect(await paidClips(house)).toBe(before + 7);
});

test('with On Error = continue, what was made beside a refused or blocked item is found again by the next run', async () => {
	await block('a forbidden coat');
	const before = await paidClips(house);
	const items = shots(['a red coat', 'a forbidden coat', 'a blue coat']);
	const refused = [{ ...items[0]! }, items[1]!, items[2]!];
	refused[0]!.seconds = 44;
	const steps = [veo({}, { onError: 'continueRegularOutput' })];
	await house.engine.run({ steps, items: refused });
	expect(await paidClips(house)).toBe(before + 2);
	const run = await house.engine.run({ steps, items });
	expect(itemsOf(run, 'Veo Video').map(({ json }) => json.error)).toEqual([undefined, undefined, undefined]);
	expect(await paidClips(house)).toBe(before + 4);
});

test('with the error output a blocked shot leaves by it, merged with its input, and the film stops for lack of it', async () => {
	await block('a forbidden hill');
	const run = await house.engine.run({
		steps: [veo({}, { onError: 'continueErrorOutput' }), stitch()],
		items: shots(['a green hill', 'a forbidden hill']),
	});
	const [made] = itemsOf(run, 'Veo Video');
	const [unmade] = itemsOf(run, 'Veo Video', 1);
	expect(made!.json).toMatchObject({ number: 1, mimeType: 'video/mp4' });
	expect(unmade!.json).toMatchObject({
		number: 2,
		prompt: 'a forbidden hill',
		error: expect.stringMatching(/^Shot 2: /),
		details: { job: expect.stringMatching(/^j_/), code: 'blocked' },
	});
	expect(fault(run).message).toBe('The film would lack shot 2 of 2');
});

test('a film can be made without a missing shot when the node is told so', async () => {
	const items = shots(['a pear', 'a plum']).slice(0, 1);
	const run = await house.engine.run({ steps: [veo(), stitch({ missingShots: 'goOn' })], items });
	expect(itemsOf(run, 'Stitch Video')[0]!.json).toMatchObject({ mimeType: 'video/mp4' });
});

test('an item that carries an error is not worked on', async () => {
	const before = await paidClips(house);
	const items = [{ ...shots(['a boat'])[0]!, error: 'Shot 1: blocked' }];
	const run = await house.engine.run({ steps: [veo()], items });
	expect(fault(run).message).toBe('The item before was not made: Shot 1: blocked [Item 0]');
	expect(await paidClips(house)).toBe(before);
});

test('stopping the execution cancels its jobs', async () => {
	await house.rehearsal.order({
		match: { route: 'interactions.create', contains: 'an endless road' },
		fault: { kind: 'pending' },
	});
	const executionId = 'stopped-by-hand';
	const { running, cancel } = house.engine.start({ steps: [veo()], items: shots(['an endless road']), executionId });
	const ended = running.then(
		({ status }) => status,
		() => 'canceled',
	);
	const mine = async () => {
		const { jobs } = await house.worker.api<{ jobs: Array<{ status: string; origin: { executionId: string } }> }>(
			'GET',
			'/v1/jobs?limit=20',
		);
		return jobs.find(({ origin }) => origin.executionId === executionId);
	};
	await until(async () => (await mine())?.status === 'waiting', {
		what: 'the clip to be under way',
		timeoutMs: 10_000,
		everyMs: 50,
	});
	cancel();
	expect(await ended).toBe('canceled');
	await until(async () => (await mine())?.status === 'cancelled', {
		what: 'the job to be cancelled',
		timeoutMs: 10_000,
		everyMs: 50,
	});
});

test('a restart of the worker while the node waits loses nothing and pays for nothing twice', async () => {
	await house.rehearsal.order({
		match: { route: 'interactions.create', contains: 'a slow snail' },
		fault: { kind: 'seconds', seconds: 3 },
	});
	const before = await paidClips(house);
	const running = house.engine.run({ steps: [veo()], items: shots(['a slow snail']) });
	await until(async () => (await paidClips(house)) === before + 1, {
		what: 'the clip to be begun',
		timeoutMs: 10_000,
		everyMs: 50,
	});
	await pause(200);
	await house.worker.kill();
	await house.worker.restart();
	const run = await running;
	expect(run.data.resultData.error).toBeUndefined();
	expect(itemsOf(run, 'Veo Video')[0]!.json).toMatchObject({ mimeType: 'video/mp4' });
	expect(await paidClips(house)).toBe(before + 1);
}, 40_000);

test('Retry On Fail pays only for the shot that was not made', async () => {
	await block('a forbidden cloud');
	const before = await paidClips(house);
	const run = await house.engine.run({
		steps: [veo({}, { retryOnFail: true, maxTries: 2, waitBetweenTries: 100 })],
		items: shots(['a white cloud', 'a forbidden cloud']),
	});
	expect(run.data.resultData.error).toBeUndefined();
	expect(itemsOf(run, 'Veo Video')).toHaveLength(2);
	expect(await paidClips(house)).toBe(before + 3);
});

test('Retry On Fail with On Error = continue pays only for the shot that was not made', async () => {
	await block('a forbidden star');
	const before = await paidClips(house);
	const run = await house.engine.run({
		steps: [veo({}, { retryOnFail: true, maxTries: 2, waitBetweenTries: 100, onError: 'continueRegularOutput' })],
		items: shots(['a forbidden star', 'a bright star']),
	});
	expect(itemsOf(run, 'Veo Video').map(({ json }) => json.error)).toEqual([undefined, undefined]);
	expect(await paidClips(house)).toBe(before + 3);
});
