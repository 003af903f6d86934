import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IPollFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { Problem } from '../../worker/contract/problem.ts';
import { workerProblem } from './problems';

/** The credential type every node asks for. */
export const CREDENTIAL = 'reelsmithApi';

/** Whoever may speak with the worker. */
export type Caller = IExecuteFunctions | IWebhookFunctions | ILoadOptionsFunctions | IPollFunctions;

export type Call = {
	method: 'GET' | 'POST';
	/** From `/v1` on, already encoded. */
	path: string;
	body?: IHttpRequestOptions['body'];
	qs?: IDataObject;
	headers?: Record<string, string>;
	/** Deadline of this one request; 30 s unless told. */
	timeoutMs?: number;
	/** The n8n item that messages name. */
	item?: number;
	/** `stream` and `arraybuffer` hand the bytes over as they are. */
	encoding?: 'stream' | 'arraybuffer';
	/** Sends the request even when the execution is being stopped. */
	evenWhenStopped?: boolean;
};

/** What came of a call: an answer, a problem that the worker stated, or nobody there. */
export type Answer<T> =
	| { ok: true; body: T }
	| { ok: false; problem: Problem; reached: true }
	| { ok: false; problem: Problem; reached: false };

const DEFAULT_TIMEOUT_MS = 30_000;

/** Calls the worker and hands over its answer; throws NodeApiError with the worker's own words and the way out. */
export async function askWorker<T>(caller: Caller, call: Call): Promise<T> {
	const answer = await reachWorker<T>(caller, call);
	if (answer.ok) return answer.body;
	throw workerProblem(caller.getNode(), answer.problem, { item: call.item });
}

/**
 * Calls the worker and tells what came of it, without throwing for anything that the worker or the network can do;
 * throws NodeOperationError for what only the user can mend (no credential, an unreadable identity). The one place
 * where nodes speak HTTP.
 */
export async function reachWorker<T>(caller: Caller, call: Call): Promise<Answer<T>> {
	const address = await workerAddress(caller);
	try {
		const speaker = call.evenWhenStopped ? unstoppable(caller) : (caller as IExecuteFunctions);
		const request = httpRequest(address, call);
		const response = (await caller.helpers.httpRequestWithAuthentication.call(
			speaker,
			CREDENTIAL,
			request,
		)) as Response;
		return response.statusCode < 400 ? { ok: true, body: response.body as T } : refused(response);
	} catch (error) {
		const cause = (error as { cause?: unknown }).cause ?? error;
		if (isNetworkFault(cause)) return { ok: false, reached: false, problem: unreachable(address, cause) };
		const { message, description } = cause as { message: string; description?: string };
		throw new NodeOperationError(caller.getNode(), message, { description, itemIndex: call.item });
	}
}

type Response = { statusCode: number; body: unknown };

async function workerAddress(caller: Caller): Promise<string> {
	const { baseUrl } = await caller.getCredentials<{ baseUrl?: string }>(CREDENTIAL);
	const address = String(baseUrl ?? '')
		.trim()
		.replace(/\/+$/, '');
	if (/^https?:\/\/[^/\s]+/.test(address)) return address;
	throw new NodeApiError(
		caller.getNode(),
		{ message: address },
		{
			message: 'The field "Worker URL" of the Reelsmith credential is not an address',
			description: 'It starts with http:// or https://, for example http://127.0.0.1:8484',
		},
	);
}

function httpRequest(address: string, call: Call): IHttpRequestOptions {
	return {
		method: call.method,
		url: `${address}${call.path}`,
		body: call.body,
		qs: call.qs,
		headers: { accept: 'application/json', ...call.headers },
		timeout: call.timeoutMs ?? DEFAULT_TIMEOUT_MS,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// Followed redirects make the client keep a whole upload in memory for a second try; the worker sends none.
		disableFollowRedirect: true,
		...(call.encoding ? { encoding: call.encoding, json: false } : { json: !call.headers?.['content-type'] }),
	};
}

/**
 * n8n ties every authenticated request of a node to the signal that stops the execution (it looks for
 * `getExecutionCancelSignal` on the caller), also those sent after the stop. A caller without that method is not tied.
 */
function unstoppable(caller: Caller): IExecuteFunctions {
	const { helpers, logger } = caller;
	return {
		helpers,
		logger,
		getNode: () => caller.getNode(),
		getCredentials: async (type: string) => await caller.getCredentials(type),
	} as unknown as IExecuteFunctions;
}

function refused(response: Response): Answer<never> {
	const problem = problemIn(response.body);
	if (problem) return { ok: false, reached: true, problem };
	const { statusCode } = response;
	const hint = 'Something other than the Reelsmith worker may be listening at the Worker URL of the credential.';
	const code = statusCode >= 500 ? 'unavailable' : statusCode === 401 ? 'unauthorized' : 'not_found';
	const message = `the Worker URL answered with status ${statusCode}`;
	return {
		ok: false,
		reached: true,
		problem: { type: 'about:blank', title: code, status: statusCode, code, message, hint },
	};
}

function problemIn(body: unknown): Problem | undefined {
	const found = typeof body === 'string' ? parsed(body) : body;
	const problem = found as Partial<Problem> | null | undefined;
	return typeof problem?.code === 'string' && typeof problem.message === 'string' ? (problem as Problem) : undefined;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Faults of the network carry a code (ECONNREFUSED, ETIMEDOUT, ERR_CANCELED ...); what n8n or the credential throws does not. */
function isNetworkFault(cause: unknown): cause is { code: string } {
	return typeof (cause as { code?: unknown }).code === 'string';
}

function unreachable(address: string, cause: { code: string }): Problem {
	return {
		type: 'about:blank',
		title: 'unavailable',
		status: 503,
		code: 'unavailable',
		message: `no answer from the Reelsmith worker at ${address}`,
		hint: `Check that the worker runs and that n8n reaches it at this address (${hintOf(cause.code)}). In Docker, localhost is the container itself.`,
	};
}

/** n8n replaces a message that holds one of these codes by its own text, so they are said in words. */
function hintOf(code: string): string {
	const words: Record<string, string> = {
		ECONNREFUSED: 'nobody listens there',
		ENOTFOUND: 'the host name is not known',
		EAI_AGAIN: 'the host name is not known',
		ECONNRESET: 'the connection was broken off',
		ETIMEDOUT: 'it took too long',
		ECONNABORTED: 'it took too long',
		ERR_CANCELED: 'the execution was stopped',
	};
	return words[code] ?? code.toLowerCase();
}
