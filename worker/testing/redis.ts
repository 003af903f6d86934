import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { makeLog } from '../base/log.ts';
import { startPrivateRedis, type PrivateRedis } from '../jobs/redis/private.ts';
import { testFolder } from './folder.ts';

/** A real redis-server for one test file, started before its tests and stopped after them. The returned function gives its address. */
export function testRedis(name: string): () => string {
	const folder = testFolder(name);
	let redis: PrivateRedis;
	beforeAll(async () => {
		redis = await startPrivateRedis(join(folder, 'redis'), makeLog('silent'));
	});
	afterAll(() => redis.stop());
	return () => redis.url;
}
