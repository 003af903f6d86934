import { faultOf } from '../state/faults.ts';
import { answerOtherModel } from '../text/interaction.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { showHead, showInteraction } from './interactionView.ts';
import { refuseRetired, VIDEO_MODELS } from './models.ts';
import { parseOmniRequest, partsOf, promptOf } from './omniRequest.ts';
import { startOmni } from './omniStart.ts';
import { operationsOf, outcomeOf, shotIn, waitForOutcome, type Operation } from './operations.ts';

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
	const operation = startOmni(call, request);
	if (request.background) return { json: showHead(operation, 'in_progress') };
	const outcome = await waitForOutcome(call.house, operation.id, call.signal);
	return {
		json: await showInteraction(call.house, operation, outcome, operation.deliver === 'uri' ? 'uri' : 'data'),
	};
}

function known(call: Call): Operation {
	const operation = operationsOf(call.house).get(call.params.id!);
	if (operation?.stored && operation.api === 'omni') return operation;
	throw new WireError(404, `Interaction ${call.params.id} not found.`, { code: 'not_found' });
}

async function get(call: Call): Promise<Answer> {
	const operation = known(call);
	const word = faultOf(call.faults, 'status')?.word;
	if (word) return { json: showHead(operation, word) };
	const shown = faultOf(call.faults, 'noUsage') ? { ...operation, usage: false } : operation;
	const deliver = faultOf(call.faults, 'deliver')?.as ?? (operation.deliver === 'uri' ? 'uri' : 'data');
	return { json: await showInteraction(call.house, shown, outcomeOf(call.house, operation), deliver) };
}

function cancel(call: Call): Answer {
	const operation = known(call);
	if (outcomeOf(call.house, operation).state !== 'running') {
		throw new WireError(400, 'Only running background interactions can be cancelled.', {
			code: 'failed_precondition',
		});
	}
	const cancelled = operationsOf(call.house).set(operation.id, { ...operation, cancelledAt: Date.now() });
	return { json: showHead(cancelled, 'cancelled') };
}

function remove(call: Call): Answer {
	const operation = known(call);
	operationsOf(call.house).delete(operation.id);
	return { json: {} };
}
