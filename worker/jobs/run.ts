import { DelayedError, type Job } from 'bullmq';
import { asFault, Fault, toProblem } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { SECOND } from '../base/time.ts';
import { RESULTS } from '../contract/job.ts';
import type { Ledger } from '../spend/ledger.ts';
import type { Batches } from './batches.ts';
import { Later, makeContext } from './context.ts';
import type { Events } from './events.ts';
import type { Grants } from './grants.ts';
import type { Tools } from './kind.ts';
import type { Ticket } from './queues.ts';
import { kindOf } from './registry.ts';
import { retryIn } from './retry.ts';
import { LostJob, type JobRecord, type Store } from './store.ts';

/** Why a run is broken off. */
export type Break = 'cancelled' | 'stopping' | 'lost';

/** Google has this long to answer a request to stop. */
const CANCEL_SECONDS = 10;

export type Runner = ReturnType<typeof makeRunner>;

type Parts = {
	store: Store;
	events: Events;
	grants: Grants;
	batches: Batches;
	ledger: Ledger;
	tools: Tools;
	log: Log;
	name: string;
};

/** Runs jobs: what BullMQ calls for each ticket, and what breaks a run off. */
export function makeRunner({ store, events, grants, batches, ledger, tools, log, name }: Parts) {
	const running = new Map<string, AbortController>();

	/** One run of one job: to its end, to its next wait, or given back. */
	async function process(job: Job<Ticket>, token?: string): Promise<void> {
		const { id } = job.data;
		const abort = new AbortController();
		running.set(id, abort);
		try {
			await runOnce(job, token, abort);
		} finally {
			if (running.get(id) === abort) running.delete(id);
		}
	}

	async function runOnce(job: Job<Ticket>, token: string | undefined, abort: AbortController): Promise<void> {
		const { id, generation } = job.data;
		const { word, run } = await store.begin(id, generation, name);
		if (word === 'gone' || word === 'ended' || word === 'stale') return;
		const record = await store.get(id);
		const { data } = record;
		if (word === 'cancel') return finishCancelled(record, run);
		const line = log.child({
			jobId: id,
			kind: data.kind,
			batch: record.batch,
			n8nExecutionId: data.origin.executionId,
		});
		const changed = () => tellLater(id);
		try {
			changed();
			const grant = await grants.of(record.batch);
			const { context, end } = await makeContext(
				{ id, owner: data.owner, run, grant, signal: abort.signal, log: line, changed },
				{ store, assets: tools.assets, collect: batches.collect },
			);
			try {
				const { result, costUsd } = await kindOf(data.kind).run(data.input, context, tools, data.request);
				await end();
				await ledger.settle(id, costUsd);
				await conclude(record, run, 'succeeded', { result: RESULTS[data.kind].parse(result), costUsd });
				line.info({ seconds: since(record) }, 'job succeeded');
			} finally {
				await end();
			}
		} catch (thrown) {
			await broken(thrown, record, run, abort.signal, line, (seconds) =>
				job.moveToDelayed(Date.now() + seconds * SECOND, token),
			);
		}
	}

	/** Tells of a job's present state without waiting for it: a lost event costs nothing but a moment. */
	const tellLater = (id: string): void =>
		void store
			.get(id)
			.then(events.tell)
			.catch(() => undefined);

	/** What to do about a run that did not come to its end: wait, give back, try again, or fail. */
	async function broken(
		thrown: unknown,
		record: JobRecord,
		run: number,
		signal: AbortSignal,
		line: Log,
		delay: (seconds: number) => Promise<void>,
	): Promise<void> {
		const { id } = record.data;
		if (thrown instanceof LostJob || signal.reason === 'lost') return line.warn('another worker took the job over');
		if (signal.reason === 'cancelled') return finishCancelled(record, run);
		const pause = async (seconds: number, fields: Record<string, string>) => {
			await store.update(id, run, fields);
			tellLater(id);
			await delay(seconds);
			throw new DelayedError();
		};
		if (thrown instanceof Later) return pause(thrown.seconds, { status: 'waiting', activity: thrown.activity });
		if (signal.reason === 'stopping')
			return pause(0, { status: 'queued', activity: 'Waiting for the worker to start again' });
		const fault = asFault(thrown);
		const failed = (await store.get(id)).attempts + 1;
		const again = retryIn(fault, failed);
		if (again !== null) {
			line.warn({ err: fault, again }, 'a step failed and is tried again');
			const at = new Date(Date.now() + again * SECOND).toISOString().slice(11, 19);
			return pause(again, {
				status: 'waiting',
				attempts: String(failed),
				activity: `${fault.message}. Trying again at ${at} UTC`,
			});
		}
		line.error({ err: fault }, 'job failed');
		await book(id, record);
		await conclude(
			record,
			run,
			fault.code === 'unknown_outcome' ? 'unknown' : fault.code === 'cancelled' ? 'cancelled' : 'failed',
			{
				problem: toProblem(fault, id),
			},
		);
	}

	async function finishCancelled(record: JobRecord, run: number | null): Promise<void> {
		const { id, kind } = record.data;
		const steps = await store.steps(id);
		const grant = await grants.of(record.batch);
		await kindOf(kind)
			.cancel?.(steps, grant, tools, AbortSignal.timeout(CANCEL_SECONDS * SECOND))
			.catch((error: unknown) => log.warn({ jobId: id, err: error }, 'Google was not told of the cancel'));
		await book(id, record);
		const fault = new Fault('cancelled', 'the job was cancelled', {
			hint: steps['start'] ? 'Google had started on it and may charge for it.' : 'Nothing was paid.',
		});
		await conclude(record, run, 'cancelled', { problem: toProblem(fault, id) });
	}

	/** Books a job that did not succeed: what was accepted counts as spent, since nobody can say that it was not. */
	async function book(id: string, { data }: JobRecord): Promise<void> {
		const step = kindOf(data.kind).paidStep;
		const steps = await store.steps(id);
		const accepted = step !== undefined && (steps[step] !== undefined || steps[`intent:${step}`] !== undefined);
		await (accepted ? ledger.settle(id, null) : ledger.release(id));
	}

	async function conclude(
		record: JobRecord,
		run: number | null,
		status: 'succeeded' | 'failed' | 'cancelled' | 'unknown',
		end: Parameters<Store['finish']>[3],
	): Promise<void> {
		const done = await store.finish(record.data.id, run, status, end);
		if (done === false) return;
		await events.tell(await store.get(record.data.id));
		for (const batch of done) await batches.announce(batch);
	}

	/** Breaks off a job that runs in this process; false where it does not run here. */
	function breakOff(id: string, why: Break): boolean {
		const abort = running.get(id);
		abort?.abort(why);
		return abort !== undefined;
	}

	/** Breaks off everything that runs in this process. */
	const breakAll = (why: Break): void => running.forEach((abort) => abort.abort(why));

	return {
		name,
		process,
		breakOff,
		breakAll,
		finishCancelled,
		conclude,
		isRunning: (id: string) => running.has(id),
		count: () => running.size,
	};
}

const since = ({ data }: JobRecord) => Math.round((Date.now() - Date.parse(data.createdAt)) / SECOND);
