import { Worker, type Job } from 'bullmq';
import type { QueueName } from '../base/config.ts';
import type { Log } from '../base/log.ts';
import { SECOND } from '../base/time.ts';
import { QUEUE_PREFIX, type Ticket } from './queues.ts';
import { connectionOptions, quietly } from './redis/connect.ts';

/** Redis answers these while it cannot take writes; a worker that goes on asking would do nothing but log errors. */
const REDIS_IN_NEED = /OOM|MISCONF|READONLY|LOADING/;
const BREAK_FOR = 2 * SECOND;

export type Processor = (job: Job<Ticket>, token?: string, signal?: AbortSignal) => Promise<void>;

export type Workers = ReturnType<typeof openWorkers>;

/** BullMQ's workers for the queues that this process serves. */
export function openWorkers(
	options: { url: string; queues: QueueName[]; concurrency: Record<QueueName, number>; log: Log },
	processors: Record<QueueName, Processor>,
) {
	const { url, log } = options;
	const workers = options.queues.map((name) => {
		const act = processors[name];
		// BullMQ hands a signal over only to a function that declares three parameters.
		const worker = new Worker<Ticket>(name, (job, token, signal) => act(job, token, signal), {
			connection: connectionOptions(url, 'work'),
			prefix: QUEUE_PREFIX,
			concurrency: options.concurrency[name],
			lockDuration: 30 * SECOND,
			stalledInterval: 10 * SECOND,
			// Our own record counts crashes; a ticket is never failed for them.
			maxStalledCount: 1000,
		});
		const report = quietly(log, `worker ${name}`);
		worker.on('error', (error) => {
			report(error);
			if (REDIS_IN_NEED.test(error.message)) void rest(worker);
		});
		worker.on('failed', (job, error) =>
			log.error({ queue: name, jobId: job?.data.id, err: error }, 'a ticket failed'),
		);
		worker.on('lockRenewalFailed', (ids: string[]) => log.warn({ queue: name, ids }, 'locks lost'));
		return worker;
	});

	const resting = new Set<Worker<Ticket>>();
	async function rest(worker: Worker<Ticket>): Promise<void> {
		if (resting.has(worker)) return;
		resting.add(worker);
		await worker.pause(true).catch(() => undefined);
		setTimeout(() => {
			resting.delete(worker);
			worker.resume();
		}, BREAK_FOR).unref();
	}

	/** Takes no new work, and ends when nothing runs; with Redis away it may never end. */
	const close = async (): Promise<void> => void (await Promise.allSettled(workers.map((worker) => worker.close())));

	return { close };
}
