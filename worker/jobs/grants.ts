import type { Redis } from 'ioredis';
import { Grant } from '../base/grant.ts';
import { open, seal } from '../base/seal.ts';
import { KEYS } from './keys.ts';

export type Grants = ReturnType<typeof openGrants>;

/** The identities that batches bring along: sealed while their jobs live, deleted by the script that ends the last one. */
export function openGrants(redis: Redis, key: string) {
	/** A grant as it may be stored with that batch; empty text for an empty grant. */
	const sealed = (batch: string, grant: Grant): string =>
		Object.keys(grant).length === 0 ? '' : seal(key, batch, JSON.stringify(grant));

	/** The grant of a batch; empty where it brought none. */
	async function of(batch: string): Promise<Grant> {
		const found = await redis.get(KEYS.grant(batch));
		return found ? Grant.parse(JSON.parse(open(key, batch, found))) : {};
	}

	/** Any other secret of a batch, say its resume URL. */
	const sealText = (batch: string, text: string): string => seal(key, `${batch}:text`, text);
	const openText = (batch: string, sealed: string): string => open(key, `${batch}:text`, sealed);

	return { sealed, of, sealText, openText };
}
