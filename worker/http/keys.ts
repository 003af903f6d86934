import { createHash, timingSafeEqual } from 'node:crypto';
import { Fault } from '../base/errors.ts';

/** A shorter key could be guessed; ours have 32 random bytes. */
const SHORTEST_KEY = 24;

export type Keys = ReturnType<typeof openKeys>;

/**
 * The API keys, held as hashes. Each is given as `rsk_…`, `name:rsk_…` or `name:sha256=<hex>`; jobs belong to the
 * name, so two keys of one name can take turns. Throws `invalid_input` without any, or for a short one.
 */
export function openKeys(given: string[]) {
	const known = given.map((text, index) => {
		const [, name = `key${index + 1}`, secret = ''] = /^(?:([\w-]+):)?(.+)$/.exec(text) ?? [];
		const hashed = /^sha256=([0-9a-f]{64})$/.exec(secret)?.[1];
		if (!hashed && secret.length < SHORTEST_KEY)
			throw new Fault(
				'invalid_input',
				`REELSMITH_API_KEYS: the key "${name}" is shorter than ${SHORTEST_KEY} characters`,
				{
					hint: 'Make one with: echo "rsk_$(openssl rand -hex 32)"',
				},
			);
		return { name, hash: hashed ? Buffer.from(hashed, 'hex') : digest(secret) };
	});

	/** The name of the key in an `Authorization` header; throws `unauthorized`. Every known key is compared, in constant time. */
	return function ownerOf(header: string | undefined): string {
		const given = digest(/^Bearer (.+)$/.exec(header ?? '')?.[1] ?? '');
		const found = known.filter(({ hash }) => timingSafeEqual(hash, given)).map(({ name }) => name)[0];
		if (found === undefined)
			throw new Fault(
				'unauthorized',
				header ? 'the API key is not one of this worker' : 'the API key is missing',
				{
					hint: 'Put the worker’s API key into the credential Reelsmith API.',
				},
			);
		return found;
	};
}

const digest = (text: string) => createHash('sha256').update(text).digest();
