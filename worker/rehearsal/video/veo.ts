import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { seedOf, type ClipSpec } from '../clips/spec.ts';
import { putObject } from '../files/buckets.ts';
import type { House } from '../house.ts';
import { faultOf } from '../state/faults.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { clipPrice, pixelsOf, VIDEO_MODELS, type VideoModel } from './models.ts';
import {
	operationsOf,
	outcomeOf,
	shotIn,
	shotNumber,
	startOperation,
	type NewOperation,
	type Operation,
} from './operations.ts';
import { parseVeoRequest, type VeoRequest } from './veoRequest.ts';

const MODEL = String.raw`^\/(?:v1|v1beta1)\/(?<parent>projects\/[^/]+\/locations\/[^/]+)\/publishers\/google\/models\/(?<model>[^/:]+)`;
const RESPONSE_TYPE = 'type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse';

const json = { method: 'POST', form: 'rpc', auth: 'bearer', body: 'json' } as const;

/** Veo on Vertex AI: start a long-running prediction, ask how it stands. */
export const veoRoutes: Route[] = [
	{
		...json,
		name: 'veo.start',
		path: new RegExp(`${MODEL}:predictLongRunning$`),
		paid: 'video',
		facts: startFacts,
		handle: start,
	},
	{
		...json,
		name: 'veo.fetch',
		path: new RegExp(`${MODEL}:fetchPredictOperation$`),
		facts: fetchFacts,
		handle: fetchOperation,
	},
];

function startFacts(call: Call) {
	const prompt = (call.body as { instances?: { prompt?: unknown }[] } | undefined)?.instances?.[0]?.prompt;
	const text = typeof prompt === 'string' ? prompt : '';
	return { model: call.params.model, shot: shotIn(text) ?? undefined, text };
}

function fetchFacts(call: Call) {
	const operation = operationsOf(call.house).get(nameOf(call));
	return operation ? { model: operation.model, shot: operation.shot, text: operation.prompt } : {};
}

const nameOf = (call: Call) => String((call.body as { operationName?: unknown } | undefined)?.operationName ?? '');

function modelOf(call: Call): VideoModel {
	const model = VIDEO_MODELS.find((row) => row.api === 'veo' && row.id === call.params.model);
	if (model) return model;
	const name = `${call.params.parent}/publishers/google/models/${call.params.model}`;
	throw new WireError(404, `Publisher Model \`${name}\` was not found or your project does not have access to it.`);
}

const BLOCKED =
	'The prompt could not be submitted. Your prompt might contain words that violate our policies. Please rephrase your prompt.';

function start(call: Call): Answer {
	const model = modelOf(call);
	const request = parseVeoRequest(model, call.body);
	const block = faultOf(call.faults, 'block');
	if (block?.as === 'http') throw new WireError(400, block.message ?? BLOCKED);
	const operation = startOperation(call.house, operationFor(call, model, request), call.faults);
	call.accept(operation.id, operation.usd);
	return { json: { name: operation.id } };
}

function operationFor(call: Call, model: VideoModel, request: VeoRequest): NewOperation {
	const shot = shotNumber(call.house, request.prompt);
	return {
		id: `${call.params.parent}/publishers/google/models/${model.id}/operations/${randomUUID()}`,
		api: 'veo',
		model: model.id,
		prompt: request.prompt,
		shot,
		resolution: request.resolution,
		clips: clipsOf(call.house, request, shot),
		deliver: request.storageUri ? 'gcs' : 'data',
		storageUri: request.storageUri,
		stored: true,
		usd: clipPrice(model, request.resolution, request.seconds, request.sound) * request.samples,
	};
}

function clipsOf(house: House, request: VeoRequest, shot: number): ClipSpec[] {
	const [width, height] = pixelsOf(request.resolution, request.ratio);
	const seed = request.seed ?? seedOf(request.prompt);
	return Array.from({ length: request.samples }, (_, index) => ({
		shot,
		prompt: request.prompt,
		note: request.note,
		seed: seed + index,
		seconds: request.seconds,
		width,
		height,
		sound: request.sound,
		turn: house.state.next('turn') - 1,
	}));
}

async function fetchOperation(call: Call): Promise<Answer> {
	const name = nameOf(call);
	const operation = operationsOf(call.house).get(name);
	if (!operation) throw new WireError(404, `Operation ${name} not found.`);
	const outcome = outcomeOf(call.house, operation);
	if (outcome.state === 'running') return { json: { name } };
	if (outcome.state === 'done')
		return {
			json: done(name, { raiMediaFilteredCount: 0, videos: await videos(call.house, operation, outcome.paths) }),
		};
	if (outcome.state === 'cancelled')
		return { json: { name, done: true, error: { code: 1, message: 'The operation was cancelled.' } } };
	const { ending } = outcome;
	if (ending.as === 'empty') return { json: done(name, {}) };
	if (ending.as === 'failed')
		return { json: { name, done: true, error: { code: Number(ending.code) || 13, message: ending.message } } };
	return {
		json: done(name, { raiMediaFilteredCount: operation.clips.length, raiMediaFilteredReasons: [ending.message] }),
	};
}

const done = (name: string, response: object) => ({
	name,
	done: true,
	response: { '@type': RESPONSE_TYPE, ...response },
});

async function videos(house: House, operation: Operation, paths: string[]) {
	return Promise.all(paths.map((path, index) => videoOf(house, operation, path, index)));
}

async function videoOf(house: House, operation: Operation, path: string, index: number) {
	if (!operation.storageUri)
		return { bytesBase64Encoded: (await readFile(path)).toString('base64'), mimeType: 'video/mp4' };
	const run = operation.id.split('/').at(-1)!;
	const uri = `${operation.storageUri.replace(/\/$/, '')}/${run}/sample_${index}.mp4`;
	putObject(house, uri, { path, size: (await stat(path)).size, type: 'video/mp4' });
	return { gcsUri: uri, mimeType: 'video/mp4' };
}
