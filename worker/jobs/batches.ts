import type { Redis } from 'ioredis';
import { Fault } from '../base/errors.ts';
import type { Grant } from '../base/grant.ts';
import { canonical, newId, sha256 } from '../base/hash.ts';
import { SECOND } from '../base/time.ts';
import type { BatchView, SubmitBatch, Waiting } from '../contract/batch.ts';
import { INPUTS, type Input, type Origin } from '../contract/job.ts';
import type { Refusal } from '../contract/problem.ts';
import { hasEnded, type Kind } from '../contract/vocabulary.ts';
import type { Ledger } from '../spend/ledger.ts';
import type { Events } from './events.ts';
import type { Grants } from './grants.ts';
import { KEYS, RETENTION_SECONDS } from './keys.ts';
import type { Tools } from './kind.ts';
import type { Queues } from './queues.ts';
import { kindOf } from './registry.ts';
import { COLLECT, CREATE } from './scripts.ts';
import { toView, type JobData, type JobRecord, type Store } from './store.ts';

/** How long after its last look a poller still counts as waiting: a slow network and a pause between two looks. */
const PATIENCE = 10 * SECOND;

export type BatchData = {
	id: string;
	kind: Kind;
	jobs: string[];
	wait: Waiting;
	/** Sealed: a resume URL carries its token. */
	callback: string;
	origin: Origin;
	owner: string;
	found: number;
	createdAt: string;
};

export type Batches = ReturnType<typeof openBatches>;

type Parts = {
	redis: Redis;
	store: Store;
	events: Events;
	grants: Grants;
	ledger: Ledger;
	queues: Queues;
	tools: Tools;
};

/** Batches: taken in, found again, looked at, handed over. */
export function openBatches({ redis, store, events, grants, ledger, queues, tools }: Parts) {
	/**
	 * Takes a batch: everything is checked before anything starts. Jobs of an earlier run with the same workflow, node,
	 * run index, item and content are found again instead of started, when nobody waits for them and nobody made anything
	 * of them.
	 * Throws `invalid_input` with every refusal, `unauthorized` for a missing identity, `budget`, `conflict`.
	 */
	async function submit(batch: SubmitBatch, from: Sender): Promise<BatchView> {
		// Looked up first, so that a request sent twice asks for no second place in the budget.
		const known = await heldBy(batch, from);
		if (known) return view(known, from.owner);
		const now = Date.now();
		const id = newId('b');
		const execution = batch.wait === 'none' ? '' : executionKey(from.owner, batch.origin);
		const jobs = await admit().catch(async (thrown: unknown) => {
			await noteUnfinished(batch.origin, from.owner);
			throw thrown;
		});
		const data: BatchData = {
			id,
			kind: batch.kind,
			jobs: jobs.map((job) => job.id),
			wait: batch.wait,
			callback: batch.callback ? grants.sealText(id, batch.callback.url) : '',
			origin: batch.origin,
			owner: from.owner,
			found: jobs.filter(({ adopted }) => adopted).length,
			createdAt: new Date(now).toISOString(),
		};
		const request = {
			idempotency: idempotencyOf(from),
			bodyHash: bodyHashOf(batch),
			grant: grants.sealed(id, from.grant),
			execution,
			place: placeOf(batch.origin),
			batch: { id, data: JSON.stringify(data), wait: batch.wait },
			jobs: jobs.map((job) => ({
				id: job.id,
				adopted: job.adopted,
				reuse: job.reuse,
				data: job.adopted ? '' : JSON.stringify(job.data),
			})),
			patience: PATIENCE,
			now,
		};
		const [holder, word] = (await redis.eval(CREATE, 0, JSON.stringify(request))) as [
			string,
			'new' | 'same' | 'other',
		];
		if (word !== 'new') {
			for (const job of jobs) if (!job.adopted) await ledger.release(job.id);
			if (word === 'same') return view(holder, from.owner);
			throw usedUp();
		}
		const tickets = jobs.filter(({ adopted }) => !adopted).map((job) => ({ id: job.id, generation: 1 }));
		await queues.add(kindOf(batch.kind).queue, tickets);
		if (await isDone(id)) await announce(id);
		return view(id, from.owner);

		async function admit() {
			const checked = check(batch.kind, batch.jobs, tools);
			const missing = checked
				.map(({ input }) => kindOf(batch.kind).missing(input, from.grant, tools))
				.find((fault) => fault !== null);
			if (missing) throw missing;
			const ready = await Promise.all(checked.map(prepare));
			await ledger.reserve(
				ready.filter(({ adopted }) => !adopted).map(({ id, data }) => ({ id, usd: data.estimateUsd })),
			);
			return ready;
		}

		async function prepare(job: Ready, index: number) {
			const content = canonical({ kind: batch.kind, input: job.input });
			const { workflowId, nodeId, runIndex } = batch.origin;
			// Without a node there is nothing to find again by; a batch that nobody waits for is looked up by id.
			const findable = nodeId !== '' && batch.wait !== 'none';
			const reuse = findable
				? KEYS.reuse(sha256(canonical([from.owner, workflowId, nodeId, runIndex, job.item, content])))
				: '';
			const earlier = findable ? await findAgain(reuse, batch.origin) : null;
			const data: JobData = {
				id: earlier?.data.id ?? newId('j'),
				index,
				item: job.item,
				kind: batch.kind,
				input: job.input,
				request: job.request,
				origin: batch.origin,
				owner: from.owner,
				estimateUsd: job.estimateUsd,
				createdAt: new Date(now).toISOString(),
			};
			return { id: data.id, adopted: earlier !== null, reuse, data: earlier?.data ?? data };
		}
	}

	/** The batch that this very request made before, or null; throws `conflict` for a key that stands for other content. */
	async function heldBy(batch: SubmitBatch, from: Sender): Promise<string | null> {
		const key = idempotencyOf(from);
		const [holder, bodyHash] = key ? await redis.hmget(key, 'batch', 'bodyHash') : [];
		if (holder && bodyHash !== bodyHashOf(batch)) throw usedUp();
		return holder ?? null;
	}

	/** The newest job that an earlier run of the same item left behind, or null. */
	async function findAgain(reuse: string, origin: Origin): Promise<JobRecord | null> {
		for (const record of await store.getMany(await redis.lrange(reuse, 0, -1)))
			if (await isLeftBehind(record, origin)) return record;
		return null;
	}

	async function isLeftBehind(record: JobRecord, origin: Origin): Promise<boolean> {
		if (record.status === 'failed' || record.status === 'cancelled' || record.cancelling) return false;
		const before = await read(record.batch);
		if (!before) return !record.collected;
		if (record.collected && !(await wasLeftUnfinished(before.data))) return false;
		// The same node of the same execution asks again (Retry On Fail): whoever waited there has given up.
		const same = origin.executionId !== '' && before.data.origin.executionId === origin.executionId;
		return same || !(await isAwaited(before));
	}

	/** Notes that a node of ours stopped its execution before it had a batch: nothing will come of what went before. */
	async function noteUnfinished(origin: Origin, owner: string): Promise<void> {
		const execution = executionKey(owner, origin);
		if (execution)
			await redis.multi().hsetnx(execution, placeOf(origin), REFUSED).expire(execution, RETENTION_SECONDS).exec();
	}

	/**
	 * Whether the execution that has a job's results broke off at a later node of ours: it was refused there, or a batch
	 * was given up. Then nothing came of what it collected, and the next run gets it instead of paying again.
	 */
	async function wasLeftUnfinished({ owner, origin }: BatchData): Promise<boolean> {
		const places = await redis.hgetall(executionKey(owner, origin));
		for (const id of Object.values(places)) if (id === REFUSED || (await isLeft(id))) return true;
		return false;
	}

	/** Whether a batch was given up. What a later batch took over, or tried again, counts as that one does. */
	async function isLeft(id: string): Promise<boolean> {
		const batch = await read(id);
		if (!batch || batch.collected || (await isAwaited(batch))) return false;
		const successors = (await store.getMany(batch.data.jobs)).map((job) => job.heir ?? job.batch);
		for (const next of new Set(successors)) {
			const found = await read(next);
			if (found && !found.collected && !(await isAwaited(found))) return true;
		}
		return false;
	}

	const isAwaited = async ({ data, parked }: { data: BatchData; parked: boolean }): Promise<boolean> =>
		parked || (await redis.exists(KEYS.waiter(data.id))) === 1;

	/** The batch as it stands; throws `not_found`. */
	async function view(id: string, owner: string): Promise<BatchView> {
		const { data } = await own(id, owner);
		const jobs = (await store.getMany(data.jobs)).map(toView).map((job, index) => ({ ...job, index }));
		return {
			id,
			kind: data.kind,
			done: jobs.every(({ status }) => hasEnded(status)),
			jobs,
			found: data.found,
			estimateUsd: jobs.reduce((sum, job) => sum + job.estimateUsd, 0),
			createdAt: data.createdAt,
		};
	}

	/** The batch once it is done or has moved, at the latest after `seconds`. The caller counts as waiting until `gone` aborts. */
	async function wait(id: string, owner: string, seconds: number, gone: AbortSignal): Promise<BatchView> {
		const { data } = await own(id, owner);
		const until = Date.now() + seconds * SECOND;
		if (data.wait === 'poll') await redis.set(KEYS.waiter(id), 'polling', 'PX', seconds * SECOND + PATIENCE);
		const first = await view(id, owner);
		const mine = new Set(data.jobs);
		if (!first.done && seconds > 0) await nextChange(mine, until, gone);
		if (data.wait === 'poll') {
			// A broken connection is the end of waiting; an answered one is, unless the next look comes soon.
			if (gone.aborted) await redis.del(KEYS.waiter(id));
			else await redis.set(KEYS.waiter(id), 'between', 'PX', PATIENCE);
		}
		return view(id, owner);
	}

	function nextChange(mine: Set<string>, until: number, gone: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			const finish = () => {
				clearTimeout(timer);
				stop();
				gone.removeEventListener('abort', finish);
				resolve();
			};
			const timer = setTimeout(finish, Math.max(until - Date.now(), 0));
			// Only ends wake the caller: a look for each percent would cost more than it tells.
			const stop = events.listen((event) => {
				if (mine.has(event.job) && hasEnded(event.status as never)) finish();
			});
			gone.addEventListener('abort', finish, { once: true });
		});
	}

	/** Notes that the sender has the results: from now on the same content is a new job. */
	async function collect(id: string, owner: string): Promise<void> {
		const { data } = await own(id, owner);
		await redis.eval(COLLECT, 1, KEYS.batch(id), ...data.jobs);
	}

	/** Nobody waits for a batch any more; its results stay to be found again. */
	async function abandon(id: string): Promise<void> {
		await redis.multi().hset(KEYS.batch(id), 'parked', '').del(KEYS.waiter(id)).exec();
	}

	/** Queues the callback of a batch that is done, if one is owed. */
	async function announce(id: string): Promise<void> {
		if (await redis.sismember(KEYS.owed, id)) await queues.add('callback', [{ id, generation: 1 }]);
	}

	/** The callback is delivered or given up. */
	const settled = async (id: string): Promise<void> => void (await redis.srem(KEYS.owed, id));
	const owed = (): Promise<string[]> => redis.smembers(KEYS.owed);
	const isDone = async (id: string): Promise<boolean> => Number(await redis.hget(KEYS.batch(id), 'open')) <= 0;

	async function read(id: string): Promise<{ data: BatchData; parked: boolean; collected: boolean } | null> {
		const [data, parked, collected] = await redis.hmget(KEYS.batch(id), 'data', 'parked', 'collected');
		return data
			? { data: JSON.parse(data) as BatchData, parked: parked === '1', collected: collected === '1' }
			: null;
	}

	async function own(id: string, owner: string) {
		const found = await read(id);
		if (!found || found.data.owner !== owner)
			throw new Fault('not_found', `there is no batch ${id.slice(0, 80)}`, {
				hint: 'Batches are remembered for 30 days.',
			});
		return found;
	}

	return { submit, view, wait, collect, abandon, noteUnfinished, announce, settled, owed, read, own };
}

/** Stands in a batch's place where a node was refused before it had one. */
const REFUSED = 'refused';

/** A node's place in its execution. */
const placeOf = ({ nodeId, runIndex }: Origin): string => `${nodeId}:${runIndex}`;

/** The key of an execution's record; empty text where the batch comes from no execution. */
const executionKey = (owner: string, { workflowId, executionId }: Origin): string =>
	executionId === '' ? '' : KEYS.execution(sha256(canonical([owner, workflowId, executionId])));

const idempotencyOf = ({ owner, idempotencyKey }: Sender): string =>
	idempotencyKey ? KEYS.idempotency(sha256(`${owner}:${idempotencyKey}`)) : '';

const bodyHashOf = ({ kind, jobs, origin }: SubmitBatch): string => sha256(canonical({ kind, jobs, origin }));

const usedUp = () =>
	new Fault('conflict', 'this idempotency key was used for another batch', {
		hint: 'Use a fresh key for other content.',
	});

/** Who submits: the name of the API key, the identity that comes along, and the key that makes the request one. */
type Sender = { owner: string; grant: Grant; idempotencyKey: string | undefined };

type Ready = { input: Input; item: number; request: unknown; estimateUsd: number; basis: string };

/** Every job of a batch against its kind's schema and rules; throws `invalid_input` with all refusals at once. */
export function check(kind: Kind, jobs: { input: unknown; item?: number }[], tools: Tools): Ready[] {
	const refusals: Refusal[] = [];
	const ready = jobs.flatMap(({ input, item }, job): Ready[] => {
		const parsed = INPUTS[kind].safeParse(input);
		if (!parsed.success) {
			refusals.push(
				...parsed.error.issues.map(({ path, message }) => ({ job, field: path.join('.') || 'input', message })),
			);
			return [];
		}
		const checked = kindOf(kind).check(parsed.data as never, tools);
		if ('refusals' in checked) {
			refusals.push(...checked.refusals.map((refusal) => ({ ...refusal, job })));
			return [];
		}
		return [{ input: parsed.data, item: item ?? job, ...checked }];
	});
	if (refusals.length === 0) return ready;
	const [first] = refusals;
	throw new Fault('invalid_input', `job ${(first?.job ?? 0) + 1}, ${first?.field}: ${first?.message}`, {
		hint: 'Nothing was started and nothing was paid.',
		refusals,
	});
}
