/** What Google said went wrong, in one form for all its services. */
export type Said = {
	status: number;
	/** Its most telling word: an Interactions code, a Drive reason, an OAuth error, a google.rpc status. */
	code: string;
	message: string;
	/** Seconds to wait, where Google named them. */
	retryAfter?: number;
};

type Shape = {
	name?: string;
	status?: unknown;
	body?: unknown;
	message?: string;
	headers?: unknown;
	response?: { status?: unknown; data?: unknown; headers?: unknown };
};

/**
 * Finds Google's answer in a thrown value: `ApiError` of `models.*` (the whole body is its message), the
 * errors of `interactions.*` (`status`, `body`), a `GaxiosError` (`response`). Null where there was no answer.
 */
export function reading(thrown: unknown): Said | null {
	if (thrown === null || typeof thrown !== 'object') return null;
	const error = thrown as Shape;
	if (typeof error.response?.status === 'number')
		return said(error.response.status, error.response.data, error.response.headers);
	if (typeof error.status !== 'number') return null;
	const body = typeof error.body === 'string' ? error.body : error.name === 'ApiError' ? error.message : undefined;
	return body === undefined && error.name !== 'ApiError' && !('headers' in error)
		? null
		: said(error.status, body, error.headers);
}

/** An answer's status, body (text or parsed) and headers as what Google said. */
export function said(status: number, body: unknown, headers?: unknown): Said {
	const error = errorOf(parse(body));
	const retryAfter = retryInfo(error) ?? retryHeader(headers);
	return {
		status,
		code: codeOf(error),
		message: messageOf(error, body),
		...(retryAfter !== undefined && { retryAfter }),
	};
}

type ErrorBody = {
	code?: unknown;
	status?: unknown;
	message?: unknown;
	details?: unknown;
	errors?: unknown;
	oauth?: string;
};

function parse(body: unknown): unknown {
	if (Buffer.isBuffer(body)) return parse(body.toString('utf8'));
	if (typeof body !== 'string') return body;
	try {
		return JSON.parse(body);
	} catch {
		return null;
	}
}

/** The error object: `{error:{…}}`, `[{error:{…}}]` (seen live for a bad key), or OAuth's `{error:"…"}`. */
function errorOf(body: unknown): ErrorBody {
	const first = Array.isArray(body) ? (body[0] as unknown) : body;
	const { error, error_description: words } = (first ?? {}) as { error?: unknown; error_description?: unknown };
	if (typeof error === 'string') return { oauth: error, message: words ?? error };
	return (error !== null && typeof error === 'object' ? error : {}) as ErrorBody;
}

function codeOf(error: ErrorBody): string {
	if (error.oauth) return error.oauth;
	if (typeof error.code === 'string') return error.code;
	const reason = (Array.isArray(error.errors) ? (error.errors[0] as { reason?: unknown }) : undefined)?.reason;
	if (typeof reason === 'string') return reason;
	return typeof error.status === 'string' ? error.status : '';
}

/** As much of Google's words as a person wants to read. */
const MAX_WORDS = 500;

function messageOf(error: ErrorBody, body: unknown): string {
	const words =
		typeof error.message === 'string'
			? error.message
			: typeof body === 'string' && !/^\s*[<{[]/.test(body)
				? body
				: '';
	return words.trim().slice(0, MAX_WORDS);
}

/** google.rpc.RetryInfo: `{"@type":"…RetryInfo","retryDelay":"34.4s"}`. */
function retryInfo(error: ErrorBody): number | undefined {
	const details = Array.isArray(error.details) ? (error.details as { '@type'?: string; retryDelay?: unknown }[]) : [];
	const info = details.find((detail) => detail?.['@type']?.endsWith('google.rpc.RetryInfo'));
	const [, seconds] = /^([\d.]+)s$/.exec(String(info?.retryDelay ?? '')) ?? [];
	return seconds === undefined ? undefined : Number(seconds);
}

/** `Retry-After` (RFC 9110 §10.2.3) in seconds or as a date. */
function retryHeader(headers: unknown): number | undefined {
	const known = headers as (Headers & Record<string, unknown>) | null | undefined;
	const value = typeof known?.get === 'function' ? known.get('retry-after') : known?.['retry-after'];
	if (value === null || value === undefined) return undefined;
	const seconds = Number(value);
	if (Number.isFinite(seconds)) return Math.max(0, seconds);
	const at = Date.parse(String(value));
	return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1000);
}
