import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { makeLog } from '../base/log.ts';
import { connect } from '../jobs/redis/connect.ts';
import { testRedis } from '../testing/redis.ts';
import { openLedger } from './ledger.ts';

const url = testRedis('ledger');
let redis: Redis;
beforeAll(async () => {
	redis = await connect(url(), 'submit', makeLog('silent'));
});
afterAll(() => redis.disconnect());

let book = 0;
const fresh = (budgetUsd: number | null, rehearsed = false) =>
	openLedger(redis, { prefix: `t${++book}`, budgetUsd, rehearsed });

test('what is reserved is spent once, at the price that came out', async () => {
	const ledger = fresh(null);
	await ledger.reserve([
		{ id: 'a', usd: 0.8 },
		{ id: 'b', usd: 0.8 },
	]);
	expect(await ledger.view()).toMatchObject({ reservedUsd: 1.6, spentUsd: 0 });
	await ledger.settle('a', 0.5);
	await ledger.settle('a', 0.5);
	await ledger.settle('b', null);
	expect(await ledger.view()).toMatchObject({ reservedUsd: 0, spentUsd: 1.3, calls: 2 });
});

test('what costs nothing is settled too', async () => {
	const ledger = fresh(0);
	await ledger.reserve([{ id: 'a', usd: 0 }]);
	await ledger.settle('a', 0);
	expect(await ledger.view()).toMatchObject({ reservedUsd: 0, spentUsd: 0 });
});

test('a reservation given back leaves nothing', async () => {
	const ledger = fresh(null);
	await ledger.reserve([{ id: 'a', usd: 1 }]);
	await ledger.release('a');
	await ledger.settle('a', 1);
	expect(await ledger.view()).toMatchObject({ reservedUsd: 0, spentUsd: 0, calls: 0 });
});

test('a job that is tried again reserves anew, and both payments count', async () => {
	const ledger = fresh(null);
	await ledger.reserve([{ id: 'a', usd: 1 }]);
	await ledger.settle('a', null);
	await ledger.reserve([{ id: 'a', usd: 1 }]);
	expect(await ledger.view()).toMatchObject({ reservedUsd: 1, spentUsd: 1 });
	await ledger.settle('a', 0.5);
	expect(await ledger.view()).toMatchObject({ reservedUsd: 0, spentUsd: 1.5 });
});

test('a batch that would pass the budget reserves nothing at all', async () => {
	const ledger = fresh(1);
	await ledger.reserve([{ id: 'a', usd: 0.6 }]);
	await expect(
		ledger.reserve([
			{ id: 'b', usd: 0.3 },
			{ id: 'c', usd: 0.3 },
		]),
	).rejects.toMatchObject({ code: 'budget' });
	expect(await ledger.view()).toMatchObject({ reservedUsd: 0.6 });
	await ledger.reserve([{ id: 'd', usd: 0.4 }]);
});

test('of parallel requests none passes the budget', async () => {
	const ledger = fresh(1);
	const tries = await Promise.allSettled(
		Array.from({ length: 30 }, (_, n) => ledger.reserve([{ id: `p${n}`, usd: 0.1 }])),
	);
	expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
});

test('rehearsed money is booked apart', async () => {
	const [real, rehearsed] = [false, true].map((is) =>
		openLedger(redis, { prefix: 'both', budgetUsd: 1, rehearsed: is }),
	);
	await rehearsed!.reserve([{ id: 'a', usd: 1 }]);
	await real!.reserve([{ id: 'b', usd: 1 }]);
	expect(await real!.view()).toMatchObject({ rehearsed: false, reservedUsd: 1 });
});
