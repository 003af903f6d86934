import type { IncomingMessage, ServerResponse } from 'node:http';
import type { House } from '../house.ts';
import { withoutSecrets, type Entry } from '../state/journal.ts';
import type { Call, Route } from './call.ts';

/** A call together with what the journal will say about it. */
export type Passage = { route: Route; call: Call; entry: Omit<Entry, 'n'>; started: number };

type Arrival = {
	house: House;
	route: Route;
	params: Record<string, string>;
	request: IncomingMessage;
	response: ServerResponse;
	url: URL;
};

/** A caller that hung up before its answer, or a connection an order closed: nothing is left to write. */
export const HUNG_UP = 0;

/** Opens the passage of a request that has found its route. */
export function openPassage(arrival: Arrival): Passage {
	const entry = blankEntry(arrival.route, arrival.url);
	return { route: arrival.route, call: callOf(arrival, entry), entry, started: Date.now() };
}

function blankEntry(route: Route, url: URL): Passage['entry'] {
	return {
		at: new Date().toISOString(),
		method: route.method,
		path: withoutSecrets(url),
		route: route.name,
		status: HUNG_UP,
		paid: route.paid ?? null,
		model: null,
		shot: null,
		accepted: [],
		usd: null,
		body: undefined,
		faults: [],
		tookMs: 0,
	};
}

function callOf({ house, params, request, response, url }: Arrival, entry: Passage['entry']): Call {
	const gone = new AbortController();
	response.once('close', () => gone.abort());
	return {
		house,
		params,
		query: url.searchParams,
		headers: request.headers,
		body: undefined,
		request,
		origin: `http://${request.headers.host ?? 'localhost'}`,
		bearer: /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null,
		faults: [],
		...accounts(entry),
		signal: AbortSignal.any([gone.signal, house.closing]),
	};
}

/** How a route tells the journal what it did. */
function accounts(entry: Passage['entry']): Pick<Call, 'accept' | 'cost' | 'chargeAs'> {
	const cost = (usd: number) => {
		entry.usd = Math.round(((entry.usd ?? 0) + usd) * 1e6) / 1e6;
	};
	return {
		cost,
		accept(operation, usd) {
			entry.accepted.push(operation);
			cost(usd);
		},
		chargeAs(kind) {
			entry.paid = kind;
		},
	};
}
