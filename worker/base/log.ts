import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Names of fields that hold a secret wherever they turn up. */
const SECRETS = [
	'authorization',
	'cookie',
	'apiKey',
	'geminiKey',
	'googleIdentity',
	'grant',
	'signature',
	'["x-reelsmith-gemini-key"]',
	'["x-reelsmith-google-identity"]',
	'["x-goog-api-key"]',
];

/**
 * The log: one JSON line an event on standard output. Secrets are cut by field name, and queries are
 * cut from URLs, because resume URLs and signed previews carry theirs there.
 */
export function makeLog(level: string): Log {
	return pino({
		level,
		redact: {
			paths: SECRETS.flatMap((name) => [name, `*${name.startsWith('[') ? '' : '.'}${name}`]),
			censor: '[cut]',
		},
		formatters: { level: (label) => ({ level: label }) },
		timestamp: pino.stdTimeFunctions.isoTime,
		serializers: { url: withoutQuery, err: pino.stdSerializers.err },
	});
}

/** A URL as it may be logged: without query, fragment, user and password. */
export function withoutQuery(url: unknown): string {
	return String(url)
		.replace(/[?#].*$/, '')
		.replace(/\/\/[^/@]*@/, '//');
}
