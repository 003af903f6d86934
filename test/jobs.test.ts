import { expect, test } from '@jest/globals';
import { until } from '../scripts/house/until.ts';
import { itemsOf } from './nodes/engine.ts';
import { paidClips, shots, useHouse } from './nodes/house.ts';
import { job, script, veo } from './nodes/steps.ts';

const house = useHouse();
type Fault = { message: string; description?: string };

async function ended(id: unknown): Promise<string> {
	const look = async () => {
		const { status } = await house.worker.api<{ status: string }>('GET', `/v1/jobs/${String(id)}`);
		return ['succeeded', 'failed', 'cancelled', 'unknown'].includes(status) ? status : undefined;
	};
	return await until(look, { what: `the end of ${String(id)}`, timeoutMs: 15_000, everyMs: 50 });
}

async function submit(prompts: string[]) {
	return itemsOf(await house.engine.run({ steps: [veo({ wait: 'dontWait' })], items: shots(prompts) }), 'Veo Video');
}

test('Don’t Wait gives out the jobs at once, and Reelsmith Job finds what they made', async () => {
	const [given] = await submit(['a kite']);
	expect(given!.json).toMatchObject({
		number: 1,
		kind: 'clip',
		job: expect.stringMatching(/^j_/),
		batch: expect.stringMatching(/^b_/),
		estimateUsd: expect.any(Number),
	});
	expect(given!.pairedItem).toEqual({ item: 0 });
	expect(await ended(given!.json.job)).toBe('succeeded');
	const [found] = itemsOf(
		await house.engine.run({ steps: [job({ operation: 'get' })], items: [given!.json] }),
		'Reelsmith Job',
	);
	expect(found!.json).toMatchObject({
		job: given!.json.job,
		status: 'succeeded',
		progress: 1,
		asset: expect.stringMatching(/^[0-9a-f]{64}$/),
		problem: null,
	});
	const [raw] = itemsOf(
		await house.engine.run({ steps: [job({ operation: 'get', simplify: false })], items: [given!.json] }),
		'Reelsmith Job',
	);
	expect(raw!.json).toMatchObject({
		id: given!.json.job,
		input: { prompt: 'a kite' },
		origin: { nodeName: 'Veo Video' },
	});
});

test('jobs are listed newest first, and by kind and state', async () => {
	const [given] = await submit(['a comb']);
	await ended(given!.json.job);
	await house.engine.run({ steps: [script()], items: [{ text: 'A film about tea' }] });
	const list = async (options: Record<string, unknown>, limit = 50) =>
		itemsOf(await house.engine.run({ steps: [job({ operation: 'getAll', options, limit })] }), 'Reelsmith Job').map(
			({ json }) => json,
		);
	expect((await list({}))[0]).toMatchObject({ kind: 'storyboard' });
	expect(
		(await list({ kind: 'clip', status: 'succeeded' })).every(
			(found) => found.kind === 'clip' && found.status === 'succeeded',
		),
	).toBe(true);
	expect((await list({ kind: 'clip' }))[0]).toMatchObject({ job: given!.json.job });
	expect(await list({}, 1)).toHaveLength(1);
});

test('a job is cancelled, and started again from where it ended', async () => {
	await house.rehearsal.order({
		match: { route: 'interactions.create', contains: 'a lost balloon' },
		fault: { kind: 'pending' },
	});
	const [given] = await submit(['a lost balloon']);
	await until(async () => (await paidClips(house)) > 0, {
		what: 'the clip to be begun',
		timeoutMs: 10_000,
		everyMs: 50,
	});
	const cancelled = await house.engine.run({ steps: [job({ operation: 'cancel' })], items: [given!.json] });
	expect(itemsOf(cancelled, 'Reelsmith Job')).toHaveLength(1);
	expect(await ended(given!.json.job)).toBe('cancelled');
	const again = await house.engine.run({ steps: [job({ operation: 'retry' })], items: [given!.json] });
	expect(itemsOf(again, 'Reelsmith Job')[0]!.json).toMatchObject({ job: given!.json.job, kind: 'clip' });
});

test('a clip of unknown outcome is sent again only with Pay Again', async () => {
	await house.rehearsal.order({
		match: { route: 'interactions.create', contains: 'a torn letter' },
		fault: { kind: 'drop', when: 'after' },
	});
	const items = shots(['a torn letter']);
	const run = await house.engine.run({ steps: [veo()], items });
	const fault = run.data.resultData.error as unknown as Fault;
	expect(fault.message).toMatch(/^Shot 1: .*\[Item 0\]$/);
	expect(fault.description).toContain('Pay Again');
	const id = /Job: (j_\w+)/.exec(fault.description ?? '')?.[1];
	expect(await ended(id)).toBe('unknown');
	const paid = await paidClips(house);
	const refused = await house.engine.run({ steps: [job({ operation: 'retry', job: id })] });
	expect((refused.data.resultData.error as unknown as Fault).message).toMatch(/paid twice.*\[Item 0\]$/);
	expect(await paidClips(house)).toBe(paid);
	await house.engine.run({ steps: [job({ operation: 'retry', job: id, payAgain: true })] });
	expect(await ended(id)).toBe('succeeded');
	expect(await paidClips(house)).toBe(paid + 1);
});

test('an unknown job is told for its item', async () => {
	const run = await house.engine.run({ steps: [job({ operation: 'get', job: 'j_nobody' })] });
	expect((run.data.resultData.error as unknown as Fault).message).toMatch(/^There is no job j_nobody \[Item 0\]$/);
});
