import { expect, test } from '@jest/globals';
import { errorOf, omni, testStage, untilOver, type Json } from './testing.ts';

const stage = testStage();
const once = { maxRetries: 0 };
const create = (prompt = 'Shot 1: a wave') => stage.gemini().interactions.create(omni(prompt), once) as Promise<Json>;
const totals = async () => (await stage.journal()).totals;

test('a connection that closes before acceptance leaves no job behind', async () => {
	await stage.order({ match: { route: 'interactions.create' }, fault: { kind: 'drop', when: 'before' } });
	expect((await errorOf(create())).name).toBe('APIConnectionError');
	expect(await totals()).toMatchObject({ videoPosts: 1, videoJobs: 0, usd: 0 });
});

test('a connection that closes after acceptance leaves a paid job behind', async () => {
	await stage.order({ match: { route: 'interactions.create' }, fault: { kind: 'drop', when: 'after' } });
	expect((await errorOf(create())).name).toBe('APIConnectionError');
	const { totals: sums, entries } = await stage.journal();
	expect(sums).toMatchObject({ videoPosts: 1, videoJobs: 1 });
	expect(entries[0]).toMatchObject({ status: 0, accepted: [expect.stringMatching(/^v1_/)] });
	expect((await untilOver(stage.gemini(), entries[0]!.accepted[0]!)).status).toBe('completed');
});

test('a job can be accepted and answered with 503 all the same', async () => {
	await stage.order({
		match: { route: 'interactions.create' },
		fault: { kind: 'http', status: 503, afterAcceptance: true },
	});
	expect((await errorOf(create())).status).toBe(503);
	expect(await totals()).toMatchObject({ videoJobs: 1 });
});

test('the SDK left to itself pays twice for one lost answer, and the journal shows it', async () => {
	await stage.order({
		match: { route: 'interactions.create' },
		fault: { kind: 'http', status: 503, afterAcceptance: true },
	});
	await stage.gemini().interactions.create(omni('Shot 1: a wave'));
	expect(await totals()).toMatchObject({ videoPosts: 2, videoJobs: 2 });
});

test('a rate limit carries what each service has: RetryInfo and Retry-After', async () => {
	const limit = { kind: 'http' as const, status: 429, retryAfterSeconds: 7, retryInfoSeconds: 34.4 };
	await stage.order({ match: { route: 'interactions.create' }, fault: limit });
	const error = await errorOf(create());
	expect([error.name, error.status, JSON.parse(error.body).error.code]).toEqual([
		'RateLimitError',
		429,
		'rate_limit_exceeded',
	]);
	await stage.order({ match: { route: 'generateContent' }, fault: limit });
	const answer = await fetch(`${stage.url()}/v1beta/models/gemini-3.8-flash:generateContent?key=k`, {
		method: 'POST',
		body: '{"contents":[]}',
	});
	expect(answer.headers.get('retry-after')).toBe('7');
	expect((await answer.json()) as Json).toMatchObject({
		error: { status: 'RESOURCE_EXHAUSTED', details: [{}, { retryDelay: '34.4s' }] },
	});
});

test.each([
	['http', 'safety', async () => JSON.parse((await errorOf(create())).body).error.code],
	['failed', 'content_blocked', async () => (await untilOver(stage.gemini(), (await create()).id)).errors[0].code],
])('the safety filter can refuse as %s', async (as, code, find) => {
	await stage.order({ match: { route: 'interactions.create' }, fault: { kind: 'block', as: as as 'http', code } });
	expect(await find()).toBe(code);
	expect((await totals()).usd).toBe(0);
});

test('an interaction can be completed without a video, and without usage', async () => {
	await stage.order({ match: { route: 'interactions.create' }, fault: { kind: 'block', as: 'empty' } });
	const empty = await untilOver(stage.gemini(), (await create()).id);
	expect([empty.status, empty.usage.total_output_tokens]).toEqual(['completed', 0]);
	expect(empty.steps.filter((step: Json) => step.type === 'model_output')).toEqual([]);
	await stage.order({ match: { route: 'interactions.create' }, fault: { kind: 'noUsage' } });
	expect((await untilOver(stage.gemini(), (await create()).id)).usage).toBeUndefined();
});

test('an order meets the shot, the nth call and as many calls as it says', async () => {
	await stage.order({ match: { route: 'interactions.create', shot: 2 }, fault: { kind: 'http', status: 500 } });
	await create('Shot 1: a wave');
	expect((await errorOf(create('Shot 2: a wave'))).status).toBe(500);
	await stage.order({ match: { route: 'interactions.*', nth: 2 }, fault: { kind: 'http', status: 403 } });
	await create('Shot 3: a wave');
	expect((await errorOf(create('Shot 4: a wave'))).status).toBe(403);
	await stage.order({ match: { route: 'models.list' }, fault: { kind: 'http', status: 503 }, times: 2 });
	const list = async () => (await fetch(`${stage.url()}/v1beta/models?key=k`)).status;
	expect([await list(), await list(), await list()]).toEqual([503, 503, 200]);
});

test('an answer comes late when that is ordered, and polls can show an unknown word', async () => {
	await stage.order({ match: { route: 'models.list' }, fault: { kind: 'slow', ms: 200 } });
	const started = Date.now();
	await fetch(`${stage.url()}/v1beta/models?key=k`);
	expect(Date.now() - started).toBeGreaterThanOrEqual(195);
	const { id } = await create();
	await stage.order({ match: { route: 'interactions.get' }, fault: { kind: 'status', word: 'dreaming' } });
	expect(((await stage.gemini().interactions.get(id)) as Json).status).toBe('dreaming');
});

test('a caller who gives up on a late answer may have paid or not, as ordered', async () => {
	const giveUp = () => errorOf(stage.gemini().interactions.create(omni('Shot 1: a wave'), { ...once, timeout: 80 }));
	await stage.order({ match: { route: 'interactions.create' }, fault: { kind: 'slow', ms: 300 } });
	expect((await giveUp()).name).toBe('APIConnectionTimeoutError');
	await stage.order({
		match: { route: 'interactions.create' },
		fault: { kind: 'slow', ms: 300, afterAcceptance: true },
	});
	expect((await giveUp()).name).toBe('APIConnectionTimeoutError');
	await new Promise((go) => setTimeout(go, 50));
	const { entries } = await stage.journal();
	expect(entries.map((entry) => [entry.status, entry.accepted.length])).toEqual([
		[0, 0],
		[0, 1],
	]);
});

test('an order that makes no sense is refused with words', async () => {
	const answer = await fetch(`${stage.url()}/rehearsal/orders`, {
		method: 'POST',
		body: JSON.stringify({ match: { route: 'token' }, fault: { kind: 'magic' } }),
	});
	expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('fault.kind')]);
});
