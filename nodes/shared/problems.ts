import type { INode, JsonObject } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { JobView } from '../../worker/contract/job.ts';
import type { Problem, ProblemCode, Refusal } from '../../worker/contract/problem.ts';
import type { Kind } from '../../worker/contract/vocabulary.ts';

/** Field of the contract → what the node calls it. `timeline.clips.*.asset` stands for every clip. */
export type Labels = Record<string, string>;

type Failure = NonNullable<ConstructorParameters<typeof NodeOperationError>[2]>['failure'];

/** A problem of the worker as n8n shows it: what happened as the message, the way out as the description. */
export function workerProblem(node: INode, problem: Problem, at: { item?: number; shot?: number } = {}): NodeApiError {
	const plain: JsonObject = { message: problem.message, httpCode: String(problem.status), code: problem.code };
	return new NodeApiError(node, plain, {
		message: `${sentence(problem.message)}${place(at.item)}`,
		description: wayOut(problem),
		httpCode: String(problem.status),
		itemIndex: at.item,
		failure: failureOf(problem),
	});
}

/** Inputs that the worker refused before anything was started, each by the name its field has in the node. */
export function refusalProblem(
	node: INode,
	problem: Problem,
	labels: Labels,
	itemOf: (refusal: Partial<Refusal>) => number,
): NodeOperationError {
	const told = (problem.refusals ?? []).map((refusal) => refusalText(refusal, labels, itemOf(refusal)));
	return new NodeOperationError(node, told[0] ?? sentence(problem.message), {
		description: [...told.slice(1), problem.hint, 'Nothing was started and nothing was paid.']
			.filter(Boolean)
			.join('\n'),
		itemIndex: itemOf(problem.refusals?.[0] ?? {}),
		failure: { cause: 'configuration-invalid' },
	});
}

/** One refused field in words: its display name, what was expected, and the item. */
export function refusalText(refusal: Refusal, labels: Labels, item: number): string {
	return `${fieldName(refusal.field, labels)}: ${refusal.message}${place(item)}`;
}

/** Why a job did not succeed, in one sentence that names the shot. */
export function jobFault(job: JobView): string {
	const shot = shotOf(job);
	const subject = shot ? `Shot ${shot}` : `The ${NOUNS[job.kind] ?? job.kind}`;
	const reasons = job.problem?.reasons?.length ? ` (${job.problem.reasons.join(', ')})` : '';
	return `${subject}: ${job.problem?.message ?? `was ${job.status}`}${reasons}`;
}

/** What the work of a kind is called where its own name is none. */
const NOUNS: Partial<Record<Kind, string>> = { inspect: 'inspection' };

/** The way out of a problem, with its reasons and the job to look up. */
export function wayOut(problem: Problem | null, job?: string): string {
	const unknown =
		'Look at the job with Reelsmith Job → Get; Retry with Pay Again starts it anew at the risk of a second charge.';
	return [
		problem?.hint,
		problem?.code === 'unknown_outcome' ? unknown : undefined,
		problem?.retryAfter ? `Try again in ${Math.ceil(problem.retryAfter)} seconds.` : undefined,
		(job ?? problem?.jobId) ? `Job: ${job ?? problem?.jobId}` : undefined,
	]
		.filter(Boolean)
		.join('\n');
}

/** n8n's own declaration of a cause, by which it paces polling (kept as plain data, harmless on older hosts). */
export function failureOf(problem: Problem | null): Failure {
	if (!problem) return undefined;
	const cause = CAUSES[problem.code];
	if (cause === 'rate-limited' || cause === 'quota-exhausted' || cause === 'temporarily-unavailable')
		return { cause, ...(problem.retryAfter ? { retryAfterMs: problem.retryAfter * 1000 } : {}) };
	return cause ? { cause } : undefined;
}

type Cause = NonNullable<Failure>['cause'];

const CAUSES: Partial<Record<ProblemCode, Cause>> = {
	invalid_input: 'configuration-invalid',
	not_found: 'configuration-invalid',
	unauthorized: 'credential-invalid',
	forbidden: 'credential-invalid',
	budget: 'quota-exhausted',
	quota: 'rate-limited',
	unavailable: 'temporarily-unavailable',
};

/** Where a message belongs, as n8n writes it; items count from 0. */
export function place(item?: number): string {
	return item === undefined ? '' : ` [Item ${item}]`;
}

/** The first letter large, as a message begins. */
export function sentence(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}

function fieldName(field: string, labels: Labels): string {
	const pattern = field.replace(/(^|\.)\d+(?=\.|$)/g, '$1*');
	return labels[field] ?? labels[pattern] ?? labels[field.split('.')[0] ?? ''] ?? field;
}

function shotOf(job: JobView): number | undefined {
	const { shot } = (job.input ?? {}) as { shot?: number };
	return typeof shot === 'number' ? shot : undefined;
}
