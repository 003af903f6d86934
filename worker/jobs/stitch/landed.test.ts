import { beforeEach, expect, test } from '@jest/globals';
import type { BatchView, JobView } from '../../contract/index.ts';
import type { StitchResult } from '../../contract/timeline.ts';
import { testHouse } from '../../testing/house.ts';

const { call, side } = testHouse('landed', { REELSMITH_BUDGET_USD_A_DAY: '50' });

let number = 0;
const shots = (count: number) =>
	Array.from({ length: count }, (_, item) => ({
		input: { prompt: `Shot ${++number}: a mill by a brook`, seconds: 3, resolution: '360p', shot: item + 1 },
		item,
	}));
const paid = async () => (await side<{ totals: { videoJobs: number } }>('GET', '/rehearsal/journal')).totals.videoJobs;
const order = (prompt: string, fault: object) =>
	side('POST', '/rehearsal/orders', { match: { route: 'interactions.create', contains: prompt }, fault });

type Run = { execution: string; workflow?: string };
const origin = (node: string, { execution, workflow = 'w' }: Run) => ({
	...{ workflowId: workflow, executionId: execution, nodeId: node, nodeName: node, runIndex: 0 },
});
const make = (jobs: object[], run: Run) =>
	call<BatchView>('POST', '/v1/batches', { kind: 'clip', jobs, wait: 'handed', origin: origin('veo', run) });

function stitch(clips: BatchView, run: Run, more: object = {}) {
	const input = { timeline: { clips: clips.jobs.map(({ id }) => ({ job: id })) }, title: 'A film', ...more };
	const body = { kind: 'stitch', jobs: [{ input }], wait: 'poll', origin: origin('stitch', run) };
	return call<BatchView>('POST', '/v1/batches', body);
}

async function ended(id: string): Promise<JobView[]> {
	for (;;) {
		const { body } = await call<BatchView>('GET', `/v1/batches/${id}?wait=20`);
		if (body.done) return body.jobs;
	}
}

beforeEach(async () => {
	await side('DELETE', '/rehearsal/journal');
	await side('DELETE', '/rehearsal/orders');
});

test('a film of clips that are still being made has its pieces when the last one lands', async () => {
	const jobs = shots(3);
	await order(jobs[2]!.input.prompt, { kind: 'seconds', seconds: 5 });
	const run = { execution: 'early' };
	const clips = await make(jobs, run);
	const film = await stitch(clips.body, run);
	const [job] = await ended(film.body.id);
	expect(job).toMatchObject({ status: 'succeeded', problem: null });
	const { asset, report } = job!.result as StitchResult;
	expect(asset.media).toMatchObject({ seconds: 9 });
	// Picture and sound of the first two clips were there already.
	expect(report.cacheHits).toBeGreaterThanOrEqual(4);
	expect(report.segments.map(({ cached }) => cached)).toEqual([true, true, false]);
});

test('clips are found again after a film that came to nothing, and made anew after one that was collected', async () => {
	const jobs = shots(2);
	const workflow = 'again';
	const first = { execution: 'a1', workflow };
	const clips = await make(jobs, first);
	const film = await stitch(clips.body, first);
	await call('POST', `/v1/batches/${film.body.id}/cancel`);

	const second = { execution: 'a2', workflow };
	const found = await make(jobs, second);
	expect(found.body.found).toBe(2);
	const again = await stitch(found.body, second);
	expect((await ended(again.body.id))[0]!.status).toBe('succeeded');
	expect(await paid()).toBe(2);
	await call('POST', `/v1/batches/${again.body.id}/collect`);

	const third = await make(jobs, { execution: 'a3', workflow });
	expect(third.body.found).toBe(0);
});

test('a clip that is not made stops the film by its place, or is left out where that is wished', async () => {
	const jobs = shots(2);
	await order(jobs[1]!.input.prompt, { kind: 'block', as: 'failed', message: 'The prompt shows a real person.' });
	const run = { execution: 'blocked' };
	const clips = (await make(jobs, run)).body;

	const [stopped] = await ended((await stitch(clips, run)).body.id);
	expect(stopped).toMatchObject({
		status: 'failed',
		problem: { code: 'conflict', message: expect.stringMatching(/^clip 2 is not there: .*blocked/) },
	});
	const [without] = await ended((await stitch(clips, run, { missing: 'leaveOut' })).body.id);
	expect(without!.result).toMatchObject({
		asset: { media: { seconds: 3 } },
		report: { notes: [expect.stringMatching(/^clip 2 was left out/)] },
	});
});

test('jobs of another key cannot be waited for', async () => {
	const clips = (await make(shots(1), { execution: 'mine' })).body;
	const input = { timeline: { clips: [{ job: clips.jobs[0]!.id }] } };
	const { body } = await call<BatchView>(
		'POST',
		'/v1/batches',
		{ kind: 'stitch', jobs: [{ input }] },
		{ key: 'other' },
	);
	for (;;) {
		const { body: seen } = await call<BatchView>('GET', `/v1/batches/${body.id}?wait=20`, undefined, {
			key: 'other',
		});
		if (!seen.done) continue;
		expect(seen.jobs[0]!.problem).toMatchObject({ code: 'not_found' });
		break;
	}
});
