import { randomUUID } from 'node:crypto';
import type { House } from './house.ts';
import type { Answer, Call, Route } from './wire/call.ts';
import { WireError } from './wire/errors.ts';

/** Google's access tokens live an hour, less one second by the time they arrive. */
const EXPIRES_SECONDS = 3599;
const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

type Token = { kind: 'user' | 'service'; who: string };

/** Refresh tokens that are refused, so that a dead sign-in can be seen: `revoked`, and whatever begins with it. */
const REVOKED = /^revoked/;

/** The OAuth token endpoint: refresh tokens of people, signed assertions of service accounts. */
export const oauthRoutes: Route[] = [
	{
		name: 'token',
		method: 'POST',
		path: /^(?:\/oauth2\/v4)?\/token$/,
		form: 'oauth',
		auth: 'none',
		body: 'form',
		handle: token,
	},
];

const tokensOf = (house: House) => house.state.table<Token>('tokens');

/** Whether a bearer token was given to a service account. Tokens the rehearsal did not give count as a person's. */
export function isServiceAccount(house: House, bearer: string | null): boolean {
	return bearer !== null && tokensOf(house).get(bearer)?.kind === 'service';
}

/** Whose Drive a bearer token opens, as an e-mail address. */
export function ownerOf(house: House, bearer: string | null): string {
	return (bearer && tokensOf(house).get(bearer)?.who) || 'you@rehearsal.example';
}

function token(call: Call): Answer {
	const form = (call.body ?? {}) as Record<string, string>;
	if (form.grant_type === 'refresh_token') return grant(call, fromRefreshToken(form));
	if (form.grant_type === JWT_GRANT) return grant(call, fromAssertion(form.assertion ?? ''));
	throw new WireError(400, `Invalid grant_type: ${form.grant_type ?? ''}`, { code: 'unsupported_grant_type' });
}

function fromRefreshToken(form: Record<string, string>): Token {
	if (!form.client_id)
		throw new WireError(400, 'Could not determine client ID from request.', { code: 'invalid_request' });
	if (!form.refresh_token)
		throw new WireError(400, 'Missing required parameter: refresh_token', { code: 'invalid_request' });
	if (REVOKED.test(form.refresh_token))
		throw new WireError(400, 'Token has been expired or revoked.', { code: 'invalid_grant' });
	return { kind: 'user', who: 'you@rehearsal.example' };
}

/** Reads the assertion's claims. Its signature cannot be checked: the stand-in does not know the account's public key. */
function fromAssertion(assertion: string): Token {
	const claims = decode(assertion.split('.')[1] ?? '');
	const bad = (why: string) => new WireError(400, why, { code: 'invalid_grant' });
	if (!claims || typeof claims.iss !== 'string') throw bad('Invalid JWT: Failed audience check.');
	const now = Date.now() / 1000;
	if (typeof claims.exp !== 'number' || claims.exp < now || claims.exp > now + 3700) {
		throw bad('Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.');
	}
	if (!claims.scope && !claims.target_audience)
		throw new WireError(400, 'Empty or missing scope not allowed.', { code: 'invalid_scope' });
	return typeof claims.sub === 'string' && claims.sub !== claims.iss
		? { kind: 'user', who: claims.sub }
		: { kind: 'service', who: claims.iss };
}

function decode(part: string): Record<string, unknown> | null {
	try {
		return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
	} catch {
		return null;
	}
}

function grant(call: Call, granted: Token): Answer {
	const access = `ya29.rehearsal-${randomUUID()}`;
	tokensOf(call.house).set(access, granted);
	return {
		json: {
			access_token: access,
			expires_in: EXPIRES_SECONDS,
			scope: 'https://www.googleapis.com/auth/drive',
			token_type: 'Bearer',
		},
	};
}
