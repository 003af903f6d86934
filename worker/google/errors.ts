import { asFault, Fault } from '../base/errors.ts';
import type { ProblemCode } from '../contract/problem.ts';
import { reading, type Said } from './said.ts';

/**
 * Any thrown value of the Google floor as a Fault: what Google answered, read from every shape its
 * services and SDKs wrap it in; a network failure; the caller's own abort; or a bug of ours. `doing` is
 * what was tried, as a phrase: `reading the Drive folder`. Error forms: https://cloud.google.com/apis/design/errors,
 * https://ai.google.dev/gemini-api/docs/api-errors, https://developers.google.com/workspace/drive/api/guides/handle-errors.
 */
export function classify(thrown: unknown, doing: string, signal?: AbortSignal): Fault {
	if (thrown instanceof Fault) return thrown;
	if (signal?.aborted) return stopped(signal.reason, doing);
	const said = reading(thrown);
	if (said) return faultOf(said, doing, thrown);
	if (isNetwork(thrown))
		return new Fault('unavailable', `Google did not answer while ${doing}: ${root(thrown)}.`, { cause: thrown });
	return asFault(thrown);
}

/** An answer of Google's as a Fault. */
export function faultOf(said: Said, doing: string, cause?: unknown): Fault {
	const { code, hint } = verdict(said);
	const reasons = code === 'blocked' ? [said.message || said.code] : undefined;
	const message =
		code === 'blocked'
			? `Google's safety filter blocked ${doing}.`
			: `${titleOf(code)} while ${doing}: ${said.message || `status ${said.status}`}`;
	return new Fault(code, message, {
		cause,
		...(hint && { hint }),
		...(reasons && { reasons }),
		...(said.retryAfter !== undefined && { retryAfter: said.retryAfter }),
	});
}

type Verdict = { code: ProblemCode; hint?: string };

const SIGN_IN = 'Sign in again, or renew the Google identity in the Reelsmith credential.';

/** Words of Google's that mean more than the status they come with. */
const BY_CODE: Record<string, Verdict> = {
	invalid_grant: { code: 'unauthorized', hint: `The Google sign-in has expired or was revoked. ${SIGN_IN}` },
	invalid_client: { code: 'unauthorized', hint: SIGN_IN },
	unauthorized_client: {
		code: 'unauthorized',
		hint: 'The service account may not act for this user: domain-wide delegation is missing.',
	},
	invalid_scope: { code: 'unauthorized', hint: SIGN_IN },
	authentication: { code: 'unauthorized', hint: 'Check the Gemini API key in the Reelsmith credential.' },
	payment_required: { code: 'budget', hint: 'Google asks for payment: check the billing of this API key’s project.' },
	userratelimitexceeded: { code: 'quota' },
	ratelimitexceeded: { code: 'quota' },
	sharingratelimitexceeded: { code: 'quota' },
	dailylimitexceeded: { code: 'quota', hint: 'The project’s daily limit for this Google service is used up.' },
	rate_limit_exceeded: { code: 'quota' },
	quota_exceeded: { code: 'quota' },
	too_many_requests: { code: 'quota' },
	resource_exhausted: { code: 'quota' },
	storagequotaexceeded: {
		code: 'forbidden',
		hint: 'The Drive is full. A service account has no storage of its own: use a folder on a shared drive, or sign in as a person.',
	},
	insufficientfilepermissions: {
		code: 'forbidden',
		hint: 'Share the file or folder with the identity that Reelsmith uses.',
	},
	cannotdownloadabusivefile: {
		code: 'forbidden',
		hint: 'Google marked this file as abusive and does not hand it out.',
	},
	appnotauthorizedtofile: {
		code: 'forbidden',
		hint: 'The sign-in covers only files made by the same app. Sign in with the full Drive scope.',
	},
	accessnotconfigured: { code: 'forbidden', hint: 'Enable the Google Drive API in the project of this identity.' },
	notfound: {
		code: 'not_found',
		hint: 'Check the id, and that the file or folder is shared with the identity that Reelsmith uses.',
	},
	model_not_found: { code: 'not_found', hint: 'Google does not offer this model to this key. Choose another model.' },
	cancelled: { code: 'cancelled' },
};

/** https://ai.google.dev/gemini-api/docs/api-errors: the codes by which a filter speaks. */
export const BLOCK_CODES = new Set(
	`safety recitation language prohibited_content spii blocklist image_safety image_prohibited_content
	image_recitation image_other content_blocked`.split(/\s+/),
);

/**
 * Vertex AI refuses a prompt for Veo with a plain 400 INVALID_ARGUMENT; that it is the filter is said in words alone:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/video/responsible-ai-and-usage-guidelines
 */
const POLICY = /violat\w+ (our|the|google['’]?s) (usage |content )*(polic|guideline)|support codes?:/i;

const BY_STATUS: Record<number, ProblemCode> = {
	400: 'invalid_input',
	401: 'unauthorized',
	402: 'budget',
	403: 'forbidden',
	404: 'not_found',
	409: 'conflict',
	410: 'not_found',
	411: 'invalid_input',
	412: 'conflict',
	413: 'invalid_input',
	416: 'invalid_input',
	422: 'invalid_input',
	429: 'quota',
};

function verdict(said: Said): Verdict {
	const word = said.code.toLowerCase();
	if (BLOCK_CODES.has(word) || (said.status === 400 && POLICY.test(said.message)))
		return { code: 'blocked', hint: 'Change the prompt and submit this shot again.' };
	const byWord = BY_CODE[word];
	if (byWord) return byWord;
	if (/api[ _]key (not valid|expired|not found|invalid)|api_key_invalid/i.test(said.message))
		return BY_CODE.authentication!;
	if (
		said.status === 404 &&
		/no longer available|was not found or your project|is not found for api version/i.test(said.message)
	)
		return BY_CODE.model_not_found!;
	return { code: BY_STATUS[said.status] ?? 'unavailable' };
}

const TITLES: Partial<Record<ProblemCode, string>> = {
	invalid_input: 'Google refused the request',
	unauthorized: 'Google did not accept the identity',
	budget: 'Google asks for payment',
	forbidden: 'Google did not allow it',
	not_found: 'Google does not know it',
	conflict: 'Google reported a conflict',
	quota: 'Google’s limit is reached',
	cancelled: 'Google cancelled it',
};
const titleOf = (code: ProblemCode) => TITLES[code] ?? 'Google had a fault of its own';

/** Codes of a connection that never came about: not one byte of a request was sent. */
const UNSENT = new Set(
	'ECONNREFUSED ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH UND_ERR_CONNECT_TIMEOUT CERT_HAS_EXPIRED DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_VERIFY_LEAF_SIGNATURE ERR_TLS_CERT_ALTNAME_INVALID'.split(
		' ',
	),
);
const LOST = new Set('ECONNRESET EPIPE ETIMEDOUT ECONNABORTED ERR_STREAM_PREMATURE_CLOSE'.split(' '));
const NETWORK_NAMES = new Set(
	'APIConnectionError APIConnectionTimeoutError APIUserAbortError AbortError TimeoutError ConnectionError RequestTimeoutError RequestAbortedError'.split(
		' ',
	),
);

/** Whether the failure came before anything was sent: the request is certain not to have been accepted. */
export const neverSent = (thrown: unknown): boolean => {
	const codes = causes(thrown).flatMap((error) => (typeof error.code === 'string' ? [error.code] : []));
	return codes.length > 0 && codes.every((code) => UNSENT.has(code));
};

/** Whether a thrown value tells of the network and not of an answer or a bug. */
export const isNetwork = (thrown: unknown): boolean =>
	causes(thrown).some(
		(error) =>
			NETWORK_NAMES.has(error.name ?? '') ||
			UNSENT.has(String(error.code)) ||
			LOST.has(String(error.code)) ||
			String(error.code).startsWith('UND_ERR_') ||
			(error.name === 'SyntaxError' && /JSON/.test(error.message ?? '')) ||
			(error.name === 'TypeError' && /^(fetch failed|terminated)/.test(error.message ?? '')),
	);

/** Told by its form and not by its class: SDKs bring classes of their own. */
type Linked = { name?: string; message?: string; code?: unknown; errors?: unknown; cause?: unknown };
const MAX_DEPTH = 8;

function causes(thrown: unknown, depth = 0): Linked[] {
	if (thrown === null || typeof thrown !== 'object' || depth > MAX_DEPTH) return [];
	const error = thrown as Linked;
	const inner = Array.isArray(error.errors) ? error.errors : [];
	return [error, ...[error.cause, ...inner].flatMap((cause) => causes(cause, depth + 1))];
}

/** The innermost cause in a few words, without addresses or bodies. */
function root(thrown: unknown): string {
	const last = causes(thrown).findLast((error) => error.code || error.message) ?? (thrown as Linked);
	return (typeof last.code === 'string' ? last.code : (last.message ?? 'no connection')).slice(0, 200);
}

function stopped(reason: unknown, doing: string): Fault {
	if (reason instanceof Fault) return reason;
	if ((reason as Linked | undefined)?.name === 'TimeoutError')
		return new Fault('unavailable', `The time allowed ran out while ${doing}.`, { cause: reason });
	return new Fault('cancelled', `Stopped while ${doing}.`, { cause: reason });
}
