import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { BatchView, JobView, SpendView } from '../contract/index.ts';
import type { Problem } from '../contract/problem.ts';
import { testHouse } from '../testing/house.ts';

const { call, side, get } = testHouse('api', { REELSMITH_BUDGET_USD_A_DAY: '50' });

type Totals = { totals: { videoPosts: number; videoJobs: number } };
const paid = async () => (await side<Totals>('GET', '/rehearsal/journal')).totals;

let number = 0;
const shot = (more: Record<string, unknown> = {}) => ({
	input: { prompt: `Shot ${++number}: a boat on a lake`, seconds: 3, resolution: '360p', ...more },
	item: 0,
});
let round = 0;
const origin = (execution: string, more: Record<string, unknown> = {}) => ({
	workflowId: 'w',
	executionId: `${round}-${execution}`,
	nodeId: 'n',
	nodeName: 'Veo Video',
	runIndex: 0,
	...more,
});

const submit = (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
	call<BatchView>('POST', '/v1/batches', { kind: 'clip', ...body }, { headers });
const order = (route: string, fault: Record<string, unknown>, match: Record<string, unknown> = {}) =>
	side('POST', '/rehearsal/orders', { match: { route, ...match }, fault });

async function ended(id: string): Promise<BatchView> {
	for (;;) {
		const { body } = await call<BatchView>('GET', `/v1/batches/${id}?wait=20`);
		if (body.done) return body;
	}
}

beforeEach(async () => {
	round += 1;
	await side('DELETE', '/rehearsal/journal');
	await side('DELETE', '/rehearsal/orders');
});

describe('a batch', () => {
	test('is taken at once, and tells what came out and what it cost', async () => {
		const { status, body } = await submit({ jobs: [shot()] });
		expect(status).toBe(202);
		expect(body).toMatchObject({
			done: false,
			found: 0,
			jobs: [{ status: expect.stringMatching(/queued|running/), index: 0 }],
		});
		const [job] = (await ended(body.id)).jobs as [JobView];
		expect(job).toMatchObject({ status: 'succeeded', progress: 1, problem: null });
		expect(job.costUsd).toBeCloseTo(3 * 0.0232, 2);
		expect(job.result).toMatchObject({
			asset: {
				mimeType: 'video/mp4',
				media: { video: { width: 640, frames: 72 } },
				thumbnail: expect.any(String),
			},
		});
	});

	test('is refused whole, with every refusal by job and field, before anything is paid', async () => {
		const { status, body } = await call<Problem>('POST', '/v1/batches', {
			kind: 'clip',
			jobs: [shot(), shot({ seconds: 99 }), { input: {} }],
		});
		expect(status).toBe(400);
		expect(body.refusals).toEqual([
			expect.objectContaining({ job: 1, field: 'seconds' }),
			expect.objectContaining({ job: 2, field: 'prompt' }),
		]);
		expect(await paid()).toMatchObject({ videoPosts: 0 });
	});

	test('asked for 200 times at once with one key is one batch, one job and one payment', async () => {
		const body = { jobs: [shot()] };
		const answers = await Promise.all(
			Array.from({ length: 200 }, () => submit(body, { 'idempotency-key': 'once' })),
		);
		expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
		await ended(answers[0]!.body.id);
		expect(await paid()).toMatchObject({ videoPosts: 1, videoJobs: 1 });
		const other = await call<Problem>(
			'POST',
			'/v1/batches',
			{ kind: 'clip', jobs: [shot()] },
			{ headers: { 'idempotency-key': 'once' } },
		);
		expect(other).toMatchObject({ status: 409, body: { code: 'conflict' } });
		const spend = await call<SpendView>('GET', '/v1/spend');
		expect(spend.body.reservedUsd).toBe(0);
	});

	test('that would pass the budget of the day is not taken', async () => {
		const { status, body } = await call<Problem>('POST', '/v1/batches', {
			kind: 'clip',
			jobs: Array.from({ length: 20 }, () => shot({ seconds: 15, resolution: '4k' })),
		});
		expect(status).toBe(402);
		expect(body).toMatchObject({ code: 'budget', message: expect.stringContaining('$') });
		expect(await paid()).toMatchObject({ videoPosts: 0 });
	});
});

describe('the jobs of an earlier run', () => {
	test('are found again when nobody waits for them and nobody has them, and are not paid for twice', async () => {
		const jobs = [shot(), { ...shot(), item: 1 }];
		const first = await submit({ jobs, wait: 'poll', origin: origin('e1') });
		await ended(first.body.id);
		await call('POST', `/v1/batches/${first.body.id}/cancel`);
		const second = await submit({ jobs, wait: 'poll', origin: origin('e2') });
		expect(second.body).toMatchObject({ found: 2, done: true });
		expect(second.body.jobs.map(({ id }) => id)).toEqual(first.body.jobs.map(({ id }) => id));
		expect(await paid()).toMatchObject({ videoPosts: 2 });
	});

	test.each<[string, Record<string, unknown>]>([
		['another workflow', { workflowId: 'v' }],
		['another node', { nodeId: 'm' }],
		['another round of a loop', { runIndex: 1 }],
	])('are not found by %s', async (_what, more) => {
		const jobs = [shot()];
		const first = await submit({ jobs, wait: 'poll', origin: origin('e1') });
		await ended(first.body.id);
		await call('POST', `/v1/batches/${first.body.id}/cancel`);
		const second = await submit({ jobs, wait: 'poll', origin: origin('e2', more) });
		expect(second.body.found).toBe(0);
		await ended(second.body.id);
	});

	test('are new jobs once they were collected', async () => {
		const jobs = [shot()];
		const first = await submit({ jobs, wait: 'poll', origin: origin('e1') });
		await ended(first.body.id);
		expect((await call('POST', `/v1/batches/${first.body.id}/collect`)).status).toBe(204);
		const second = await submit({ jobs, wait: 'poll', origin: origin('e2') });
		expect(second.body.found).toBe(0);
		await ended(second.body.id);
	});

	test('are found again though they were collected, when that execution broke off at a later node', async () => {
		const jobs = [shot()];
		const clips = await submit({ jobs, wait: 'poll', origin: origin('e1') });
		await ended(clips.body.id);
		await call('POST', `/v1/batches/${clips.body.id}/collect`);
		const later = await submit({ jobs: [shot()], wait: 'poll', origin: origin('e1', { nodeId: 'later' }) });
		const during = await submit({ jobs, wait: 'poll', origin: origin('e2') });
		expect(during.body.found).toBe(0);
		await call('POST', `/v1/batches/${during.body.id}/cancel`);
		await ended(during.body.id);
		await ended(later.body.id);
		await call('POST', `/v1/batches/${later.body.id}/cancel`);
		const again = await submit({ jobs, wait: 'poll', origin: origin('e3') });
		expect(again.body).toMatchObject({ found: 1, done: true });
	});

	test('are found again though they were collected, when a later node of that execution was refused', async () => {
		const jobs = [shot()];
		const clips = await submit({ jobs, wait: 'poll', origin: origin('e1') });
		await ended(clips.body.id);
		await call('POST', `/v1/batches/${clips.body.id}/collect`);
		expect(
			(await submit({ jobs: [shot({ seconds: 99 })], wait: 'poll', origin: origin('e1', { nodeId: 'later' }) }))
				.status,
		).toBe(400);
		const again = await submit({ jobs, wait: 'poll', origin: origin('e2') });
		expect(again.body).toMatchObject({ found: 1, done: true });
	});

	test('are new jobs once a retry brought the broken execution to its end', async () => {
		const jobs = [shot()];
		const broken = [{ ...shot(), item: 0 }];
		const clips = await submit({ jobs, wait: 'poll', origin: origin('e1') });
		await ended(clips.body.id);
		await call('POST', `/v1/batches/${clips.body.id}/collect`);
		await order('interactions.create', { kind: 'block', as: 'failed' }, { contains: broken[0]!.input.prompt });
		const failed = await submit({ jobs: broken, wait: 'poll', origin: origin('e1', { nodeId: 'later' }) });
		expect((await ended(failed.body.id)).jobs[0]!.status).toBe('failed');
		await call('POST', `/v1/batches/${failed.body.id}/cancel`);
		const retry = await submit({ jobs: broken, wait: 'poll', origin: origin('e1 again', { nodeId: 'later' }) });
		expect((await ended(retry.body.id)).jobs[0]!.status).toBe('succeeded');
		await call('POST', `/v1/batches/${retry.body.id}/collect`);
		const next = await submit({ jobs, wait: 'poll', origin: origin('e2') });
		expect(next.body.found).toBe(0);
		await ended(next.body.id);
	});

	test('are found again when a later node says that it stopped before it submitted', async () => {
		const jobs = [shot()];
		const clips = await submit({ jobs, wait: 'poll', origin: origin('e1') });
		await ended(clips.body.id);
		await call('POST', `/v1/batches/${clips.body.id}/collect`);
		expect((await call('POST', '/v1/executions/unfinished', origin('e1', { nodeId: 'later' }))).status).toBe(204);
		expect((await submit({ jobs, wait: 'poll', origin: origin('e2') })).body.found).toBe(1);
	});

	test('are new jobs while somebody else waits for them, and found by a second try of the same execution', async () => {
		const jobs = [shot()];
		await order('interactions.create', { kind: 'seconds', seconds: 2 });
		const first = await submit({
			jobs,
			wait: 'callback',
			callback: { url: 'http://127.0.0.1:5678/webhook-waiting/1/n?signature=x' },
			origin: origin('e1'),
		});
		const stranger = await submit({ jobs, wait: 'poll', origin: origin('e2') });
		expect(stranger.body.found).toBe(0);
		const again = await submit({ jobs, wait: 'poll', origin: origin('e2') });
		expect(again.body.found).toBe(1);
		await ended(first.body.id);
		await ended(again.body.id);
		expect(await paid()).toMatchObject({ videoPosts: 2 });
	});

	test('that nobody was to wait for are never found again: a schedule makes new clips each time', async () => {
		const jobs = [shot()];
		await ended((await submit({ jobs, wait: 'none', origin: origin('e1') })).body.id);
		const second = await submit({ jobs, wait: 'none', origin: origin('e2') });
		expect(second.body.found).toBe(0);
		await ended(second.body.id);
	});
});

describe('a paid request', () => {
	test.each([
		['an answer of 500', { kind: 'http', status: 500 }],
		['an answer of 503 after the work was accepted', { kind: 'http', status: 503, afterAcceptance: true }],
		['a connection that closes after the work was accepted', { kind: 'drop', when: 'after' }],
	])('with %s is never sent again; the outcome is unknown and asks a person', async (_what, fault) => {
		await order('interactions.create', fault);
		const [job] = (await ended((await submit({ jobs: [shot()] })).body.id)).jobs as [JobView];
		expect(job).toMatchObject({
			status: 'unknown',
			problem: { code: 'unknown_outcome', hint: expect.stringContaining('Pay Again') },
		});
		expect(await paid()).toMatchObject({ videoPosts: 1 });
	});

	test('that is refused with 429 is sent again when Google says so', async () => {
		await order('interactions.create', { kind: 'http', status: 429, retryAfterSeconds: 1 });
		const [job] = (await ended((await submit({ jobs: [shot()] })).body.id)).jobs as [JobView];
		expect(job.status).toBe('succeeded');
		expect(await paid()).toMatchObject({ videoPosts: 2, videoJobs: 1 });
	});

	test('that the safety filter blocks fails with its reasons and leaves the other shots alone', async () => {
		const blocked = shot({ shot: 2 });
		await order(
			'interactions.create',
			{ kind: 'block', as: 'failed', message: 'The prompt shows a real person.' },
			{ contains: blocked.input.prompt },
		);
		const batch = await ended((await submit({ jobs: [shot({ shot: 1 }), blocked] })).body.id);
		expect(batch.jobs.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
		expect(batch.jobs[1]!.problem).toMatchObject({
			code: 'blocked',
			reasons: [expect.stringContaining('real person')],
		});
	});
});

describe('cancel and retry', () => {
	test('a cancelled clip ends at once, is cancelled at Google, and cannot be found again', async () => {
		await order('interactions.create', { kind: 'pending' });
		const { body } = await submit({ jobs: [shot()] });
		while ((await call<BatchView>('GET', `/v1/batches/${body.id}`)).body.jobs[0]!.status !== 'waiting')
			await new Promise((resolve) => setTimeout(resolve, 20));
		await call('POST', `/v1/jobs/${body.jobs[0]!.id}/cancel`);
		const [job] = (await ended(body.id)).jobs as [JobView];
		expect(job).toMatchObject({ status: 'cancelled', problem: { code: 'cancelled' } });
		const { entries } = await side<{ entries: { route: string }[] }>('GET', '/rehearsal/journal');
		expect(entries.map(({ route }) => route)).toContain('interactions.cancel');
	});

	test('a failed job goes on from its first unfinished step and pays nothing again', async () => {
		await order('interactions.create', { kind: 'deliver', as: 'uri' });
		await side('POST', '/rehearsal/orders', {
			match: { route: 'files.download*' },
			fault: { kind: 'http', status: 403 },
			times: 50,
		});
		const { body } = await submit({ jobs: [shot()] });
		const [failed] = (await ended(body.id)).jobs as [JobView];
		expect(failed.status).toBe('failed');
		await side('DELETE', '/rehearsal/orders');
		expect((await call('POST', `/v1/jobs/${failed.id}/retry`, {})).status).toBe(202);
		expect((await ended(body.id)).jobs[0]!.status).toBe('succeeded');
		expect(await paid()).toMatchObject({ videoPosts: 1 });
		expect((await call<Problem>('POST', `/v1/jobs/${failed.id}/retry`, {})).body.code).toBe('conflict');
	});
});

describe('keys', () => {
	test.each(['/v1/jobs', '/v1/me', '/v1/models', '/v1/spend', '/metrics', '/v1/events'])(
		'%s is closed without one',
		async (path) => {
			expect((await call<Problem>('GET', path, undefined, { key: 'none' })).body).toMatchObject({
				status: 401,
				code: 'unauthorized',
			});
		},
	);

	test('jobs and batches of one key do not exist for another', async () => {
		const { body } = await submit({ jobs: [shot()] });
		for (const path of [`/v1/batches/${body.id}`, `/v1/jobs/${body.jobs[0]!.id}`])
			expect((await call('GET', path, undefined, { key: 'other' })).status).toBe(404);
		expect((await call<{ jobs: JobView[] }>('GET', '/v1/jobs', undefined, { key: 'other' })).body.jobs).toEqual([]);
		await ended(body.id);
	});

	test('a callback to an address that is not allowed is refused', async () => {
		const { status, body } = await call<Problem>('POST', '/v1/batches', {
			kind: 'clip',
			wait: 'callback',
			callback: { url: 'http://169.254.169.254/x' },
			jobs: [shot()],
		});
		expect(status).toBe(403);
		expect(body.hint).toContain('REELSMITH_CALLBACK_ORIGINS');
	});

	test('an identity that is no JSON is told by its field', async () => {
		const { status, body } = await call<Problem>(
			'POST',
			'/v1/batches',
			{ kind: 'clip', jobs: [shot()] },
			{ headers: { 'x-reelsmith-google-identity': 'my key' } },
		);
		expect(status).toBe(400);
		expect(body.message).toContain('Google Identity');
	});
});

describe('assets', () => {
	const bytes = Buffer.from('a text that is stored');
	const upload = async () => {
		const { server } = get();
		const answer = await server.inject({
			method: 'POST',
			url: '/v1/assets?name=note.txt',
			headers: { authorization: `Bearer rsk_${'0'.repeat(40)}`, 'content-type': 'text/plain' },
			payload: bytes,
		});
		return answer.json<{ id: string; previewUrl: string }>();
	};

	test('an upload is found by the hash of its bytes and plays by its signed address alone', async () => {
		const asset = await upload();
		expect(asset.id).toBe(createHash('sha256').update(bytes).digest('hex'));
		const signed = new URL(asset.previewUrl);
		const got = await call<string>('GET', `${signed.pathname}${signed.search}`, undefined, {
			key: 'none',
			headers: { range: 'bytes=2-5' },
		});
		expect(got).toMatchObject({
			status: 206,
			body: 'text',
			headers: { 'content-range': `bytes 2-5/${bytes.length}` },
		});
		expect((await call('GET', signed.pathname, undefined, { key: 'none' })).status).toBe(401);
		expect((await call('GET', `${signed.pathname}${signed.search}x`, undefined, { key: 'none' })).status).toBe(403);
	});

	test('a file that is not what its type says is refused', async () => {
		const { server } = get();
		const answer = await server.inject({
			method: 'POST',
			url: '/v1/assets?name=clip.mp4',
			headers: { authorization: `Bearer rsk_${'0'.repeat(40)}`, 'content-type': 'video/mp4' },
			payload: bytes,
		});
		expect(answer.json<Problem>()).toMatchObject({ code: 'media', message: expect.stringContaining('clip.mp4') });
	});
});

test('events of a job come as they happen and end with it', async () => {
	const { server } = get();
	if (!server.server.listening) {
		await server.listen({ port: 0, host: '127.0.0.1' });
	}
	const { port } = server.server.address() as AddressInfo;
	const { body } = await submit({ jobs: [shot()] });
	const answer = await fetch(`http://127.0.0.1:${port}/v1/jobs/${body.jobs[0]!.id}/events`, {
		headers: { authorization: `Bearer rsk_${'0'.repeat(40)}` },
	});
	const text = await answer.text();
	const statuses = [...text.matchAll(/^data: (.*)$/gm)].map(
		([, data]) => (JSON.parse(data!) as { status: string }).status,
	);
	expect(statuses.at(-1)).toBe('succeeded');
	expect(statuses).toContain('waiting');
	expect(text).not.toContain('owner');
});

test('the API describes itself, and says whether it lives', async () => {
	const docs = await call<{ paths: Record<string, unknown> }>('GET', '/docs/json', undefined, { key: 'none' });
	expect(Object.keys(docs.body.paths)).toEqual(
		expect.arrayContaining(['/v1/batches', '/v1/jobs/{id}/retry', '/v1/assets/{id}/content', '/v1/drive/changes']),
	);
	expect((await call('GET', '/health', undefined, { key: 'none' })).body).toEqual({ ok: true });
	expect((await call('GET', '/ready', undefined, { key: 'none' })).status).toBe(200);
	expect((await call<string>('GET', '/metrics')).body).toContain('reelsmith_queue_jobs{queue="google"');
});
