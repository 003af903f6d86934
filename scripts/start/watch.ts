import { setTimeout as pause } from 'node:timers/promises';
import { hasEnded, listExecutions, readExecution, type Execution } from '../house/n8n-executions.ts';
import type { Rest } from '../house/n8n-session.ts';
import type { WorkerServer } from '../house/worker-server.ts';
import { bad, good, money, say } from './screen.ts';

const LOOK_EVERY_MS = 700;

/** Progress is told in steps of a quarter, or the screen would run over. */
const PROGRESS_STEPS = 4;

/** What the worker tells about a job; the contract's JobView has more. */
export interface Job {
	id: string;
	kind: string;
	index: number;
	status: string;
	progress: number;
	activity: string;
	result: Record<string, unknown> | null;
	problem: { message: string } | null;
	input: Record<string, unknown>;
	estimateUsd: number;
	costUsd: number | null;
	createdAt: string;
	endedAt: string | null;
	origin: { executionId: string; workflowId: string };
}

/** Waits for the next execution of a workflow that is not among `known`; gives its id. */
export async function nextExecution(
	rest: Rest,
	workflowId: string,
	known: string[],
	signal: AbortSignal,
	timeoutMs: number,
): Promise<string> {
	const end = Date.now() + timeoutMs;
	for (;;) {
		const found = (await listExecutions(rest, workflowId)).find((execution) => !known.includes(execution.id));
		if (found) return found.id;
		if (Date.now() > end) throw new Error('n8n did not find the brief in time');
		await pause(LOOK_EVERY_MS, undefined, { signal });
	}
}

/** Follows an execution to its end and says what happens: nodes of n8n, and every job of the worker's. */
export async function follow(
	rest: Rest,
	worker: WorkerServer,
	id: string,
	signal: AbortSignal,
): Promise<{ execution: Execution; jobs: Job[] }> {
	const told = new Map<string, string>();
	const tell = (key: string, line: string) => {
		if (told.get(key) === line) return;
		told.set(key, line);
		say(line);
	};
	for (;;) {
		const execution = await readExecution(rest, id);
		const jobs = await jobsOf(worker, execution);
		for (const [name, runs] of Object.entries(execution.runs))
			tell(`node ${name}`, nodeLine(name, runs.at(-1)?.executionStatus, itemCount(runs.at(-1))));
		for (const job of jobs) tell(job.id, jobLine(job, jobs));
		if (hasEnded(execution)) return { execution, jobs };
		await pause(LOOK_EVERY_MS, undefined, { signal });
	}
}

/**
 * The jobs of an execution of n8n's, in the order they were made: those it has ordered; and of kinds it has ordered
 * none of, those of an earlier execution that it has found again.
 */
export async function jobsOf(worker: WorkerServer, { id, workflowId, startedAt = '' }: Execution): Promise<Job[]> {
	const { jobs } = await worker.api<{ jobs: Job[] }>('GET', '/v1/jobs?limit=200');
	const own = jobs.filter((job) => job.origin.executionId === id);
	const kinds = new Set(own.map((job) => job.kind));
	const since = (job: Job) =>
		job.origin.workflowId === workflowId && (job.endedAt === null || job.endedAt >= startedAt);
	const found = jobs.filter((job) => !kinds.has(job.kind) && since(job));
	return [...own, ...found].sort((a, b) =>
		a.createdAt === b.createdAt ? a.index - b.index : a.createdAt < b.createdAt ? -1 : 1,
	);
}

/** What a set of jobs cost, or would have cost. */
export const costOf = (jobs: Job[]) => jobs.reduce((sum, job) => sum + (job.costUsd ?? job.estimateUsd), 0);

function nodeLine(name: string, status = 'running', items = 0): string {
	const mark = status === 'success' ? good('✓') : status === 'error' ? bad('✗') : '·';
	return `${mark} ${name}${status === 'success' ? `: ${items} ${items === 1 ? 'item' : 'items'}` : `: ${status}`}`;
}

const itemCount = (run?: { data?: { main: Array<unknown[] | null> } }) => run?.data?.main[0]?.length ?? 0;

function jobLine(job: Job, all: Job[]): string {
	const alike = all.filter((other) => other.kind === job.kind).length;
	const name = alike > 1 ? `${job.kind} ${job.index + 1} of ${alike}` : job.kind;
	if (job.status === 'succeeded')
		return `    ${name}: ${good('done')}${job.costUsd ? `, ${money(job.costUsd)} at Google` : ''}`;
	if (job.problem) return `    ${name}: ${bad(job.status)}: ${job.problem.message}`;
	const percent = (Math.floor(job.progress * PROGRESS_STEPS) / PROGRESS_STEPS) * 100;
	return `    ${name}: ${job.status}${percent ? ` ${percent} %` : ''}${job.activity ? `, ${job.activity}` : ''}`;
}
