import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { House } from '../house.ts';
import type { Fault } from '../state/faults.ts';
import type { Facts } from '../state/orders.ts';
import type { ErrorForm } from './errors.ts';

/** One request on its way through a route. */
export type Call = {
	house: House;
	/** Named groups of the route's path, decoded. */
	params: Record<string, string>;
	query: URLSearchParams;
	headers: IncomingHttpHeaders;
	/** The parsed JSON or form body; undefined when there is none or the route reads the stream itself. */
	body: unknown;
	/** The raw request, for routes that take bytes. */
	request: IncomingMessage;
	/** Where the caller found this server, for addresses in answers: `http://127.0.0.1:8485`. */
	origin: string;
	/** The bearer token, if one came. */
	bearer: string | null;
	faults: Fault[];
	/** For the journal: what this call created and what it would have cost. */
	accept(operation: string, usd: number): void;
	cost(usd: number): void;
	/** For the journal: a route for video was used for something else. */
	chargeAs(kind: 'video' | 'text'): void;
	/** Aborted when the caller goes away or the server closes. */
	signal: AbortSignal;
};

/** What a route answers. At most one of `json`, `text`, `bytes` and `file`. */
export type Answer = {
	status?: number;
	headers?: Record<string, string>;
	json?: unknown;
	text?: string;
	bytes?: Buffer;
	/** Bytes on disk; a Range header is honoured. */
	file?: { path: string; size: number; type: string };
};

export type Route = {
	/** Shown in the journal and matched by orders: `interactions.create`. */
	name: string;
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	path: RegExp;
	form: ErrorForm;
	/** Which proof of identity the service asks for. */
	auth: 'key' | 'bearer' | 'none';
	/** `raw`: the handler reads the request's stream. */
	body?: 'json' | 'form' | 'raw';
	paid?: 'video' | 'text';
	/** What orders can match on; must not change anything. */
	facts?(call: Call): Facts;
	handle(call: Call): Promise<Answer> | Answer;
};
