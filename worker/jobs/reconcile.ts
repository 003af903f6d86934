import type { Redis } from 'ioredis';
import { Fault, toProblem } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Batches } from './batches.ts';
import { KEYS } from './keys.ts';
import type { Queues } from './queues.ts';
import { kindOf } from './registry.ts';
import type { Runner } from './run.ts';
import type { JobRecord, Store } from './store.ts';

/** A job under which the worker died this often is given up: it would take its neighbours along again and again. */
const CRASHES = 10;

type Parts = { redis: Redis; store: Store; queues: Queues; batches: Batches; runner: Runner; log: Log };

/**
 * Puts right what a death in the wrong moment left behind: jobs whose worker is gone, jobs without a ticket,
 * callbacks that were owed and not queued. Run at the start and every few seconds; running it twice changes nothing.
 */
export function makeReconcile({ redis, store, queues, batches, runner, log }: Parts) {
	return async function reconcile(): Promise<void> {
		for (const record of await store.getMany(await store.open())) await mend(record);
		for (const batch of await batches.owed())
			if (!(await queues.has('callback', { id: batch, generation: 1 }))) await batches.announce(batch);
	};

	async function mend(record: JobRecord): Promise<void> {
		const { id, kind } = record.data;
		const { queue } = kindOf(kind);
		if (record.status === 'running') {
			if (await isRun(record)) return;
			const generation = await store.takeOver(id, record.run);
			if (generation === 0) return;
			log.warn({ jobId: id, kind, crashes: record.crashes + 1 }, 'the worker that ran this job is gone');
			if (record.crashes + 1 >= CRASHES) return giveUp(record);
			return queues.add(queue, [{ id, generation }]);
		}
		if (record.cancelling) return runner.finishCancelled(record, null);
		const ticket = { id, generation: record.generation };
		if (!(await queues.has(queue, ticket))) await queues.add(queue, [ticket]);
	}

	/** Whether somebody works on it: its worker lives, and if that is this one, it knows of it. */
	async function isRun({ data, runner: by }: JobRecord): Promise<boolean> {
		if (by === runner.name) return runner.isRunning(data.id);
		return by !== null && (await redis.exists(KEYS.runner(by))) === 1;
	}

	async function giveUp(record: JobRecord): Promise<void> {
		const fault = new Fault('internal', `the worker died ${CRASHES} times while it ran this job`, {
			hint: 'Please report it with the job id. Reelsmith Job → Retry starts it again.',
		});
		await runner.conclude(record, null, 'failed', { problem: toProblem(fault, record.data.id) });
	}
}
