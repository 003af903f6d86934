import type { Rest } from './n8n-session.ts';
import { until } from './until.ts';

export interface Item {
	json: Record<string, unknown>;
	binary?: Record<string, { fileName?: string; mimeType: string; fileSize?: string; id?: string; data?: string }>;
	pairedItem?: unknown;
	error?: unknown;
}

/** One run of one node. `data.main` holds the outputs, each a list of items or null. */
export interface NodeRun {
	startTime: number;
	executionTime: number;
	executionStatus?: string;
	error?: { message: string; description?: string; [more: string]: unknown };
	data?: { main: Array<Item[] | null> };
	[more: string]: unknown;
}

export interface ExecutionSummary {
	id: string;
	workflowId: string;
	/** new, running, waiting, or an end: success, error, canceled, crashed. */
	status: string;
	mode: string;
	startedAt?: string;
	stoppedAt?: string;
	retryOf?: string | null;
	retrySuccessId?: string | null;
}

export interface Execution extends ExecutionSummary {
	/** Runs of each node by its name, in the order they happened. */
	runs: Record<string, NodeRun[]>;
	error?: { message: string; description?: string; [more: string]: unknown };
	lastNode?: string;
	waitTill?: string | null;
	/** Everything n8n stored, unpacked. */
	data: Record<string, unknown>;
}

const OPEN = ['new', 'running', 'waiting', 'unknown'];

/** Whether an execution has come to an end, good or bad. */
export const hasEnded = (execution: { status: string }) => !OPEN.includes(execution.status);

/** One execution with all its data. */
export async function readExecution(rest: Rest, id: string): Promise<Execution> {
	const raw = await rest<ExecutionSummary & { data?: string; waitTill?: string | null }>(
		'GET',
		`/rest/executions/${id}`,
	);
	const data = (raw.data ? unflatten(raw.data) : {}) as { resultData?: Result };
	const result = data.resultData ?? {};
	return {
		...raw,
		id: String(raw.id),
		data,
		runs: result.runData ?? {},
		error: result.error,
		lastNode: result.lastNodeExecuted,
	};
}

interface Result {
	runData?: Record<string, NodeRun[]>;
	error?: Execution['error'];
	lastNodeExecuted?: string;
}

/** The newest executions of a workflow, newest first, without their data. */
export async function listExecutions(rest: Rest, workflowId: string, limit = 50): Promise<ExecutionSummary[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const answer = await rest<{ results: ExecutionSummary[] }>(
		'GET',
		`/rest/executions?filter=${filter}&limit=${limit}`,
	);
	return answer.results.map((result) => ({ ...result, id: String(result.id) }));
}

/** Waits until `is` holds for the execution (until it has ended, unless told); gives it with its data. */
export async function waitForExecution(
	rest: Rest,
	id: string,
	is: (execution: Execution) => boolean = hasEnded,
	timeoutMs = 120_000,
): Promise<Execution> {
	let last: Execution | undefined;
	const check = async () => {
		last = await readExecution(rest, id);
		return is(last) ? last : undefined;
	};
	try {
		return await until(check, { what: `execution ${id}`, timeoutMs, everyMs: 300 });
	} catch (error) {
		throw new Error(`execution ${id} stands at ${describe(last)}`, { cause: error });
	}
}

/** Stops an execution as the editor's button does. */
export async function stopExecution(rest: Rest, id: string): Promise<void> {
	await rest('POST', `/rest/executions/${id}/stop`);
}

/**
 * Runs a failed or crashed execution again from the node it ended in, as the execution list's "Retry" does.
 * `newWorkflow` takes the workflow as it is stored now. n8n answers only when the new execution has ended.
 */
export async function retryExecution(
	rest: Rest,
	id: string,
	newWorkflow = false,
): Promise<{ id: string; status: string }> {
	const answer = await rest<{ id: string; status: string }>('POST', `/rest/executions/${id}/retry`, {
		loadWorkflow: newWorkflow,
	});
	return { ...answer, id: String(answer.id) };
}

/** All items of a node's newest run at one of its outputs. */
export function itemsOf(execution: Execution, node: string, output = 0): Item[] {
	return execution.runs[node]?.at(-1)?.data?.main[output] ?? [];
}

function describe(execution?: Execution): string {
	if (!execution) return 'nothing that could be read';
	const nodes = Object.entries(execution.runs).map(
		([name, runs]) => `${name}: ${runs.map((run) => run.executionStatus).join(', ')}`,
	);
	return `${execution.status} (${nodes.join('; ') || 'no node has run'})${execution.error ? `: ${execution.error.message}` : ''}`;
}

/**
 * n8n stores an execution as one list of values in which text inside a container is the place of the value in the
 * list, so that one value can stand in many places (format "flatted", https://github.com/WebReflection/flatted).
 */
function unflatten(text: string): unknown {
	const list = JSON.parse(text) as unknown[];
	const done = new Map<number, unknown>();
	const value = (place: number): unknown => {
		if (done.has(place)) return done.get(place);
		const found = list[place];
		if (found === null || typeof found !== 'object') return found;
		const target: Record<string, unknown> | unknown[] = Array.isArray(found) ? [] : {};
		done.set(place, target);
		for (const [key, inner] of Object.entries(found))
			Object.assign(target, { [key]: typeof inner === 'string' ? value(Number(inner)) : inner });
		return target;
	};
	return value(0);
}
