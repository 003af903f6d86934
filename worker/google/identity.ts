import { readFile } from 'node:fs/promises';
import { Gaxios, type GaxiosOptionsPrepared } from 'gaxios';
import { type AuthClient, JWT, OAuth2Client, UserRefreshClient } from 'google-auth-library';
import { z } from 'zod';
import { Fault } from '../base/errors.ts';
import type { Grant } from '../base/grant.ts';
import { sha256 } from '../base/hash.ts';
import { MINUTE } from '../base/time.ts';

export const DRIVE_SCOPE = 'https://www.googleapis.com/auth/drive';
export const CLOUD_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Where Google's own libraries ask for tokens (https://developers.google.com/identity/protocols/oauth2). */
const TOKEN_URL = 'https://oauth2.googleapis.com/token';

const secret = z.string().min(1);
const IdentityJson = z.discriminatedUnion('type', [
	z.object({
		type: z.literal('service_account'),
		client_email: secret,
		private_key: secret,
		project_id: z.string().optional(),
		/** The user to act for, where domain-wide delegation allows it. */
		subject: z.string().optional(),
	}),
	z.object({
		type: z.literal('authorized_user'),
		client_id: secret,
		client_secret: secret,
		refresh_token: secret,
		quota_project_id: z.string().optional(),
	}),
	z.object({ type: z.literal('access_token'), access_token: secret }),
]);
export type IdentityJson = z.infer<typeof IdentityJson>;

/** What stands in for everybody in a rehearsal: no real secret is even looked at. */
const REHEARSAL_KEY = 'rehearsal';
const REHEARSAL_IDENTITY: IdentityJson = {
	type: 'authorized_user',
	client_id: 'rehearsal',
	client_secret: 'rehearsal',
	refresh_token: 'rehearsal',
	quota_project_id: 'rehearsal',
};

export type Identities = {
	/** The Gemini API key to use: the grant's, else the worker's own; null when there is none. */
	geminiKey(grant: Grant): string | null;
	/** A client that signs Google calls; kept while its token is good. `anew` after a 401. Throws `unauthorized`. */
	google(grant: Grant, scope: string, anew?: 'anew'): AuthClient;
	/** Whether there is a Google identity at all. */
	hasGoogle(grant: Grant): boolean;
	/** The Google Cloud project that an identity belongs to; null when it does not say. */
	project(grant: Grant): string | null;
};

type Own = { rehearsalUrl?: string; geminiKey?: string; identityFile?: string; tokenUrl?: string };

/** A job's identity does not outlive the job by more than this in memory; a token lives an hour. */
const FORGET_MS = 10 * MINUTE;

/**
 * Who the worker is to Google: what a job's grant brings goes before the worker's own. In a rehearsal
 * both are put aside for a fixed invented identity. Throws `invalid_input` when the worker's own identity
 * file cannot be read.
 */
export async function openIdentities(own: Own): Promise<Identities> {
	const rehearsal = own.rehearsalUrl !== undefined;
	const tokenUrl = rehearsal ? `${own.rehearsalUrl}/token` : (own.tokenUrl ?? TOKEN_URL);
	const ownIdentity = rehearsal ? undefined : await readOwn(own.identityFile);
	const clients = new Map<string, { client: AuthClient; forget: NodeJS.Timeout }>();

	const pick = (grant: Grant): IdentityJson | undefined =>
		rehearsal ? REHEARSAL_IDENTITY : grant.googleIdentity ? parseIdentity(grant.googleIdentity) : ownIdentity;
	return {
		geminiKey: (grant) => (rehearsal ? REHEARSAL_KEY : (grant.geminiKey ?? own.geminiKey ?? null)),
		hasGoogle: (grant) => rehearsal || Boolean(grant.googleIdentity) || ownIdentity !== undefined,
		project: (grant) => projectOf(pick(grant)),
		google: (grant, scope, anew) => {
			const identity = pick(grant);
			if (!identity) throw new Fault('unauthorized', 'No Google identity is set up.', { hint: NO_IDENTITY_HINT });
			const key = sha256(JSON.stringify([scope, identity]));
			const known = clients.get(key);
			clearTimeout(known?.forget);
			const client = (anew ? undefined : known?.client) ?? identityClient(identity, scope, tokenUrl);
			const forget = setTimeout(() => clients.delete(key), FORGET_MS).unref();
			clients.set(key, { client, forget });
			return client;
		},
	};
}

export const NO_IDENTITY_HINT =
	'Put the JSON of a service account or of an authorized user into the Reelsmith credential, or set GOOGLE_APPLICATION_CREDENTIALS for the worker.';

/** Reads an identity as JSON text; throws `unauthorized` without repeating any of it. */
export function parseIdentity(text: string): IdentityJson {
	const hint =
		'It must be the JSON file of a service account, or of type "authorized_user" with client_id, client_secret and refresh_token.';
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		throw new Fault('unauthorized', 'The Google identity is not JSON.', { hint });
	}
	const read = IdentityJson.safeParse(json);
	if (read.success) return read.data;
	const fields = read.error.issues.map((issue) => issue.path.join('.') || 'type').join(', ');
	throw new Fault('unauthorized', `The Google identity is incomplete: ${fields}.`, { hint });
}

/** A client that gets tokens for an identity from `tokenUrl` and signs calls with them. */
export function identityClient(identity: IdentityJson, scope: string, tokenUrl = TOKEN_URL): AuthClient {
	if (identity.type === 'access_token') return withToken(identity.access_token);
	if (identity.type === 'authorized_user')
		return new UserRefreshClient({
			clientId: identity.client_id,
			clientSecret: identity.client_secret,
			refreshToken: identity.refresh_token,
			endpoints: { oauth2TokenUrl: tokenUrl },
			forceRefreshOnFailure: true,
		});
	return new JWT({
		email: identity.client_email,
		key: identity.private_key,
		scopes: [scope],
		...(identity.subject && { subject: identity.subject }),
		// The same class: the library's types name its CommonJS twin.
		transporter: tokensFrom(tokenUrl) as never,
		forceRefreshOnFailure: true,
	});
}

function withToken(token: string): AuthClient {
	const client = new OAuth2Client();
	client.setCredentials({ access_token: token });
	return client;
}

/** The JWT client has Google's token address built in; where another is wanted, requests to it are turned there. */
function tokensFrom(tokenUrl: string): Gaxios {
	const gaxios = new Gaxios();
	if (tokenUrl === TOKEN_URL) return gaxios;
	gaxios.interceptors.request.add({
		resolved: async (options: GaxiosOptionsPrepared) => {
			if (new URL(options.url).origin === new URL(TOKEN_URL).origin) options.url = new URL(tokenUrl);
			return options;
		},
	});
	return gaxios;
}

async function readOwn(file?: string): Promise<IdentityJson | undefined> {
	if (!file) return undefined;
	try {
		return parseIdentity(await readFile(file, 'utf8'));
	} catch (cause) {
		throw new Fault('invalid_input', `GOOGLE_APPLICATION_CREDENTIALS: ${(cause as Error).message}`, {
			hint: 'It names the JSON file of a service account or of an authorized user, readable by the worker.',
			cause,
		});
	}
}

function projectOf(identity?: IdentityJson): string | null {
	if (identity?.type === 'service_account') return identity.project_id ?? null;
	return identity?.type === 'authorized_user' ? (identity.quota_project_id ?? null) : null;
}
