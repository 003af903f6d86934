import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { startRehearsal } from '../../rehearsal/server.ts';
import type { ClipInput } from '../../contract/clip.ts';
import { type ClipRequest, openGoogle } from '../index.ts';
import { calm, configFor, faultOf, rehearse, type Rehearsed, untilDone } from '../testing.ts';

let house: Rehearsed;
beforeAll(async () => {
	house = await rehearse(startRehearsal);
}, 30_000);
afterAll(() => house.end());
beforeEach(() => house.fresh());

const request = (more: Partial<ClipInput> = {}): ClipRequest => {
	const checked = house.google.checkClip({
		prompt: 'a calm ocean wave',
		seconds: 3,
		resolution: '360p',
		seed: 7,
		...more,
	});
	if ('refusals' in checked) throw new Error(JSON.stringify(checked.refusals));
	return checked.request;
};
const veoRequest = () => request({ model: 'veo-3.1-fast-generate-001', seconds: 4, resolution: '720p' });
const start = (more?: Partial<ClipInput>) => house.google.video.start(request(more), {}, calm());

const FTYP_AT = 4;
const isMp4 = async (path: string) => (await readFile(path)).toString('latin1', FTYP_AT, FTYP_AT + 4) === 'ftyp';

describe('an Omni clip', () => {
	test('is started by one POST, polled, and collected with its cost', async () => {
		const operation = await start();
		expect(operation).toMatch(/^omni\/gemini-omni-1\.2-flash\/.+/);
		const { costUsd } = await untilDone(house.google, operation);
		expect(costUsd).toBeGreaterThan(0.0232 * 3 * 0.9);
		const to = join(house.folder, 'omni.mp4');
		const got = await house.google.video.collect(operation, {}, to, calm());
		expect(got.bytes).toBe((await stat(to)).size);
		expect(got.costUsd).toBe(costUsd);
		expect(await isMp4(to)).toBe(true);
		expect((await house.journal()).totals).toMatchObject({ videoPosts: 1, videoJobs: 1 });
	});

	test('comes as the very same bytes inline and as a file behind a redirect', async () => {
		const operation = await start();
		await untilDone(house.google, operation);
		const [inline, file] = [join(house.folder, 'inline.mp4'), join(house.folder, 'file.mp4')];
		await house.google.video.collect(operation, {}, inline, calm());
		await house.order('interactions.get', { kind: 'deliver', as: 'uri' }, { times: 5 });
		await house.google.video.collect(operation, {}, file, calm());
		expect((await readFile(file)).equals(await readFile(inline))).toBe(true);
		const routes = (await house.journal()).entries.map((entry) => entry.route);
		expect(routes).toContain('files.download');
		expect(routes).toContain('files.download.bytes');
	});

	test('is polled and collected by another process that knows the operation alone', async () => {
		const operation = await start();
		const later = await house.reopen();
		await untilDone(later, operation);
		const to = join(house.folder, 'later.mp4');
		expect((await later.video.collect(operation, {}, to, calm())).bytes).toBeGreaterThan(1000);
		expect((await house.journal()).totals.videoPosts).toBe(1);
	});
});

test('a Veo clip goes the same way, though Google never says what it cost', async () => {
	const operation = await house.google.video.start(veoRequest(), {}, calm());
	expect(operation).toMatch(/^veo\/veo-3\.1-fast-generate-001\/projects\/.+\/operations\/.+/);
	expect(await untilDone(house.google, operation)).toEqual({ state: 'done', costUsd: null });
	const to = join(house.folder, 'veo.mp4');
	await (await house.reopen()).video.collect(operation, {}, to, calm());
	expect(await isMp4(to)).toBe(true);
	expect((await house.journal()).totals).toMatchObject({ videoPosts: 1, videoJobs: 1 });
});

const SERVICES = [
	{ service: 'Omni', route: 'interactions.create', ask: () => request() },
	{ service: 'Veo', route: 'veo.start', ask: veoRequest },
];

describe.each(SERVICES)('the paid POST of $service', ({ route, ask }) => {
	test.each([
		['500', { kind: 'http', status: 500 }],
		['503', { kind: 'http', status: 503 }],
		['503 although the clip is being made', { kind: 'http', status: 503, afterAcceptance: true }],
		['409', { kind: 'http', status: 409 }],
		['408', { kind: 'http', status: 408 }],
		['a connection that is reset before the work', { kind: 'drop', when: 'before' }],
		['a connection that is reset after the work', { kind: 'drop', when: 'after' }],
		['an answer that is no JSON', { kind: 'garbage', text: '<html>oops' }],
		['an answer that is cut short', { kind: 'truncate', bytes: 10 }],
	])('is not repeated after %s, and the outcome is called unknown', async (_what, fault) => {
		await house.order(route, fault, { times: 9 });
		const fell = await faultOf(house.google.video.start(ask(), {}, calm()));
		expect(fell.code).toBe('unknown_outcome');
		expect(fell.hint).toMatch(/pay again/);
		expect((await house.journal()).totals.videoPosts).toBe(1);
	});

	test('is not repeated when no answer comes in time, and the outcome is called unknown', async () => {
		const impatient = await house.reopen({ paid: 1500 });
		await house.order(route, { kind: 'slow', ms: 4000 }, { times: 9 });
		expect((await faultOf(impatient.video.start(ask(), {}, calm()))).code).toBe('unknown_outcome');
		expect((await house.journal()).entries.filter((entry) => entry.route === route).length).toBeLessThan(2);
	});

	test.each([
		[400, 'invalid_input'],
		[401, 'unauthorized'],
		[402, 'budget'],
		[403, 'forbidden'],
		[404, 'not_found'],
	])('that is refused with %i fails as %s, and nothing was started', async (status, code) => {
		await house.order(route, { kind: 'http', status, message: 'no' });
		expect((await faultOf(house.google.video.start(ask(), {}, calm()))).code).toBe(code);
		expect((await house.journal()).totals).toMatchObject({ videoPosts: 1, videoJobs: 0 });
	});

	test('that meets a limit says how long Google wants to be left alone', async () => {
		await house.order(route, { kind: 'http', status: 429, retryInfoSeconds: 34, retryAfterSeconds: 34 });
		const fell = await faultOf(house.google.video.start(ask(), {}, calm()));
		expect(fell).toMatchObject({ code: 'quota', retryAfter: 34 });
		expect((await house.journal()).totals).toMatchObject({ videoPosts: 1, videoJobs: 0 });
	});

	test('is still listened to for a moment when the job is stopped, so that its operation can be cancelled', async () => {
		await house.order(route, { kind: 'slow', ms: 300 });
		const stop = new AbortController();
		const started = house.google.video.start(ask(), {}, stop.signal);
		setTimeout(() => stop.abort(), 100);
		expect(await started).toMatch(/^(omni|veo)\//);
	});

	test('is never sent when the job was stopped before', async () => {
		await expect(house.google.video.start(ask(), {}, AbortSignal.abort())).rejects.toThrow();
		expect((await house.journal()).totals.videoPosts).toBe(0);
	});
});

test('a bad key, answered with an array as seen live, is called unauthorized', async () => {
	await house.order('interactions.create', {
		kind: 'http',
		status: 400,
		asArray: true,
		message: 'API key not valid. Please pass a valid API key.',
	});
	expect((await faultOf(start())).code).toBe('unauthorized');
});

test('a Google that cannot be reached at all has taken nothing: unavailable', async () => {
	const nowhere = await openGoogle(configFor(await closedOrigin()), { log: pino({ level: 'silent' }) });
	expect((await faultOf(nowhere.video.start(request(), {}, calm()))).code).toBe('unavailable');
	expect((await faultOf(nowhere.video.start(veoRequest(), {}, calm()))).code).toBe('unavailable');
});

/** An address where nobody listens any more. */
async function closedOrigin(): Promise<string> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	return `http://127.0.0.1:${port}`;
}

describe('a clip that a filter blocks', () => {
	test('is refused at once when Google answers the POST so', async () => {
		await house.order('interactions.create', {
			kind: 'block',
			as: 'http',
			code: 'prohibited_content',
			message: 'The prompt shows X.',
		});
		expect(await faultOf(start())).toMatchObject({ code: 'blocked', reasons: ['The prompt shows X.'] });
	});

	test.each([
		[
			'failed',
			{ kind: 'block', as: 'failed', code: 'content_blocked', message: 'The video shows X.' },
			'The video shows X.',
		],
		['completed without video', { kind: 'block', as: 'empty' }, undefined],
	])('is found out by polling when the interaction ends as %s', async (_end, fault, reason) => {
		await house.order('interactions.create', fault);
		const operation = await start();
		const fell = await faultOf(untilDone(house.google, operation));
		expect(fell.code).toBe('blocked');
		expect(fell.reasons?.length).toBeGreaterThan(0);
		if (reason) expect(fell.reasons).toEqual([reason]);
	});

	test('is found out in the filter fields of a Veo operation', async () => {
		await house.order('veo.start', { kind: 'block', as: 'filtered', message: 'Support codes: 58061214' });
		const operation = await house.google.video.start(veoRequest(), {}, calm());
		const fell = await faultOf(untilDone(house.google, operation));
		expect(fell.code).toBe('blocked');
		expect(fell.reasons?.join()).toMatch(/58061214/);
	});
});

describe('a clip that comes to another bad end', () => {
	test.each(SERVICES)('of $service is a media fault when the service breaks', async ({ route, ask }) => {
		await house.order(route, { kind: 'fail', message: 'internal trouble' });
		const operation = await house.google.video.start(ask(), {}, calm());
		expect(await faultOf(untilDone(house.google, operation))).toMatchObject({
			code: 'media',
			message: expect.stringMatching(/internal trouble/),
		});
	});

	test('is called cancelled after it was', async () => {
		await house.order('interactions.create', { kind: 'pending' });
		const operation = await start();
		expect(await house.google.video.poll(operation, {}, calm())).toEqual({ state: 'pending' });
		await house.google.video.cancel(operation, {}, calm());
		expect((await faultOf(house.google.video.poll(operation, {}, calm()))).code).toBe('cancelled');
	});
});

describe('a look', () => {
	test('at a status nobody knows counts as pending', async () => {
		const operation = await start();
		await house.order('interactions.get', { kind: 'status', word: 'contemplating' });
		expect(await house.google.video.poll(operation, {}, calm())).toEqual({ state: 'pending' });
	});

	test('that fails is unavailable or quota, and the next one works', async () => {
		const operation = await start();
		await house.order('interactions.get', { kind: 'http', status: 503 }, { times: 2 });
		expect((await faultOf(house.google.video.poll(operation, {}, calm()))).code).toBe('unavailable');
		await untilDone(house.google, operation);
	});

	test('knows no cost where Google gives no usage: never that it was free', async () => {
		await house.order('interactions.get', { kind: 'noUsage' }, { times: 50 });
		expect(await untilDone(house.google, await start())).toEqual({ state: 'done', costUsd: null });
	});

	test('at Veo obeys the signal that the SDK drops', async () => {
		const operation = await house.google.video.start(veoRequest(), {}, calm());
		await house.order('veo.fetch', { kind: 'slow', ms: 5000 });
		const begun = Date.now();
		await faultOf(house.google.video.poll(operation, {}, AbortSignal.timeout(200)));
		expect(Date.now() - begun).toBeLessThan(2000);
	});
});

describe('a download', () => {
	const done = async (): Promise<{ operation: string; whole: Buffer }> => {
		const operation = await start();
		await untilDone(house.google, operation);
		const to = join(house.folder, 'whole.mp4');
		await house.google.video.collect(operation, {}, to, calm());
		await house.order('interactions.get', { kind: 'deliver', as: 'uri' }, { times: 20 });
		return { operation, whole: await readFile(to) };
	};

	test('that breaks in the middle is taken up again and gives the same bytes', async () => {
		const { operation, whole } = await done();
		await house.order('files.download.bytes', { kind: 'truncate', bytes: 5000 });
		const to = join(house.folder, 'broken.mp4');
		await house.google.video.collect(operation, {}, to, calm());
		expect((await readFile(to)).equals(whole)).toBe(true);
		const tries = (await house.journal()).entries.filter((entry) => entry.route === 'files.download.bytes');
		expect(tries).toHaveLength(2);
	});

	test('that falls silent is taken up again', async () => {
		const { operation, whole } = await done();
		const impatient = await house.reopen({ idle: 400 });
		await house.order('files.download.bytes', { kind: 'slow', ms: 3000 });
		const to = join(house.folder, 'silent.mp4');
		await impatient.video.collect(operation, {}, to, calm());
		expect((await readFile(to)).equals(whole)).toBe(true);
	});

	test('with a wrong length is never taken for whole', async () => {
		const { operation, whole } = await done();
		await house.order('files.download.bytes', { kind: 'wrongLength', extra: 100 });
		const to = join(house.folder, 'wrong.mp4');
		await house.google.video.collect(operation, {}, to, calm());
		expect((await readFile(to)).equals(whole)).toBe(true);
	});

	test('of a file that Google keeps no more says so', async () => {
		const { operation } = await done();
		await house.order('files.*', { kind: 'expired' }, { times: 5 });
		const fell = await faultOf(house.google.video.collect(operation, {}, join(house.folder, 'gone.mp4'), calm()));
		expect(fell).toMatchObject({ code: 'not_found', hint: expect.stringMatching(/48 hours/) });
	});

	test('of an inline clip that breaks off is unavailable, and works the next time', async () => {
		const operation = await start();
		await untilDone(house.google, operation);
		await house.order('interactions.get', { kind: 'truncate', bytes: 3000 });
		const to = join(house.folder, 'inline-broken.mp4');
		expect((await faultOf(house.google.video.collect(operation, {}, to, calm()))).code).toBe('unavailable');
		expect((await house.google.video.collect(operation, {}, to, calm())).bytes).toBeGreaterThan(1000);
	});
});
