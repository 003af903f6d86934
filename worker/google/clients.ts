import { GoogleGenAI } from '@google/genai';
import { Fault } from '../base/errors.ts';
import type { Grant } from '../base/grant.ts';
import { CLOUD_SCOPE, NO_IDENTITY_HINT } from './identity.ts';
import type { Room } from './room.ts';

export type Fetch = typeof fetch;

/** Features of video, speech and music are on v1beta; the SDK's own default is v1. */
export const GEMINI_VERSION = 'v1beta';
/** Vertex refuses too small a server time-out at once, so a call's own deadline is never below this. */
const READ_MS = 60_000;

/** A client of the Gemini API for one call, with a fetch of our own under it. Throws `unauthorized` without a key. */
export function geminiClient(room: Room, grant: Grant, fetch: Fetch, timeout = READ_MS): GoogleGenAI {
	const apiKey = room.identities.geminiKey(grant);
	if (!apiKey) throw noGeminiKey();
	const httpOptions = { baseUrl: room.origins.gemini, timeout, fetch: guarded(room, fetch) };
	return new GoogleGenAI({ apiKey, vertexai: false, apiVersion: GEMINI_VERSION, httpOptions });
}

/** A client of Vertex AI for one call. Throws `unauthorized` without an identity or project. */
export function vertexClient(room: Room, grant: Grant, fetch: Fetch, timeout = READ_MS): GoogleGenAI {
	const authClient = room.identities.google(grant, CLOUD_SCOPE);
	const project = vertexProject(room, grant);
	if (!project) throw noProject();
	const httpOptions = {
		timeout,
		fetch: guarded(room, fetch),
		...(room.origins.vertex !== undefined && { baseUrl: room.origins.vertex }),
	};
	// The SDK brings an older google-auth-library; of the client it calls getRequestHeaders alone.
	const googleAuthOptions = { authClient: authClient as never };
	return new GoogleGenAI({ vertexai: true, project, location: room.location, httpOptions, googleAuthOptions });
}

/** The project that Vertex AI works and bills in: the grant's identity names it, else the worker's setting. */
export const vertexProject = (room: Room, grant: Grant): string | null =>
	grant.googleIdentity && !room.origins.rehearsal
		? (room.identities.project(grant) ?? room.project ?? null)
		: (room.project ?? room.identities.project(grant));

/** Nothing leaves for anywhere but the stand-in during a rehearsal, whatever an SDK makes of its settings. */
function guarded(room: Room, inner: Fetch): Fetch {
	if (!room.origins.rehearsal) return inner;
	const allowed = new URL(room.origins.gemini).origin;
	return (input, init) => {
		const url = new URL(input instanceof Request ? input.url : String(input));
		if (url.origin === allowed) return inner(input, init);
		throw new Fault('internal', `A rehearsal was about to call ${url.host}.`);
	};
}

export const noGeminiKey = () =>
	new Fault('unauthorized', 'No Gemini API key is set up.', {
		hint: 'Put a Gemini API key into the Reelsmith credential, or set GEMINI_API_KEY for the worker. Or rehearse for free with REHEARSAL_URL.',
	});

export const noIdentity = (forWhat: string) =>
	new Fault('unauthorized', `${forWhat} needs a Google identity, and none is set up.`, { hint: NO_IDENTITY_HINT });

export const noProject = () =>
	new Fault('unauthorized', 'Vertex AI needs a Google Cloud project, and none is known.', {
		hint: 'Use the JSON of a service account, which names its project, or set GOOGLE_CLOUD_PROJECT for the worker.',
	});
