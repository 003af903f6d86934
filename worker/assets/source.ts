import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector, fetch, type Response } from 'undici';
import { asFault, Fault } from '../base/errors.ts';
import { withoutQuery } from '../base/log.ts';

/** Redirects that are followed, by hand, each judged anew. */
const HOPS = 5;

export type Sources = ReturnType<typeof openSources>;

/**
 * The door to addresses that users name. An address is judged where it is connected to, after its name was
 * resolved, so neither a literal, a redirect nor a name that changes its mind reaches a private network.
 * Only https on its own port, unless `allowPrivate` says that this worker serves a closed network.
 */
export function openSources({ allowPrivate }: { allowPrivate: boolean }) {
	const agent = allowPrivate ? new Agent() : guardedAgent();

	/** Opens the body behind a URL; throws `invalid_input` for a forbidden address, `not_found`, `forbidden`, `unavailable`. */
	async function open(
		address: string,
		signal: AbortSignal,
	): Promise<{ body: Readable; name: string; mimeType: string; bytes: number | null }> {
		let url = new URL(address);
		for (let hop = 0; hop <= HOPS; hop++) {
			judge(url, allowPrivate);
			const answer = await ask(url, agent, signal);
			const next = answer.headers.get('location');
			if (answer.status >= 300 && answer.status < 400 && next) {
				await answer.body?.cancel();
				url = new URL(next, url);
				continue;
			}
			return body(answer, url);
		}
		throw new Fault('invalid_input', `${withoutQuery(address)} redirects more than ${HOPS} times`);
	}

	return { open, close: () => agent.close() };
}

function judge(url: URL, allowPrivate: boolean): void {
	if (allowPrivate && url.protocol === 'http:') return;
	const wrong =
		url.protocol !== 'https:'
			? 'does not begin with https://'
			: url.username || url.password
				? 'holds a password'
				: null;
	if (wrong)
		throw new Fault('invalid_input', `url: ${withoutQuery(url)} ${wrong}`, { hint: 'Use a plain https address.' });
	if (!allowPrivate && url.port !== '')
		throw new Fault('invalid_input', `url: port ${url.port} is not allowed`, {
			hint: 'Use an address on the usual port.',
		});
}

async function ask(url: URL, dispatcher: Agent, signal: AbortSignal): Promise<Response> {
	try {
		return await fetch(url, { dispatcher, redirect: 'manual', signal });
	} catch (thrown) {
		const cause = (thrown as { cause?: unknown }).cause;
		if (cause instanceof Fault) throw cause;
		if (signal.aborted) throw asFault(signal.reason);
		throw new Fault('unavailable', `${url.hostname} did not answer`, { cause: thrown });
	}
}

function body(answer: Response, url: URL) {
	const where = withoutQuery(url);
	if (answer.status === 404 || answer.status === 410) throw new Fault('not_found', `there is nothing at ${where}`);
	if (answer.status === 401 || answer.status === 403)
		throw new Fault('forbidden', `${url.hostname} does not give out ${where}`, {
			hint: 'Use an address that needs no sign-in.',
		});
	if (answer.status === 429 || answer.status >= 500)
		throw new Fault('unavailable', `${url.hostname} answered ${answer.status}`);
	if (!answer.ok || !answer.body)
		throw new Fault('invalid_input', `${url.hostname} answered ${answer.status} for ${where}`);
	const bytes = Number(answer.headers.get('content-length') ?? NaN);
	return {
		body: Readable.fromWeb(answer.body),
		name: decodeURIComponent(url.pathname.split('/').at(-1) || url.hostname),
		mimeType: (answer.headers.get('content-type') ?? 'application/octet-stream').split(';')[0]!.trim(),
		bytes: Number.isFinite(bytes) ? bytes : null,
	};
}

/** Whether an address lies on the public internet: unicast after unmapping, so no private, local, shared or special range. */
export const isPublic = (address: string): boolean => ipaddr.process(address).range() === 'unicast';

function guardedAgent(): Agent {
	const connect = buildConnector({ lookup: publicLookup as never });
	return new Agent({
		connect(options, done) {
			const host = options.hostname.replace(/^\[|\]$/g, '');
			// A literal address never reaches the lookup, so it is judged here.
			if (isIP(host) && !isPublic(host)) return done(notPublic(host), null);
			connect(options, done);
		},
	});
}

function publicLookup(
	host: string,
	options: LookupOptions,
	done: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
): void {
	resolve(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
		if (error) return done(error, '');
		// One private address among public ones is enough to refuse: which one is used is chance.
		if (!found[0] || found.some((entry) => !isPublic(entry.address))) return done(notPublic(host), '');
		if (options.all) return done(null, found);
		done(null, found[0].address, found[0].family);
	});
}

const notPublic = (host: string) =>
	new Fault('invalid_input', `url: ${host} is not on the public internet`, {
		hint: 'The worker fetches public addresses alone. For files of your own network upload them, or set REELSMITH_ALLOW_PRIVATE_SOURCES.',
	});
