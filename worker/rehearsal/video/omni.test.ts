import { expect, test } from '@jest/globals';
import { errorOf, omni, testStage, untilOver, type Json } from '../testing.ts';

const stage = testStage();
const once = { maxRetries: 0 };

test('a background interaction ends with the video inline and with the tokens it took', async () => {
	const ai = stage.gemini();
	const created: Json = await ai.interactions.create(omni('Shot 3: a calm ocean wave', { delivery: 'uri' }), once);
	expect(created).toMatchObject({ status: 'in_progress', object: 'interaction', model: 'gemini-omni-1.2-flash' });
	const over = await untilOver(ai, created.id);
	expect(over.status).toBe('completed');
	const block = over.steps[1].content[0];
	expect(block).toMatchObject({ type: 'video', mime_type: 'video/mp4' });
	expect(Buffer.from(block.data, 'base64').subarray(4, 8).toString()).toBe('ftyp');
	expect(over.usage.output_tokens_by_modality).toEqual([{ modality: 'video', tokens: 3 * 1931 }]);
});

test('the journal counts one paid job with its shot and its price', async () => {
	const created: Json = await stage.gemini().interactions.create(omni('Shot 4: a wave'), once);
	const { totals, entries } = await stage.journal();
	expect(totals).toMatchObject({ videoPosts: 1, videoJobs: 1, usd: 0.0696 });
	expect(entries[0]).toMatchObject({ route: 'interactions.create', paid: 'video', shot: 4, accepted: [created.id] });
});

test('an order makes a finished interaction hand over an address, which wants the key on both hops', async () => {
	const ai = stage.gemini();
	await stage.order({ match: { route: 'interactions.create' }, fault: { kind: 'deliver', as: 'uri' } });
	const created: Json = await ai.interactions.create(omni('Shot 5: a wave'), once);
	const { uri } = (await untilOver(ai, created.id)).steps[1].content[0];
	expect(uri).toMatch(
		/^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\/[a-z0-9]+:download\?alt=media$/,
	);
	const here = uri.replace('https://generativelanguage.googleapis.com', stage.url());
	expect((await fetch(here)).status).toBe(403);
	const headers = { 'x-goog-api-key': 'a key' };
	const first = await fetch(here, { headers, redirect: 'manual' });
	expect(first.status).toBe(302);
	expect((await fetch(first.headers.get('location')!)).status).toBe(403);
	const second = await fetch(first.headers.get('location')!, { headers });
	const bytes = Buffer.from(await second.arrayBuffer());
	expect(second.headers.get('content-length')).toBe(String(bytes.length));
	expect(second.headers.get('x-goog-hash')).toMatch(/^crc32c=.{6}==$/);
	expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
});

test('an interaction in the foreground answers when it is done, by address if that is asked for', async () => {
	const answer: Json = await stage
		.gemini()
		.interactions.create(omni('Shot 5: a wave', { delivery: 'uri' }, { background: false }), once);
	expect(answer.status).toBe('completed');
	expect(answer.steps[1].content[0].uri).toContain('/v1beta/files/');
});

test('the same prompt, seed and settings give the same bytes, another seed gives others', async () => {
	const ai = stage.gemini();
	const make = async (seed: number) => {
		const created: Json = await ai.interactions.create(
			omni('Shot 6: rain', {}, { generation_config: { seed } }),
			once,
		);
		return (await untilOver(ai, created.id)).steps[1].content[0].data as string;
	};
	const [one, again, other] = [await make(8), await make(8), await make(9)];
	expect(again).toBe(one);
	expect(other).not.toBe(one);
});

test.each([
	['a length that is a number', { duration: 8 }, /response_format\[0\]\.duration/],
	['a length beyond the model', { duration: '16s' }, /between 3 and 15 seconds, got 16/],
	['an unknown resolution', { resolution: '2k' }, /resolution/],
	['an unknown ratio', { aspect_ratio: '1:1' }, /aspect_ratio/],
])('%s is refused with 400 before anything is paid', async (_what, format, words) => {
	const error = await errorOf(stage.gemini().interactions.create(omni('a wave', format), once));
	expect([error.name, error.status]).toEqual(['BadRequestError', 400]);
	expect(JSON.parse(error.body).error).toMatchObject({
		code: 'invalid_request',
		message: expect.stringMatching(words),
	});
	expect((await stage.journal()).totals).toMatchObject({ videoPosts: 1, videoJobs: 0, usd: 0 });
});

test.each([
	['a system instruction', { system_instruction: 'be calm' }],
	['a temperature', { generation_config: { temperature: 1 } }],
	['background without store', { store: false }],
])('%s is refused', async (_what, rest) => {
	const error = await errorOf(stage.gemini().interactions.create(omni('a wave', {}, rest), once));
	expect(error.status).toBe(400);
});

test('a retired model answers 404 and names its successor', async () => {
	const error = await errorOf(
		stage.gemini().interactions.create(omni('a wave', {}, { model: 'gemini-omni-flash-preview' }), once),
	);
	expect(error.status).toBe(404);
	expect(JSON.parse(error.body).error).toMatchObject({
		code: 'model_not_found',
		message: expect.stringContaining('gemini-omni-1.2-flash'),
	});
	const dead = await fetch(`${stage.url()}/v1beta/models/veo-3.1-generate-preview:predictLongRunning`, {
		method: 'POST',
		headers: { 'x-goog-api-key': 'k' },
		body: '{}',
	});
	expect(await dead.json()).toMatchObject({
		error: { code: 404, status: 'NOT_FOUND', message: expect.stringContaining('is no longer available') },
	});
});

test('a key that is not valid is refused with an array, as the real service does', async () => {
	const answer = await fetch(`${stage.url()}/v1beta/interactions`, {
		method: 'POST',
		headers: { 'x-goog-api-key': 'invalid' },
		body: '{}',
	});
	expect(answer.status).toBe(400);
	expect(await answer.json()).toMatchObject([{ error: { code: 400, status: 'INVALID_ARGUMENT' } }]);
});

test('a running interaction can be cancelled, a deleted one is gone', async () => {
	const ai = stage.gemini();
	await stage.order({ match: { route: 'interactions.create' }, fault: { kind: 'pending' } });
	const created: Json = await ai.interactions.create(omni('a wave'), once);
	expect(((await ai.interactions.cancel(created.id)) as Json).status).toBe('cancelled');
	expect(((await ai.interactions.get(created.id)) as Json).status).toBe('cancelled');
	await ai.interactions.delete(created.id);
	expect((await errorOf(ai.interactions.get(created.id))).status).toBe(404);
});

test('a follow-up to a running interaction is refused, one to a finished keeps its picture upright', async () => {
	const ai = stage.gemini();
	await stage.order({ match: { route: 'interactions.create' }, fault: { kind: 'seconds', seconds: 1 } });
	const first: Json = await ai.interactions.create(omni('Shot 7: a tree', { aspect_ratio: '9:16' }), once);
	const follow = {
		...omni('now in winter'),
		previous_interaction_id: first.id,
		response_format: [{ type: 'video', resolution: '360p' }],
	};
	const error = await errorOf(ai.interactions.create(follow, once));
	expect(JSON.parse(error.body).error.code).toBe('failed_precondition');
	await untilOver(ai, first.id);
	const second: Json = await ai.interactions.create(follow, once);
	const { operations } = await stage.get('/rehearsal/operations');
	expect(operations.find((one: Json) => one.id === second.id).clips[0]).toMatchObject({
		width: 360,
		height: 640,
		seconds: 3,
	});
});

test('going on from the last turn makes one longer video of both', async () => {
	const ai = stage.gemini();
	const first: Json = await ai.interactions.create(omni('Shot 10: a bird lands'), once);
	await untilOver(ai, first.id);
	const more = { ...omni('[# Sources <PREVIOUS_VIDEO>@Video1] it flies off'), previous_interaction_id: first.id };
	const second: Json = await ai.interactions.create(more, once);
	const { operations } = await stage.get('/rehearsal/operations');
	expect(operations.find((one: Json) => one.id === second.id).clips[0].seconds).toBe(6);
});

test('interactions on Vertex want a bearer token and are otherwise the same', async () => {
	const vertex = stage.vertex();
	const created: Json = await vertex.interactions.create(omni('Shot 9: a hill'), once);
	expect((await untilOver(vertex, created.id)).status).toBe('completed');
	const path = `${stage.url()}/v1beta1/projects/film/locations/us-central1/interactions/${created.id}`;
	expect((await fetch(path, { headers: { 'x-goog-api-key': 'k' } })).status).toBe(401);
});
