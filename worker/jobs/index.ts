import type { Config } from '../base/config.ts';
import { newId } from '../base/hash.ts';
import type { Log } from '../base/log.ts';
import { ending, SECOND, sleep } from '../base/time.ts';
import { openLedger } from '../spend/ledger.ts';
import { openBatches } from './batches.ts';
import { makeCallbacks } from './callback.ts';
import { makeControl } from './control.ts';
import { openEvents } from './events.ts';
import { openGrants } from './grants.ts';
import { KEYS, PREFIX } from './keys.ts';
import type { Tools } from './kind.ts';
import { openQueues } from './queues.ts';
import { makeReconcile } from './reconcile.ts';
import { connect, refuseUnsafeRedis } from './redis/connect.ts';
import { refuseForgetfulRedis } from './redis/identity.ts';
import { makeRunner } from './run.ts';
import { openStore } from './store.ts';
import { openWatches } from './watches.ts';
import { openWorkers } from './workers.ts';

/** A worker is taken for dead when it has not been heard of for this long. */
const RUNNER_DEAD_AFTER = 12 * SECOND;
const HEARTBEAT_EVERY = 3 * SECOND;
const RECONCILE_EVERY = 10 * SECOND;
/** A stop waits this long for runs to give their jobs back; longer than a paid request's answer usually takes. */
const STOP_WITHIN = 25 * SECOND;
const CLOSE_WITHIN = 3 * SECOND;

export type Jobs = Awaited<ReturnType<typeof openJobs>>;

/** Opens everything that keeps and runs jobs. `alone`: this worker owns its Redis, so whoever ran a job before is dead. */
export async function openJobs(
	config: Config,
	{ url, alone, tools, log }: { url: string; alone: boolean; tools: Tools; log: Log },
) {
	const redis = await connect(url, 'submit', log);
	await refuseUnsafeRedis(redis, { accept: config.acceptRedis, log });
	await refuseForgetfulRedis(redis, config.data);
	const reader = await connect(url, 'work', log);
	const subscriber = await connect(url, 'work', log);
	const name = newId('w');
	const store = openStore(redis);
	const events = openEvents(redis, reader, log);
	const grants = openGrants(redis, config.sealKey);
	const queues = openQueues(url, log);
	const ledger = openLedger(redis, {
		prefix: PREFIX,
		budgetUsd: config.budgetUsdADay,
		rehearsed: tools.google.rehearsal,
	});
	const batches = openBatches({ redis, store, events, grants, ledger, queues, tools });
	const runner = makeRunner({ store, events, grants, batches, ledger, tools, log, name });
	const control = makeControl({ redis, store, queues, runner, grants, ledger, events });
	const reconcile = makeReconcile({ redis, store, queues, batches, runner, log });
	const watches = openWatches(redis, tools.google);

	if (alone) await forgetRunners();
	const beat = () => redis.set(KEYS.runner(name), '1', 'PX', RUNNER_DEAD_AFTER);
	await beat();
	await subscriber.subscribe(KEYS.cancels);
	subscriber.on('message', (_channel, id: string) => runner.breakOff(id, 'cancelled'));
	await reconcile();
	const deliver = makeCallbacks({ batches, grants, log });
	const workers = openWorkers(
		{ url, queues: config.queues, concurrency: config.concurrency, log },
		{ google: runner.process, media: runner.process, transfer: runner.process, callback: deliver },
	);
	const rhythm = [every(HEARTBEAT_EVERY, beat), every(RECONCILE_EVERY, reconcile)];

	async function forgetRunners(): Promise<void> {
		const keys = await redis.keys(KEYS.runner('*'));
		if (keys.length) await redis.del(...keys);
	}

	/** Calls again and again until the returned function is called; one at a time; a failure is logged and the next is tried. */
	function every(ms: number, act: () => Promise<unknown>): () => void {
		let timer: NodeJS.Timeout | undefined;
		let stopped = false;
		const next = () => {
			if (!stopped)
				timer = setTimeout(
					() =>
						void act()
							.catch((error: unknown) => log.warn({ err: error }, 'housekeeping failed'))
							.finally(next),
					ms,
				);
		};
		next();
		return () => {
			stopped = true;
			clearTimeout(timer);
		};
	}

	/** Whether Redis answers. */
	const isReady = async (): Promise<boolean> => (await redis.ping().catch(() => '')) === 'PONG';

	/** When nothing runs any more, and a little later: with Redis away BullMQ would wait for ever. */
	async function idle(signal: AbortSignal): Promise<void> {
		for (const end = Date.now() + STOP_WITHIN; runner.count() > 0 && Date.now() < end;) await sleep(50, signal);
		await sleep(CLOSE_WITHIN, signal);
	}

	/** Gives every running job back, takes no new one, and closes. Nothing is lost: whoever starts next goes on. */
	async function close(): Promise<void> {
		rhythm.forEach((stop) => stop());
		const closing = workers.close();
		runner.breakAll('stopping');
		const closed = new AbortController();
		await Promise.race([closing, idle(closed.signal)]);
		closed.abort();
		await redis.del(KEYS.runner(name)).catch(() => 0);
		await events.close();
		await ending(queues.close(), CLOSE_WITHIN);
		for (const client of [subscriber, redis]) client.disconnect();
	}

	return { store, batches, control, events, ledger, watches, queues, running: runner.count, isReady, close };
}
