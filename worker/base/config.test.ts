import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const LEAST = { REELSMITH_DATA: '/data', REELSMITH_API_KEYS: 'rsk_1', REELSMITH_SEAL_KEY: 's'.repeat(32) };

test('three settings are enough', () => {
	expect(readConfig(LEAST)).toMatchObject({
		host: '127.0.0.1',
		port: 8484,
		data: '/data',
		google: { rehearsalUrl: undefined },
	});
});

test('everything missing or wrong is named at once', () => {
	expect(() => readConfig({ REELSMITH_SEAL_KEY: 'short', REELSMITH_PORT: '99999' })).toThrow(
		/REELSMITH_PORT.*REELSMITH_DATA.*REELSMITH_API_KEYS.*REELSMITH_SEAL_KEY|REELSMITH_DATA/s,
	);
	expect.assertions(5);
	try {
		readConfig({ REELSMITH_SEAL_KEY: 'short', REELSMITH_PORT: '99999' });
	} catch (error) {
		for (const name of ['REELSMITH_PORT', 'REELSMITH_DATA', 'REELSMITH_API_KEYS', 'REELSMITH_SEAL_KEY'])
			expect((error as Error).message).toContain(name);
	}
});

test('an empty line of .env counts as not set', () => {
	expect(readConfig({ ...LEAST, REDIS_URL: '', REELSMITH_BUDGET_USD_A_DAY: '' })).toMatchObject({
		redisUrl: undefined,
		budgetUsdADay: null,
	});
});

test('queues and their slots are read by name, and a wrong name is told', () => {
	const config = readConfig({ ...LEAST, WORKER_QUEUES: 'media, transfer', REELSMITH_CONCURRENCY: 'media=1' });
	expect(config.queues).toEqual(['media', 'transfer']);
	expect(config.concurrency).toMatchObject({ media: 1, google: 8 });
	expect(() => readConfig({ ...LEAST, WORKER_QUEUES: 'video' })).toThrow('WORKER_QUEUES: video');
	expect(() => readConfig({ ...LEAST, REELSMITH_CONCURRENCY: 'media=0' })).toThrow('REELSMITH_CONCURRENCY');
});
