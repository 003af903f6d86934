import { expect, test } from '@jest/globals';
import { errorOf, testStage, untilDone } from '../testing.ts';

const stage = testStage();
const model = 'veo-3.1-fast-generate-001';
const start = (config: Record<string, unknown>, rest: Record<string, unknown> = {}) =>
	stage.vertex().models.generateVideos({ model, source: { prompt: 'Shot 2: a hall' }, config, ...rest } as never);

test('an operation on Vertex is pending without a done field, then carries the video in base64', async () => {
	await stage.order({ match: { route: 'veo.start' }, fault: { kind: 'seconds', seconds: 0.4 } });
	const { name } = await start({ durationSeconds: 4, seed: 5 });
	expect(name).toMatch(
		/^projects\/film\/locations\/us-central1\/publishers\/google\/models\/veo-3\.1-fast-generate-001\/operations\/[0-9a-f-]{36}$/,
	);
	const raw = await fetch(
		`${stage.url()}/v1beta1/projects/film/locations/us-central1/publishers/google/models/${model}:fetchPredictOperation`,
		{
			method: 'POST',
			headers: { authorization: 'Bearer x' },
			body: JSON.stringify({ operationName: name }),
		},
	);
	expect(await raw.json()).toEqual({ name });
	const done = await untilDone(stage.vertex(), name!);
	const video = done.response?.generatedVideos?.[0]?.video;
	expect(video?.mimeType).toBe('video/mp4');
	expect(Buffer.from(video!.videoBytes!, 'base64').subarray(4, 8).toString()).toBe('ftyp');
	expect((await stage.journal()).totals).toMatchObject({ videoJobs: 1, usd: 0.4 });
});

test('with a storage address the video lies in the bucket', async () => {
	const { name } = await start({ durationSeconds: 4, seed: 5, outputGcsUri: 'gs://films/out/' });
	const done = await untilDone(stage.vertex(), name!);
	const uri = done.response?.generatedVideos?.[0]?.video?.uri;
	expect(uri).toMatch(/^gs:\/\/films\/out\/[0-9a-f-]+\/sample_0\.mp4$/);
	const object = `${stage.url()}/storage/v1/b/films/o/${encodeURIComponent(uri!.slice('gs://films/'.length))}`;
	const headers = { authorization: 'Bearer x' };
	const facts = (await (await fetch(object, { headers })).json()) as { size: string };
	const bytes = await (await fetch(`${object}?alt=media`, { headers })).arrayBuffer();
	expect(bytes.byteLength).toBe(Number(facts.size));
});

test('a filtered video is done without a video and says why', async () => {
	await stage.order({ match: { route: 'veo.start' }, fault: { kind: 'block', as: 'filtered', message: 'too wild' } });
	const { name } = await start({ durationSeconds: 4 });
	const done = await untilDone(stage.vertex(), name!);
	expect(done.response?.generatedVideos ?? []).toEqual([]);
	expect(done.response).toMatchObject({ raiMediaFilteredCount: 1, raiMediaFilteredReasons: ['too wild'] });
});

test('a failed operation carries a code and a message', async () => {
	await stage.order({ match: { route: 'veo.start' }, fault: { kind: 'fail', code: 13, message: 'rewriter' } });
	const { name } = await start({ durationSeconds: 4 });
	expect((await untilDone(stage.vertex(), name!)).error).toEqual({ code: 13, message: 'rewriter' });
});

test.each([
	['a length it does not make', { durationSeconds: 5 }, /durations are \[4,6,8\]/],
	['1080p in less than eight seconds', { durationSeconds: 4, resolution: '1080p' }, /must be 8 for 1080p/],
	['an unknown resolution', { durationSeconds: 8, resolution: '360p' }, /Invalid option/],
])('%s is refused before anything is paid', async (_what, config, words) => {
	const error = await errorOf(start(config));
	expect([error.name, error.status]).toEqual(['ApiError', 400]);
	expect(error.message).toMatch(words);
	expect((await stage.journal()).totals.videoJobs).toBe(0);
});

test('a length given as text is refused in the words of the real service', async () => {
	const answer = await fetch(
		`${stage.url()}/v1/projects/film/locations/us-central1/publishers/google/models/${model}:predictLongRunning`,
		{
			method: 'POST',
			headers: { authorization: 'Bearer x' },
			body: JSON.stringify({ instances: [{ prompt: 'a' }], parameters: { durationSeconds: '8' } }),
		},
	);
	expect(await answer.json()).toMatchObject({
		error: { code: 400, message: 'The value type for `durationSeconds` needs to be a number.' },
	});
});

test('a preview id does not exist on Vertex, and no token is no entry', async () => {
	const gone = await errorOf(
		stage.vertex().models.generateVideos({ model: 'veo-3.1-generate-preview', source: { prompt: 'a' } }),
	);
	expect([gone.status, gone.message]).toEqual([
		404,
		expect.stringContaining('was not found or your project does not have access to it'),
	]);
	const locked = await fetch(
		`${stage.url()}/v1/projects/film/locations/us-central1/publishers/google/models/${model}:predictLongRunning`,
		{ method: 'POST' },
	);
	expect(locked.status).toBe(401);
});
