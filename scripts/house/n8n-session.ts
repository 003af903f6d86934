import { until } from './until.ts';

export type Rest = <T = unknown>(method: string, path: string, body?: unknown) => Promise<T>;

/** An answer of n8n that is not 2xx. */
export class RestError extends Error {
	readonly status: number;

	constructor(message: string, status: number) {
		super(message);
		this.status = status;
	}
}

/** A request of n8n's editor API may take this long; a retry of an execution answers only when that has ended. */
const REQUEST_DEADLINE_MS = 120_000;

/**
 * Signs in as the owner and gives a function that speaks n8n's editor API (`/rest/...`, JSON both ways, the answer's
 * `data` unpacked). Signs in again by itself when the session is not accepted any more.
 */
export async function signIn(url: string, owner: { email: string; password: string }): Promise<Rest> {
	let cookie = await login(url, owner);
	return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
		let response = await send(url, cookie, method, path, body);
		if (response.status === 401) {
			cookie = await login(url, owner);
			response = await send(url, cookie, method, path, body);
		}
		return (await unpack(response, `${method} ${path}`)) as T;
	};
}

/** Right after its start n8n may still be making the owner from the environment, hence the patience. */
async function login(url: string, owner: { email: string; password: string }): Promise<string> {
	return await until(
		async () => {
			const body = { emailOrLdapLoginId: owner.email, password: owner.password };
			const response = await send(url, '', 'POST', '/rest/login', body);
			const text = await response.text();
			if (!response.ok) throw new RestError(`sign-in: ${response.status} ${text.slice(0, 300)}`, response.status);
			return response.headers
				.getSetCookie()
				.find((line) => line.startsWith('n8n-auth='))
				?.split(';')[0];
		},
		{ what: `the sign-in at ${url}`, timeoutMs: 20_000, everyMs: 500 },
	);
}

async function send(url: string, cookie: string, method: string, path: string, body: unknown): Promise<Response> {
	return await fetch(`${url}${path}`, {
		method,
		headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
		signal: AbortSignal.timeout(REQUEST_DEADLINE_MS),
	});
}

async function unpack(response: Response, what: string): Promise<unknown> {
	const text = await response.text();
	if (!response.ok) throw new RestError(`${what}: ${response.status} ${text.slice(0, 800)}`, response.status);
	const answer = text ? (JSON.parse(text) as unknown) : undefined;
	return answer && typeof answer === 'object' && 'data' in answer && !('nextCursor' in answer) ? answer.data : answer;
}
