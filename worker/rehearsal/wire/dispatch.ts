import type { IncomingMessage, ServerResponse } from 'node:http';
import type { House } from '../house.ts';
import { faultOf, type Fault } from '../state/faults.ts';
import { summarise } from '../state/journal.ts';
import type { Facts } from '../state/orders.ts';
import type { Answer, Call, Route } from './call.ts';
import { readForm, readJson } from './body.ts';
import { errorBody, WireError } from './errors.ts';
import { checkIdentity } from './identity.ts';
import { HUNG_UP, openPassage, type Passage } from './passage.ts';
import { send } from './send.ts';
import { pause } from './pause.ts';

/**
 * Answers requests by a table of routes: reads the body, takes the ordered faults, asks the route, writes the answer in
 * the form of its service, and keeps the journal.
 */
export function createDispatcher(house: House, routes: Route[]) {
	return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const url = new URL(request.url ?? '/', 'http://rehearsal');
		const found = findRoute(routes, request.method ?? 'GET', url.pathname);
		if (!found) return send(request, response, notFound(url.pathname), []);
		const passage = openPassage({ house, ...found, request, response, url });
		const answer = await answerTo(passage);
		if (found.route.form !== 'control') note(passage, answer);
		if (answer === null) return void response.destroy();
		await send(request, response, answer, answer.status && answer.status >= 400 ? [] : passage.call.faults);
	};
}

function findRoute(routes: Route[], method: string, path: string) {
	for (const route of routes) {
		if (route.method !== method) continue;
		const match = route.path.exec(path);
		if (match) return { route, params: decodeAll(match.groups ?? {}) };
	}
	return null;
}

function decodeAll(groups: Record<string, string | undefined>): Record<string, string> {
	const entries = Object.entries(groups).filter((entry): entry is [string, string] => entry[1] !== undefined);
	return Object.fromEntries(entries.map(([name, value]) => [name, safeDecode(value)]));
}

function safeDecode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function notFound(path: string): Answer {
	const form = path.startsWith('/drive') || path.startsWith('/upload/drive') ? 'drive' : 'rpc';
	return { status: 404, json: errorBody(form, new WireError(404, `No such method at ${path} in the rehearsal.`)) };
}

/** null: the connection closes without an answer. */
async function answerTo({ route, call, entry }: Passage): Promise<Answer | null> {
	try {
		if (route.body === 'form') call.body = await readForm(call.request);
		else if (route.body === 'json') call.body = await readJson(call.request);
		entry.body = summarise(call.body);
		takeFaults(route, call, entry);
		const early = await sufferBefore(call.faults, call.signal);
		if (early === 'drop') return null;
		checkIdentity(route, call);
		const answer = await route.handle(call);
		return await sufferAfter(call.faults, answer, call.signal);
	} catch (error) {
		if (call.signal.aborted) return null;
		return errorAnswer(route, error);
	}
}

function takeFaults(route: Route, call: Call, entry: Passage['entry']): void {
	if (route.form === 'control') return;
	const facts: Facts = route.facts?.(call) ?? {};
	entry.model = facts.model ?? null;
	entry.shot = facts.shot ?? null;
	call.faults = call.house.orders.take(route.name, { text: entry.path, ...facts });
	entry.faults = call.faults.map((fault) => fault.kind);
}

async function sufferBefore(faults: Fault[], signal: AbortSignal): Promise<'drop' | 'go on'> {
	const slow = faultOf(faults, 'slow');
	if (slow && !slow.afterAcceptance) await pause(slow.ms, signal);
	if (faultOf(faults, 'drop')?.when === 'before') return 'drop';
	const http = faultOf(faults, 'http');
	if (http && !http.afterAcceptance) throw orderedError(http);
	return 'go on';
}

async function sufferAfter(faults: Fault[], answer: Answer, signal: AbortSignal): Promise<Answer | null> {
	const slow = faultOf(faults, 'slow');
	if (slow?.afterAcceptance) await pause(slow.ms, signal);
	if (faultOf(faults, 'drop')?.when === 'after') return null;
	const http = faultOf(faults, 'http');
	if (http?.afterAcceptance) throw orderedError(http);
	return answer;
}

function orderedError(fault: Extract<Fault, { kind: 'http' }>): WireError {
	const headers: Record<string, string> =
		fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) };
	return new WireError(
		fault.status,
		fault.message ?? `Ordered by the rehearsal: ${fault.reason ?? fault.code ?? fault.status}.`,
		{
			code: fault.code,
			reason: fault.reason,
			retryInfoSeconds: fault.retryInfoSeconds,
			headers,
			asArray: fault.asArray,
		},
	);
}

function errorAnswer(route: Route, error: unknown): Answer {
	const known =
		error instanceof WireError
			? error
			: new WireError(500, `The rehearsal itself failed: ${error instanceof Error ? error.message : error}`);
	return { status: known.status, headers: known.details.headers ?? {}, json: errorBody(route.form, known) };
}

function note({ call, entry, started }: Passage, answer: Answer | null): void {
	entry.status = answer === null ? HUNG_UP : (answer.status ?? 200);
	entry.tookMs = Date.now() - started;
	call.house.journal.add(entry);
}
