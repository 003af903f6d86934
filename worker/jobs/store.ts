import type { Redis } from 'ioredis';
import { Fault } from '../base/errors.ts';
import type { Input, JobView, Origin } from '../contract/job.ts';
import type { Problem } from '../contract/problem.ts';
import { hasEnded, type Kind, type Status } from '../contract/vocabulary.ts';
import { KEYS } from './keys.ts';
import { BEGIN, FINISH, INTEND, REMEMBER, REOPEN, TAKE_OVER, UPDATE } from './scripts.ts';

/** What never changes about a job. */
export type JobData = {
	id: string;
	index: number;
	item: number;
	kind: Kind;
	/** As it was submitted, parsed. */
	input: Input;
	/** What the kind made of it after its own checks: defaults filled in. */
	request: unknown;
	origin: Origin;
	/** Name of the API key it came with: others do not see it. */
	owner: string;
	estimateUsd: number;
	createdAt: string;
};

/** A job's record as it stands. */
export type JobRecord = {
	data: JobData;
	/** The newest batch it belongs to. */
	batch: string;
	/** The batch that tried the same again after this job failed. */
	heir: string | null;
	status: Status;
	progress: number;
	activity: string;
	result: unknown;
	problem: Problem | null;
	costUsd: number | null;
	attempts: number;
	crashes: number;
	run: number;
	generation: number;
	runner: string | null;
	cancelling: boolean;
	collected: boolean;
	startedAt: string | null;
	endedAt: string | null;
};

export type Store = ReturnType<typeof openStore>;

/** Thrown where a run finds that a newer one took its job over: it has to stop and touch nothing. */
export class LostJob extends Error {
	override name = 'LostJob';
}

/** The jobs' records in Redis, and what one run of a job may do to its own. */
export function openStore(redis: Redis) {
	/** The job's record; throws `not_found`. `owner` set: only if it is that API key's. */
	async function get(id: string, owner?: string): Promise<JobRecord> {
		const record = parse(await redis.hgetall(KEYS.job(id)));
		if (!record || (owner !== undefined && record.data.owner !== owner))
			throw new Fault('not_found', `there is no job ${id.slice(0, 80)}`, {
				hint: 'Ended jobs are remembered for 30 days.',
			});
		return record;
	}

	/** Several records at once, in the order of the ids; missing ones are left out. */
	async function getMany(ids: string[]): Promise<JobRecord[]> {
		if (ids.length === 0) return [];
		const pipe = redis.pipeline();
		for (const id of ids) pipe.hgetall(KEYS.job(id));
		const found = (await pipe.exec()) ?? [];
		return found.map(([, hash]) => parse(hash as Record<string, string>)).filter((record) => record !== null);
	}

	/** Starts a run; `word` says whether there is anything to do. */
	async function begin(id: string, generation: number, runner: string) {
		const [word, run] = (await redis.eval(BEGIN, 1, KEYS.job(id), String(generation), runner, now())) as [
			'run' | 'cancel' | 'ended' | 'stale' | 'gone',
			number?,
		];
		return { word, run: run ?? 0 };
	}

	/** The results remembered so far, and which paid requests were about to be sent. */
	const steps = (id: string): Promise<Record<string, string>> => redis.hgetall(KEYS.steps(id));

	async function remember(id: string, run: number, name: string, value: unknown): Promise<void> {
		held(await redis.eval(REMEMBER, 2, KEYS.job(id), KEYS.steps(id), String(run), name, text(value)));
	}

	/** Records the intent to pay; answers false where an intent already stands. On return it is on the disk. */
	async function intend(id: string, run: number, name: string): Promise<boolean> {
		const answer = await redis.eval(INTEND, 2, KEYS.job(id), KEYS.steps(id), String(run), name, now());
		if (answer === 0) throw new LostJob();
		return answer === 1;
	}

	/** Takes an intent back: the other side said clearly that nothing was accepted. */
	const refuse = async (id: string, name: string): Promise<void> =>
		void (await redis.hdel(KEYS.steps(id), `intent:${name}`));

	/** Records what a paid request gave. Not fenced: a name that was paid for is kept whoever learnt it. */
	const paid = async (id: string, name: string, value: unknown): Promise<void> =>
		void (await redis.hset(KEYS.steps(id), name, text(value)));

	async function update(id: string, run: number, fields: Record<string, string>): Promise<void> {
		held(await redis.eval(UPDATE, 1, KEYS.job(id), String(run), ...Object.entries(fields).flat()));
	}

	/** Ends a job, once. `run` null ends one that nobody runs. Returns false where it had ended or was taken over, else the batches done by it. */
	async function finish(
		id: string,
		run: number | null,
		status: Status,
		end: { result?: unknown; problem?: Problem; costUsd?: number | null },
	): Promise<string[] | false> {
		const fields = {
			endedAt: now(),
			activity: ACTIVITIES[status] ?? status,
			...(status === 'succeeded' && { progress: '1' }),
			...(end.result !== undefined && { result: text(end.result) }),
			...(end.problem && { problem: text(end.problem) }),
			...(end.costUsd !== undefined && { costUsd: end.costUsd === null ? '' : String(end.costUsd) }),
		};
		const [ended, ...batches] = (await redis.eval(
			FINISH,
			1,
			KEYS.job(id),
			id,
			run === null ? '' : String(run),
			status,
			...Object.entries(fields).flat(),
		)) as [number, ...string[]];
		return ended === 1 && batches;
	}

	/** Opens an ended job again; returns the generation to queue. Throws `conflict` for one that succeeded or still lives. */
	async function reopen(id: string, { grant, payAgain }: { grant: string; payAgain: boolean }): Promise<number> {
		const generation = Number(await redis.eval(REOPEN, 1, KEYS.job(id), id, grant, payAgain ? '1' : ''));
		if (generation === 0)
			throw new Fault(
				'conflict',
				'only a job that failed, was cancelled or has an unknown outcome can be tried again',
				{ jobId: id },
			);
		return generation;
	}

	/** Frees a job whose worker died; returns the generation to queue, or 0 where it moved on meanwhile. */
	const takeOver = async (id: string, run: number): Promise<number> =>
		Number(await redis.eval(TAKE_OVER, 1, KEYS.job(id), String(run)));

	/** Ids of jobs that have not ended. */
	const open = (): Promise<string[]> => redis.smembers(KEYS.open);

	/** The newest jobs of an owner first. */
	async function list(
		owner: string,
		filter: { status?: Status; kind?: Kind; batch?: string; limit: number },
	): Promise<JobRecord[]> {
		const found: JobRecord[] = [];
		const page = 200;
		for (let from = 0; found.length < filter.limit; from += page) {
			const ids = await redis.zrevrange(KEYS.all, from, from + page - 1);
			if (ids.length === 0) break;
			const records = await getMany(ids);
			// Records expire by themselves; their line in the index goes when it is next seen.
			const alive = new Set(records.map(({ data }) => data.id));
			const gone = ids.filter((id) => !alive.has(id));
			if (gone.length) await redis.zrem(KEYS.all, ...gone);
			found.push(
				...records.filter(
					({ data, status, batch }) =>
						data.owner === owner &&
						(!filter.status || status === filter.status) &&
						(!filter.kind || data.kind === filter.kind) &&
						(!filter.batch || batch === filter.batch),
				),
			);
		}
		return found.slice(0, filter.limit);
	}

	/** Asks for a job's end: remembered with the job, so that no worker misses it. */
	const askToCancel = async (id: string): Promise<void> => void (await redis.hset(KEYS.job(id), 'cancel', '1'));

	return {
		get,
		getMany,
		begin,
		steps,
		remember,
		intend,
		refuse,
		paid,
		update,
		finish,
		reopen,
		takeOver,
		open,
		list,
		askToCancel,
	};
}

/** A record as the outside sees it. */
export function toView({ data, ...record }: JobRecord): JobView {
	const { id, index, kind, input, origin, estimateUsd, createdAt } = data;
	const { batch, status, progress, activity, result, problem, costUsd, attempts, startedAt, endedAt } = record;
	return {
		id,
		batch,
		index,
		kind,
		status,
		progress,
		activity,
		input,
		result: result ?? null,
		problem,
		estimateUsd,
		costUsd,
		attempts,
		createdAt,
		startedAt,
		endedAt,
		origin,
	};
}

const ACTIVITIES: Partial<Record<Status, string>> = {
	succeeded: 'Done',
	failed: 'Failed',
	cancelled: 'Cancelled',
	unknown: 'Outcome unknown',
};

function parse(hash: Record<string, string>): JobRecord | null {
	if (!hash['data']) return null;
	const status = hash['status'] as Status;
	const json = (field: string) => (hash[field] ? (JSON.parse(hash[field]) as unknown) : null);
	return {
		data: JSON.parse(hash['data']) as JobData,
		batch: hash['batch'] ?? '',
		heir: hash['heir'] ?? null,
		status,
		progress: Number(hash['progress'] ?? 0),
		activity: hash['activity'] ?? '',
		result: json('result'),
		problem: json('problem') as Problem | null,
		costUsd: hash['costUsd'] ? Number(hash['costUsd']) : null,
		attempts: Number(hash['attempts'] ?? 0),
		crashes: Number(hash['crashes'] ?? 0),
		run: Number(hash['run'] ?? 0),
		generation: Number(hash['generation'] ?? 0),
		runner: hash['runner'] ?? null,
		cancelling: hash['cancel'] === '1' && !hasEnded(status),
		collected: hash['collected'] === '1',
		startedAt: hash['startedAt'] ?? null,
		endedAt: hash['endedAt'] ?? null,
	};
}

function held(answer: unknown): void {
	if (answer !== 1) throw new LostJob();
}

const now = () => new Date().toISOString();
const text = (value: unknown): string => JSON.stringify(value ?? null);
