import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import type { BatchView } from '../contract/batch.ts';
import type { Problem } from '../contract/problem.ts';
import { testHouse } from '../testing/house.ts';
import { connect } from './redis/connect.ts';
import { makeLog } from '../base/log.ts';

const { call, side, get, folder } = testHouse('outage');

const shot = (prompt: string) => ({ kind: 'clip', jobs: [{ input: { prompt, seconds: 3, resolution: '360p' } }] });

async function ended(id: string): Promise<BatchView> {
	for (;;) {
		const { status, body } = await call<BatchView>('GET', `/v1/batches/${id}?wait=5`);
		if (status === 200 && body.done) return body;
		if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
	}
}

async function redisPid(): Promise<number> {
	const client = await connect(get().redis.url, 'submit', makeLog('silent'));
	const pid = Number(/process_id:(\d+)/.exec(await client.info('server'))![1]);
	client.disconnect();
	return pid;
}

test('while Redis is frozen nothing taken is lost, and work goes on when it is back', async () => {
	await side('POST', '/rehearsal/orders', {
		match: { route: 'interactions.create' },
		fault: { kind: 'seconds', seconds: 2 },
	});
	const { body } = await call<BatchView>('POST', '/v1/batches', shot('a frozen lake'));
	const pid = await redisPid();
	await new Promise((resolve) => setTimeout(resolve, 300));
	process.kill(pid, 'SIGSTOP');
	await new Promise((resolve) => setTimeout(resolve, 3000));
	process.kill(pid, 'SIGCONT');
	expect((await ended(body.id)).jobs[0]!.status).toBe('succeeded');
	const { totals } = await side<{ totals: { videoPosts: number } }>('GET', '/rehearsal/journal');
	expect(totals.videoPosts).toBe(1);
}, 60_000);

test('a stitch that is cancelled ends its ffmpeg within a second or so and leaves no film', async () => {
	const ids: string[] = [];
	for (const prompt of ['one', 'two']) {
		const batch = await call<BatchView>('POST', '/v1/batches', {
			kind: 'clip',
			jobs: [{ input: { prompt, seconds: 10, resolution: '720p' } }],
		});
		ids.push(((await ended(batch.body.id)).jobs[0]!.result as { asset: { id: string } }).asset.id);
	}
	const timeline = { clips: ids.map((asset) => ({ asset })), target: { width: 3840, height: 2160 } };
	const { body } = await call<BatchView>('POST', '/v1/batches', {
		kind: 'stitch',
		jobs: [{ input: { timeline, title: 'Never' } }],
	});
	const children = () =>
		execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
			.split('\n')
			.filter((line) => line.includes(folder) && /ffmpeg/.test(line));
	for (const end = Date.now() + 20_000; children().length === 0 && Date.now() < end;)
		await new Promise((resolve) => setTimeout(resolve, 50));
	const began = Date.now();
	await call('POST', `/v1/jobs/${body.jobs[0]!.id}/cancel`);
	const done = await ended(body.id);
	expect(done.jobs[0]).toMatchObject({ status: 'cancelled', result: null });
	while (children().length > 0 && Date.now() - began < 5000) await new Promise((resolve) => setTimeout(resolve, 20));
	expect(children()).toEqual([]);
	expect(Date.now() - began).toBeLessThan(3000);
}, 90_000);

test('a submit is refused at once while Redis is gone, and says that nothing was taken', async () => {
	process.kill(await redisPid(), 'SIGKILL');
	await get().redis.ended;
	const began = Date.now();
	const { status, body } = await call<Problem>('POST', '/v1/batches', shot('x'));
	expect(status).toBe(503);
	expect(body).toMatchObject({ code: 'unavailable', hint: expect.stringContaining('Nothing was taken') });
	expect(Date.now() - began).toBeLessThan(2000);
	expect((await call('GET', '/ready', undefined, { key: 'none' })).status).toBe(503);
}, 30_000);
