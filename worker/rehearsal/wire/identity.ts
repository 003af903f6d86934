import type { Call, Route } from './call.ts';
import { WireError } from './errors.ts';

/** The one API key that is refused, so that people can see what a wrong key looks like. */
const REFUSED_KEY = 'invalid';

/**
 * Refuses calls without proof of identity, as each service words it. Any key and any bearer token pass but the key
 * `invalid` and bearer tokens that begin with `expired`.
 */
export function checkIdentity(route: Route, call: Call): void {
	if (route.auth === 'key') checkKey(route, call);
	if (route.auth === 'bearer') checkBearer(call);
}

function checkKey(route: Route, call: Call): void {
	const key = call.headers['x-goog-api-key'] ?? call.query.get('key');
	if (!key) {
		throw new WireError(
			403,
			"Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
		);
	}
	// Live capture: the Interactions API answers a bad key with 400 and an array, unlike its other errors.
	if (key === REFUSED_KEY) {
		throw new WireError(400, 'API key not valid. Please pass a valid API key.', {
			asArray: route.form === 'interactions',
		});
	}
}

function checkBearer(call: Call): void {
	if (!call.bearer || call.bearer.startsWith('expired')) {
		throw new WireError(
			401,
			'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
			{ reason: 'authError', location: 'Authorization' },
		);
	}
}
