import { readFile } from 'node:fs/promises';
import { seedOf, type ClipSpec } from '../clips/spec.ts';
import { createGeneratedFile, downloadUri } from '../files/table.ts';
import type { House } from '../house.ts';
import { faultOf } from '../state/faults.ts';
import { answerOtherModel } from '../text/interaction.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { clipPrice, pixelsOf, refuseRetired, VIDEO_MODELS } from './models.ts';
import { parseOmniRequest, partsOf, promptOf, type OmniRequest } from './omniRequest.ts';
import {
	newInteractionId,
	operationsOf,
	outcomeOf,
	shotIn,
	shotNumber,
	startOperation,
	waitForOutcome,
	type Operation,
	type Outcome,
} from './operations.ts';
import { usageOf } from './usage.ts';

const BASE = /^\/(?:v1|v1beta|v1beta1)(?:\/projects\/[^/]+\/locations\/[^/]+)?\/interactions/;
const one = (tail: string) => new RegExp(`${BASE.source}${tail}$`);

/** The Interactions API: create, get, cancel, delete; on the Gemini API and, with a bearer token, under a Vertex path. */
export const interactionRoutes: Route[] = (
	[
		{
			name: 'interactions.create',
			method: 'POST',
			path: one(''),
			body: 'json',
			paid: 'video',
			facts: createFacts,
			handle: create,
		},
		{ name: 'interactions.get', method: 'GET', path: one('/(?<id>[^/:]+)'), facts: idFacts, handle: get },
		{
			name: 'interactions.cancel',
			method: 'POST',
			path: one('/(?<id>[^/:]+)[/:]cancel'),
			facts: idFacts,
			handle: cancel,
		},
		{ name: 'interactions.delete', method: 'DELETE', path: one('/(?<id>[^/:]+)'), facts: idFacts, handle: remove },
	] satisfies Omit<Route, 'form' | 'auth'>[]
).flatMap((route) => withBothIdentities(route));

/** The path tells which proof is asked for: a key on the Gemini API, a bearer token on Vertex. */
function withBothIdentities(route: Omit<Route, 'form' | 'auth'>): Route[] {
	const vertex = new RegExp(
		route.path.source.replace(
			'(?:\\/projects\\/[^/]+\\/locations\\/[^/]+)?',
			'\\/projects\\/[^/]+\\/locations\\/[^/]+',
		),
	);
	return [
		{ ...route, path: vertex, form: 'interactions', auth: 'bearer' },
		{ ...route, form: 'interactions', auth: 'key' },
	];
}

function createFacts(call: Call) {
	const body = (call.body ?? {}) as { model?: unknown; input?: unknown };
	const text = safePrompt(body.input);
	return { model: typeof body.model === 'string' ? body.model : undefined, shot: shotIn(text) ?? undefined, text };
}

function safePrompt(input: unknown): string {
	try {
		return promptOf(partsOf(input));
	} catch {
		return '';
	}
}

function idFacts(call: Call) {
	const operation = operationsOf(call.house).get(call.params.id!);
	return operation ? { model: operation.model, shot: operation.shot, text: operation.prompt } : {};
}

async function create(call: Call): Promise<Answer> {
	const model = String((call.body as { model?: unknown } | undefined)?.model ?? '');
	refuseRetired(model);
	if (!VIDEO_MODELS.some((row) => row.api === 'omni' && row.id === model)) return answerOtherModel(call, model);
	const request = parseOmniRequest(call.house, call.body);
	const block = faultOf(call.faults, 'block');
	if (block?.as === 'http') {
		throw new WireError(400, block.message ?? 'The request was blocked by the safety filter.', {
			code: block.code ?? 'prohibited_content',
		});
	}
	const operation = begin(call, request);
	if (request.background) return { json: head(operation, 'in_progress') };
	const outcome = await waitForOutcome(call.house, operation.id, call.signal);
	return { json: await body(call.house, operation, outcome, operation.deliver === 'uri' ? 'uri' : 'data') };
}

function begin(call: Call, request: OmniRequest): Operation {
	const usd = clipPrice(request.model, request.resolution, request.seconds, true);
	const shot = shotNumber(call.house, request.prompt);
	const operation = startOperation(
		call.house,
		{
			id: newInteractionId(),
			api: 'omni',
			model: request.model.id,
			prompt: request.prompt,
			shot,
			resolution: request.resolution,
			clips: [clipOf(call.house, request, shot)],
			// A finished background interaction hands its video over inline, whatever delivery was asked for.
			deliver: request.background ? 'data' : request.deliver,
			storageUri: null,
			stored: request.store,
			usd,
		},
		call.faults,
	);
	call.accept(operation.id, usd);
	return operation;
}

function clipOf(house: House, request: OmniRequest, shot: number): ClipSpec {
	const [width, height] = pixelsOf(request.resolution, request.ratio);
	return {
		shot,
		prompt: request.prompt,
		note: noteOf(request),
		seed: request.seed ?? seedOf(request.prompt),
		seconds: request.seconds,
		width,
		height,
		sound: true,
		turn: house.state.next('turn') - 1,
	};
}

function noteOf({ images, videos, previous, task }: OmniRequest): string {
	const made = [
		images && `${images} image${images > 1 ? 's' : ''}`,
		videos && `${videos} video${videos > 1 ? 's' : ''}`,
		previous && `shot ${previous.shot}`,
	];
	const from = made.filter(Boolean).join(' and ');
	return from ? `${task ?? 'made'} from ${from}` : '';
}

function known(call: Call): Operation {
	const operation = operationsOf(call.house).get(call.params.id!);
	if (operation?.stored && operation.api === 'omni') return operation;
	throw new WireError(404, `Interaction ${call.params.id} not found.`, { code: 'not_found' });
}

async function get(call: Call): Promise<Answer> {
	const operation = known(call);
	const word = faultOf(call.faults, 'status')?.word;
	if (word) return { json: head(operation, word) };
	const shown = faultOf(call.faults, 'noUsage') ? { ...operation, usage: false } : operation;
	const deliver = faultOf(call.faults, 'deliver')?.as ?? (operation.deliver === 'uri' ? 'uri' : 'data');
	return { json: await body(call.house, shown, outcomeOf(call.house, operation), deliver) };
}

function cancel(call: Call): Answer {
	const operation = known(call);
	if (outcomeOf(call.house, operation).state !== 'running') {
		throw new WireError(400, 'Only running background interactions can be cancelled.', {
			code: 'failed_precondition',
		});
	}
	const cancelled = operationsOf(call.house).set(operation.id, { ...operation, cancelledAt: Date.now() });
	return { json: head(cancelled, 'cancelled') };
}

function remove(call: Call): Answer {
	const operation = known(call);
	operationsOf(call.house).delete(operation.id);
	return { json: {} };
}

function head(operation: Operation, status: string) {
	return {
		id: operation.id,
		status,
		created: new Date(operation.createdAt).toISOString(),
		updated: new Date(status === 'in_progress' ? operation.createdAt : Date.now()).toISOString(),
		object: 'interaction',
		model: operation.model,
	};
}

/** The interaction as it stands: the video inline or by address, the tokens, or what went wrong. */
async function body(house: House, operation: Operation, outcome: Outcome, deliver: 'data' | 'uri') {
	if (outcome.state === 'running') return head(operation, 'in_progress');
	if (outcome.state === 'cancelled') return head(operation, 'cancelled');
	if (outcome.state === 'done') {
		const video = await videoBlock(house, operation, outcome.paths[0]!, deliver);
		return finished(
			operation,
			[{ type: 'thought' }, { content: [video], type: 'model_output' }],
			operation.clips[0]!.seconds,
		);
	}
	const { ending } = outcome;
	if (ending.as === 'empty' || ending.as === 'filtered') return finished(operation, [{ type: 'thought' }], 0);
	return { ...head(operation, 'failed'), errors: [{ code: String(ending.code), message: ending.message }] };
}

function finished(operation: Operation, steps: unknown[], seconds: number) {
	const usage = operation.usage ? { usage: usageOf(operation.prompt, operation.resolution, seconds) } : {};
	return { ...head(operation, 'completed'), ...usage, service_tier: 'standard', steps };
}

async function videoBlock(house: House, operation: Operation, path: string, deliver: 'data' | 'uri') {
	if (deliver === 'data')
		return { data: (await readFile(path)).toString('base64'), mime_type: 'video/mp4', type: 'video' };
	const file = await createGeneratedFile(house, operation.id, path);
	return { type: 'video', mime_type: 'video/mp4', uri: downloadUri(file.id) };
}
