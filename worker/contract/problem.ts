import { z } from 'zod';

/**
 * Every way in which something can go wrong, its HTTP status, and whether the worker tries again by
 * itself. This is the one place that says so: `after` obeys the time the other side named, `backoff`
 * waits longer each time, `once` gives an unexpected fault a second chance, `never` needs a person.
 */
export const PROBLEMS = {
	invalid_input: { status: 400, retry: 'never' },
	unauthorized: { status: 401, retry: 'never' },
	budget: { status: 402, retry: 'never' },
	forbidden: { status: 403, retry: 'never' },
	not_found: { status: 404, retry: 'never' },
	conflict: { status: 409, retry: 'never' },
	cancelled: { status: 409, retry: 'never' },
	unknown_outcome: { status: 409, retry: 'never' },
	blocked: { status: 422, retry: 'never' },
	media: { status: 422, retry: 'never' },
	quota: { status: 429, retry: 'after' },
	internal: { status: 500, retry: 'once' },
	unavailable: { status: 503, retry: 'backoff' },
} as const satisfies Record<string, { status: number; retry: 'never' | 'after' | 'backoff' | 'once' }>;

export type ProblemCode = keyof typeof PROBLEMS;
export const ProblemCode = z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]);

/** One field that was refused: where it stands, what was expected, what to do. `job` counts the batch's jobs from 0. */
export const Refusal = z.object({
	job: z.int().nonnegative().optional(),
	field: z.string(),
	message: z.string(),
});
export type Refusal = z.infer<typeof Refusal>;

/** An error as a person reads it (RFC 9457, `application/problem+json`, with fields of our own). */
export const Problem = z.object({
	type: z.string().default('about:blank'),
	title: z.string(),
	status: z.int(),
	code: ProblemCode,
	/** What happened, in one sentence. */
	message: z.string(),
	/** The way out. */
	hint: z.string().optional(),
	jobId: z.string().optional(),
	/** Seconds until another try makes sense. */
	retryAfter: z.number().optional(),
	/** Why a safety filter blocked something, in the filter's words. */
	reasons: z.array(z.string()).optional(),
	refusals: z.array(Refusal).optional(),
});
export type Problem = z.infer<typeof Problem>;
