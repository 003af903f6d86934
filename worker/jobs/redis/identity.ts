import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { Fault } from '../../base/errors.ts';
import { newId } from '../../base/hash.ts';
import { KEYS } from '../keys.ts';

/**
 * Refuses a Redis that forgot: this worker's data folder knows a Redis by its id, and the one that answers has none or
 * another. Going on would look like a fresh start, and paid clips would be made again. Throws `unavailable`.
 */
export async function refuseForgetfulRedis(redis: Redis, data: string): Promise<void> {
	const file = join(data, 'redis-identity');
	const known = await readFile(file, 'utf8').catch(() => null);
	if (known === null) await redis.set(KEYS.identity, newId('r'), 'NX');
	const found = await redis.get(KEYS.identity);
	if (known !== null && found !== known.trim())
		throw new Fault(
			'unavailable',
			found ? 'this is another Redis than the one this worker used before' : 'Redis has lost the jobs it knew',
			{
				hint: `Bring the old one or its backup back. To start anew all the same, and make and pay for everything again, delete ${file}.`,
			},
		);
	if (known === null && found) await writeFile(file, found, { flush: true });
}
