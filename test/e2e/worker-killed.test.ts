import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
	atEnd,
	freePort,
	scratchFolder,
	startRehearsal,
	startWorker,
	until,
	type RehearsalServer,
	type WorkerServer,
} from './house/house.ts';

type Job = {
	id: string;
	status: string;
	problem: { code: string; message: string; hint: string } | null;
	result: { asset: { id: string } } | null;
};
type Batch = { id: string; done: boolean; jobs: Job[] };
type Journal = { totals: { videoPosts: number; videoJobs: number }; entries: { route: string; status: number }[] };

const origin = { workflowId: 'w', executionId: 'e', nodeId: 'n', nodeName: 'Veo Video', runIndex: 0 };
/** Google takes its time over an answer, so that the worker dies in the middle of it. */
const SLOW = 4000;

let rehearsal: RehearsalServer;
let worker: WorkerServer;

beforeAll(async () => {
	rehearsal = await startRehearsal({ dir: scratchFolder('rehearsal'), env: { REHEARSAL_SECONDS: '1' } });
	worker = await startWorker({
		dir: scratchFolder('worker'),
		rehearsalUrl: rehearsal.url,
		env: { REELSMITH_POLL_SECONDS: '0.3' },
	});
}, 120_000);

beforeEach(async () => {
	await rehearsal.side('DELETE', '/rehearsal/journal');
	await rehearsal.side('DELETE', '/rehearsal/orders');
});

const journal = async () => (await rehearsal.side('GET', '/rehearsal/journal')) as Journal;
const order = (route: string, fault: Record<string, unknown>) =>
	rehearsal.side('POST', '/rehearsal/orders', { match: { route }, fault });

let takes = 0;
async function submitShot(extra: Record<string, unknown> = {}): Promise<Batch> {
	const jobs = [{ input: { prompt: `Shot 1: a boat, take ${++takes}`, seconds: 3, resolution: '360p', shot: 1 } }];
	return worker.api('POST', '/v1/batches', { kind: 'clip', wait: 'none', origin, jobs, ...extra });
}

const seen = (route: string) => async () => (await journal()).entries.some((entry) => entry.route === route);
const look = (id: string) => worker.api<Batch>('GET', `/v1/batches/${id}`);

async function ended(id: string): Promise<Job> {
	const batch = await until(async () => { const found = await look(id); return found.done && found; }, { what: 'the batch to end', timeoutMs: 90_000, everyMs: 200 }); // prettier-ignore
	return (batch as Batch).jobs[0]!;
}

async function killAndStartAgain(): Promise<void> {
	await worker.kill();
	await worker.restart();
}

describe('a worker that is killed over a clip', () => {
	test('before the request was sent: the clip is made, and paid for once', async () => {
		await worker.restart({ WORKER_QUEUES: 'media' });
		const batch = await submitShot();
		await worker.kill();
		await worker.restart({ WORKER_QUEUES: '' });
		expect(await ended(batch.id)).toMatchObject({ status: 'succeeded' });
		expect((await journal()).totals).toMatchObject({ videoPosts: 1, videoJobs: 1 });
	}, 120_000);

	test('after the request was sent and before it was answered: the job says that nobody knows, and nothing is sent again', async () => {
		await order('interactions.create', { kind: 'slow', ms: SLOW });
		const batch = await submitShot();
		await until(async () => (await look(batch.id)).jobs[0]!.status === 'running', { what: 'the job to run' });
		// The request is on its way as soon as the intent is written; Google is still silent.
		await new Promise((resolve) => setTimeout(resolve, 500));
		await killAndStartAgain();
		const job = await ended(batch.id);
		expect(job).toMatchObject({ status: 'unknown', problem: { code: 'unknown_outcome' } });
		expect(job.problem!.hint).toContain('Pay Again');
		await new Promise((resolve) => setTimeout(resolve, SLOW));
		expect((await journal()).totals.videoPosts).toBeLessThanOrEqual(1);
		const refused = await worker.call('POST', `/v1/jobs/${job.id}/retry`, {});
		expect(refused.status).toBe(409);
		await worker.api('POST', `/v1/jobs/${job.id}/retry`, { payAgain: true });
		expect(await ended(batch.id)).toMatchObject({ status: 'succeeded' });
	}, 120_000);

	test('after the answer: Google is asked about the same operation, and paid for once', async () => {
		await order('interactions.create', { kind: 'seconds', seconds: 6 });
		const batch = await submitShot();
		await until(async () => (await look(batch.id)).jobs[0]!.status === 'waiting', {
			what: 'the job to wait',
			everyMs: 20,
		});
		await killAndStartAgain();
		expect(await ended(batch.id)).toMatchObject({ status: 'succeeded' });
		expect((await journal()).totals).toMatchObject({ videoPosts: 1, videoJobs: 1 });
	}, 120_000);

	test('while it asks whether the clip is ready: the same', async () => {
		await order('interactions.get', { kind: 'slow', ms: SLOW });
		const batch = await submitShot();
		await until(seen('interactions.create'), { what: 'the request' });
		await new Promise((resolve) => setTimeout(resolve, 1000));
		await killAndStartAgain();
		expect(await ended(batch.id)).toMatchObject({ status: 'succeeded' });
		expect((await journal()).totals).toMatchObject({ videoPosts: 1, videoJobs: 1 });
	}, 120_000);

	test('while it downloads: the clip is fetched again, and paid for once', async () => {
		await order('interactions.create', { kind: 'deliver', as: 'uri' });
		await order('files.download.bytes', { kind: 'slow', ms: SLOW });
		const batch = await submitShot();
		await until(seen('files.download'), { what: 'the download', timeoutMs: 30_000 });
		await new Promise((resolve) => setTimeout(resolve, 300));
		await killAndStartAgain();
		expect(await ended(batch.id)).toMatchObject({ status: 'succeeded' });
		expect((await journal()).totals).toMatchObject({ videoPosts: 1, videoJobs: 1 });
	}, 120_000);

	test('before the callback: it is delivered after the start, and taken once', async () => {
		const n8n = await standIn();
		await worker.restart({ REELSMITH_CALLBACK_ORIGINS: n8n.origin });
		const batch = await submitShot({
			wait: 'callback',
			callback: { url: `${n8n.origin}/webhook-waiting/7/node?signature=secret` },
		});
		await ended(batch.id);
		await until(async () => n8n.asked() > 0, { what: 'the worker to ask whether n8n is ready' });
		await killAndStartAgain();
		n8n.open();
		await until(async () => n8n.bodies().length > 0, { what: 'the callback', timeoutMs: 60_000 });
		await new Promise((resolve) => setTimeout(resolve, 3000));
		expect(n8n.bodies()).toEqual([expect.objectContaining({ event: 'batch.done', batch: batch.id })]);
		expect(worker.tail()).not.toContain('secret');
	}, 120_000);
});

/** A receiver of callbacks that is not ready until it is opened, as n8n is while it starts. */
async function standIn() {
	let ready = false;
	let asked = 0;
	const bodies: unknown[] = [];
	const server = createServer((request, response) => {
		if (request.url?.startsWith('/healthz')) {
			asked += 1;
			response.writeHead(ready ? 200 : 503).end();
			return;
		}
		let text = '';
		request.on('data', (piece: Buffer) => (text += piece.toString()));
		request.on('end', () => {
			bodies.push(JSON.parse(text));
			response.writeHead(200, { 'content-type': 'application/json' }).end('{"accepted":true}');
		});
	});
	const port = await freePort();
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	atEnd(async () => void server.close());
	return {
		origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		open: () => (ready = true),
		asked: () => asked,
		bodies: () => bodies,
	};
}

describe('a worker that is stopped or killed over other work', () => {
	test('an export that was cut off ends as one file on Drive', async () => {
		const asset = await worker
			.api<Job[]>('GET', '/v1/jobs?kind=clip&status=succeeded&limit=1')
			.then((found) => (found as unknown as { jobs: Job[] }).jobs[0]!.result!.asset.id);
		await order('drive.upload', { kind: 'slow', ms: SLOW });
		const jobs = [
			{ input: { asset, destination: { to: 'drive', folder: 'rehearsal-films', name: 'cut off.mp4' } } },
		];
		const batch = await worker.api<Batch>('POST', '/v1/batches', { kind: 'export', jobs });
		await until(seen('drive.upload.start'), { what: 'the upload' });
		await new Promise((resolve) => setTimeout(resolve, 500));
		await killAndStartAgain();
		expect(await ended(batch.id)).toMatchObject({ status: 'succeeded' });
		const tree = JSON.stringify(await rehearsal.side('GET', '/rehearsal/drive'));
		expect(tree.split('"cut off.mp4"').length - 1).toBe(1);
	}, 120_000);

	test('a stop in order gives running jobs back, and they go on after the next start', async () => {
		await order('interactions.get', { kind: 'slow', ms: 15_000 });
		const batch = await submitShot();
		await until(async () => (await look(batch.id)).jobs[0]!.status === 'waiting', {
			what: 'the job to wait',
			everyMs: 50,
		});
		await new Promise((resolve) => setTimeout(resolve, 600));
		const began = Date.now();
		await worker.stop();
		expect(Date.now() - began).toBeLessThan(12_000);
		await worker.restart();
		expect(await ended(batch.id)).toMatchObject({ status: 'succeeded' });
		expect((await journal()).totals).toMatchObject({ videoPosts: 1 });
	}, 120_000);
});
