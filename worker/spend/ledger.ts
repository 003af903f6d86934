import type { Redis } from 'ioredis';
import { Fault } from '../base/errors.ts';
import type { SpendView } from '../contract/spend.ts';

/** Money is kept in whole millionths of a dollar, so that sums stay exact. */
const MICRO = 1_000_000;
const KEEP_DAYS = 400;

/**
 * Reserves an amount for each job unless the day's budget would be passed; a job that already has a reservation
 * keeps it, and one that was settled gets a new one: it is tried again. KEYS: day, then one entry per job. ARGV: budget (-1 none), day, then one amount per job.
 */
const RESERVE = `
local sum = 0
for i = 2, #KEYS do if redis.call('HGET', KEYS[i], 'state') ~= 'reserved' then sum = sum + tonumber(ARGV[i + 1]) end end
local budget = tonumber(ARGV[1])
local used = tonumber(redis.call('HGET', KEYS[1], 'spent') or '0') + tonumber(redis.call('HGET', KEYS[1], 'reserved') or '0')
if budget >= 0 and sum > 0 and used + sum > budget then return {0, used, sum} end
for i = 2, #KEYS do
  if redis.call('HGET', KEYS[i], 'state') ~= 'reserved' then redis.call('HSET', KEYS[i], 'day', ARGV[2], 'reserved', ARGV[i + 1], 'state', 'reserved') end
end
if sum > 0 then redis.call('HINCRBY', KEYS[1], 'reserved', sum) end
return {1, used, sum}`;

/** Turns a reservation into spent money (ARGV[2] >= 0), into nothing (-1) or into its own amount (-2). Once only. KEYS: entry. ARGV: prefix of days, amount, now. */
const SETTLE = `
if redis.call('HGET', KEYS[1], 'state') ~= 'reserved' then return 0 end
local day = ARGV[1] .. redis.call('HGET', KEYS[1], 'day')
local reserved = tonumber(redis.call('HGET', KEYS[1], 'reserved'))
local spent = tonumber(ARGV[2])
redis.call('HINCRBY', day, 'reserved', 0 - reserved)
if spent == -2 then spent = reserved end
if spent >= 0 then
  redis.call('HINCRBY', day, 'spent', spent)
  if spent > 0 then redis.call('HINCRBY', day, 'calls', 1) end
end
redis.call('HSET', KEYS[1], 'state', spent >= 0 and 'spent' or 'released', 'spent', spent)
return 1`;

export type Ledger = ReturnType<typeof openLedger>;

/** The book of what jobs cost: an amount is reserved when a job is taken and settled when it ends. `prefix` begins every key. */
export function openLedger(
	redis: Redis,
	{ prefix, budgetUsd, rehearsed }: { prefix: string; budgetUsd: number | null; rehearsed: boolean },
) {
	// Rehearsed money is booked apart: a rehearsal never uses up a real budget.
	const book = `${prefix}:ledger:${rehearsed ? 'rehearsed' : 'real'}`;
	const dayKey = `${book}:day:`;
	const entry = (job: string) => `${book}:job:${job}`;
	const today = () => new Date().toISOString().slice(0, 10);

	/** Reserves what the jobs will cost at most; throws `budget` and reserves nothing when the day's budget would be passed. */
	async function reserve(jobs: { id: string; usd: number }[]): Promise<void> {
		const day = today();
		const keys = [dayKey + day, ...jobs.map(({ id }) => entry(id))];
		const budget = budgetUsd === null ? -1 : Math.round(budgetUsd * MICRO);
		const amounts = jobs.map(({ usd }) => Math.round(usd * MICRO));
		const [granted, used, wanted] = (await redis.eval(
			RESERVE,
			keys.length,
			...keys,
			budget,
			day,
			...amounts,
		)) as number[];
		await redis.expire(dayKey + day, KEEP_DAYS * 86_400);
		if (granted) return;
		throw new Fault(
			'budget',
			`this would cost about $${money(wanted!)}, and $${money(used!)} of today's $${budgetUsd} are used or promised`,
			{
				hint: 'Nothing was started and nothing was paid. Raise REELSMITH_BUDGET_USD_A_DAY, ask for less, or run it tomorrow (UTC).',
			},
		);
	}

	/** Books what a job cost: an amount; null = not known, the reserved amount counts. Repeating it changes nothing. */
	const settle = (job: string, usd: number | null) => note(job, usd === null ? -2 : Math.round(usd * MICRO));

	/** Gives a reservation back: nothing was paid. */
	const release = (job: string) => note(job, -1);

	async function note(job: string, micro: number): Promise<void> {
		await redis.eval(SETTLE, 1, entry(job), dayKey, micro);
	}

	/** What was spent and is promised on a day (`YYYY-MM-DD`, UTC; today if left out). */
	async function view(day = today()): Promise<SpendView> {
		const found = await redis.hgetall(dayKey + day);
		const usd = (field: string) => Number(found[field] ?? 0) / MICRO;
		return {
			day,
			rehearsed,
			spentUsd: usd('spent'),
			reservedUsd: usd('reserved'),
			budgetUsd,
			calls: Number(found['calls'] ?? 0),
		};
	}

	return { reserve, settle, release, view };
}

const money = (micro: number) => (micro / MICRO).toFixed(2);
