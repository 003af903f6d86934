/** The shapes in which Google's services say no. */
export type ErrorForm = 'rpc' | 'interactions' | 'drive' | 'oauth' | 'control';

export type WireErrorDetails = {
	/** Interactions: the string code. OAuth: the error. Elsewhere unused. */
	code?: string | undefined;
	/** Drive: the machine-readable reason. */
	reason?: string | undefined;
	/** Drive: which parameter is at fault. */
	location?: string | undefined;
	retryInfoSeconds?: number | undefined;
	headers?: Record<string, string> | undefined;
	asArray?: boolean | undefined;
};

/** An answer that is an error; the route's form decides what it looks like on the wire. */
export class WireError extends Error {
	readonly status: number;
	readonly details: WireErrorDetails;

	constructor(status: number, message: string, details: WireErrorDetails = {}) {
		super(message);
		this.name = 'WireError';
		this.status = status;
		this.details = details;
	}
}

/** google.rpc names by HTTP status. Source: google/rpc/code.proto, its HTTP mapping. */
const RPC_STATUS: Record<number, string> = {
	400: 'INVALID_ARGUMENT',
	401: 'UNAUTHENTICATED',
	403: 'PERMISSION_DENIED',
	404: 'NOT_FOUND',
	409: 'ABORTED',
	429: 'RESOURCE_EXHAUSTED',
	499: 'CANCELLED',
	500: 'INTERNAL',
	501: 'UNIMPLEMENTED',
	503: 'UNAVAILABLE',
	504: 'DEADLINE_EXCEEDED',
};

/** Codes of the Interactions API by HTTP status. Source: ai.google.dev/gemini-api/docs/api-errors. */
const INTERACTION_CODE: Record<number, string> = {
	400: 'invalid_request',
	401: 'authentication',
	402: 'payment_required',
	403: 'permission_denied',
	404: 'not_found',
	409: 'aborted',
	429: 'rate_limit_exceeded',
	499: 'cancelled',
	500: 'api_error',
	501: 'unimplemented',
	503: 'service_unavailable',
	504: 'deadline_exceeded',
};

/** Drive's usual reason by HTTP status. Source: developers.google.com/workspace/drive/api/guides/handle-errors. */
const DRIVE_REASON: Record<number, string> = {
	400: 'badRequest',
	401: 'authError',
	403: 'forbidden',
	404: 'notFound',
	409: 'conflict',
	410: 'gone',
	429: 'rateLimitExceeded',
	500: 'internalError',
	503: 'backendError',
};

/** The body of an error answer in the form of its service. */
export function errorBody(form: ErrorForm, error: WireError): unknown {
	const body = bodies[form](error);
	return error.details.asArray ? [body] : body;
}

const bodies: Record<ErrorForm, (error: WireError) => unknown> = {
	rpc: rpcBody,
	interactions: (error) =>
		error.details.asArray
			? rpcBody(error)
			: {
					error: {
						message: error.message,
						code: error.details.code ?? INTERACTION_CODE[error.status] ?? 'api_error',
					},
				},
	drive: driveBody,
	oauth: (error) => ({ error: error.details.code ?? 'invalid_request', error_description: error.message }),
	control: (error) => ({ error: error.message }),
};

function rpcBody({ status, message, details }: WireError): unknown {
	const retryInfo = details.retryInfoSeconds;
	const quota = {
		'@type': 'type.googleapis.com/google.rpc.QuotaFailure',
		violations: [{ quotaId: 'RequestsPerMinute' }],
	};
	const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryInfo}s` };
	return {
		error: {
			code: status,
			message,
			status: details.code && /^[A-Z_]+$/.test(details.code) ? details.code : (RPC_STATUS[status] ?? 'UNKNOWN'),
			...(retryInfo === undefined ? {} : { details: [quota, retry] }),
		},
	};
}

function driveBody({ status, message, details }: WireError): unknown {
	const where = details.location ? { location: details.location, locationType: 'parameter' } : {};
	const reason = details.reason ?? details.code ?? DRIVE_REASON[status] ?? 'unknown';
	const domain = /rateLimit|quota/i.test(reason) ? 'usageLimits' : 'global';
	return { error: { code: status, message, errors: [{ message, domain, reason, ...where }] } };
}
