import type { Redis } from 'ioredis';
import { Fault } from '../base/errors.ts';
import type { Grant } from '../base/grant.ts';
import { hasEnded } from '../contract/vocabulary.ts';
import type { Ledger } from '../spend/ledger.ts';
import type { Events } from './events.ts';
import type { Grants } from './grants.ts';
import { KEYS } from './keys.ts';
import type { Queues } from './queues.ts';
import { kindOf } from './registry.ts';
import type { Runner } from './run.ts';
import type { JobRecord, Store } from './store.ts';

export type Control = ReturnType<typeof makeControl>;

type Parts = {
	redis: Redis;
	store: Store;
	queues: Queues;
	runner: Runner;
	grants: Grants;
	ledger: Ledger;
	events: Events;
};

/** What a person does to a job that is under way or has ended. */
export function makeControl({ redis, store, queues, runner, grants, ledger, events }: Parts) {
	/** Ends a job: at once where nobody runs it, else by telling whoever does. Cancelling an ended job changes nothing. */
	async function cancel(id: string, owner: string): Promise<JobRecord> {
		const record = await store.get(id, owner);
		if (hasEnded(record.status)) return record;
		await store.askToCancel(id);
		const ticket = { id, generation: record.generation };
		if (record.status === 'running') {
			if (!runner.breakOff(id, 'cancelled')) await redis.publish(KEYS.cancels, id);
		} else {
			await runner.finishCancelled(record, null);
			await queues.remove(kindOf(record.data.kind).queue, ticket);
		}
		return store.get(id, owner);
	}

	/**
	 * Starts a job that ended badly again, from its first step without a result. One whose paid request may have been
	 * accepted is sent again only with `payAgain`; throws `unknown_outcome` otherwise.
	 */
	async function retry(
		id: string,
		owner: string,
		{ grant, payAgain }: { grant: Grant; payAgain: boolean },
	): Promise<JobRecord> {
		const record = await store.get(id, owner);
		const kind = kindOf(record.data.kind);
		const steps = await store.steps(id);
		const open =
			kind.paidStep && steps[`intent:${kind.paidStep}`] !== undefined && steps[kind.paidStep] === undefined;
		if (record.status === 'unknown' && open && !payAgain)
			throw new Fault(
				'unknown_outcome',
				'Google may have accepted this job and may charge for it; sending it again may be paid twice',
				{
					jobId: id,
					hint: 'Turn on Pay Again to send it once more all the same.',
				},
			);
		const paidFor = kind.paidStep !== undefined && steps[kind.paidStep] !== undefined;
		await ledger.reserve([{ id, usd: paidFor ? 0 : record.data.estimateUsd }]);
		const generation = await store
			.reopen(id, { grant: grants.sealed(record.batch, grant), payAgain })
			.catch(async (thrown: unknown) => {
				if (hasEnded(record.status)) await ledger.release(id);
				throw thrown;
			});
		await queues.add(kind.queue, [{ id, generation }]);
		const reopened = await store.get(id, owner);
		await events.tell(reopened);
		return reopened;
	}

	return { cancel, retry };
}
