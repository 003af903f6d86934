import { PROBLEMS, type Problem, type ProblemCode, type Refusal } from '../contract/problem.ts';

type Facts = {
	/** The way out, for the person who reads it. */
	hint?: string;
	jobId?: string;
	/** Seconds until another try makes sense. */
	retryAfter?: number;
	/** A safety filter's words. */
	reasons?: string[];
	refusals?: Refusal[];
	cause?: unknown;
};

/**
 * The one error class. It is made at the borders (google/, media/, http/) out of whatever the outside
 * said, and passes untouched above them. Messages never hold a secret.
 */
export class Fault extends Error {
	readonly code: ProblemCode;
	readonly hint?: string;
	readonly jobId?: string;
	readonly retryAfter?: number;
	readonly reasons?: string[];
	readonly refusals?: Refusal[];

	constructor(code: ProblemCode, message: string, { cause, ...facts }: Facts = {}) {
		super(message, { cause });
		this.name = 'Fault';
		this.code = code;
		Object.assign(this, facts);
	}
}

/** Any thrown value as a Fault: a Fault stays itself, everything else is our own bug, `internal`. */
export function asFault(thrown: unknown): Fault {
	if (thrown instanceof Fault) return thrown;
	const message = thrown instanceof Error ? thrown.message : String(thrown);
	return new Fault('internal', message || 'something unexpected happened', {
		hint: 'This is a fault of Reelsmith. Please report it with the job id.',
		cause: thrown,
	});
}

/** A Fault as the problem+json body that HTTP answers and job records carry. */
export function toProblem(fault: Fault, jobId = fault.jobId): Problem {
	const { code, message, hint, retryAfter, reasons, refusals } = fault;
	return {
		type: 'about:blank',
		title: code.replaceAll('_', ' '),
		status: PROBLEMS[code].status,
		code,
		message,
		...(hint !== undefined && { hint }),
		...(jobId !== undefined && { jobId }),
		...(retryAfter !== undefined && { retryAfter }),
		...(reasons !== undefined && { reasons }),
		...(refusals !== undefined && { refusals }),
	};
}
