import { z } from 'zod';
import { JobView, Origin } from './job.ts';
import { Kind } from './vocabulary.ts';

/**
 * How the sender waits: `poll` asks again and again, `callback` is told, `none` looks later by itself, `handed` has
 * handed the jobs on to a later job that waits for them (a stitch).
 */
export const Waiting = z.enum(['poll', 'callback', 'none', 'handed']);
export type Waiting = z.infer<typeof Waiting>;

/** Several jobs of one kind, submitted at once: one answer, one callback. */
export const SubmitBatch = z
	.object({
		kind: Kind,
		jobs: z
			.array(
				z.object({
					/** Checked against the kind's own schema; see `INPUTS`. */
					input: z.unknown(),
					/** The n8n item it was made from. */
					item: z.int().nonnegative().default(0),
				}),
			)
			.min(1)
			.max(1000),
		wait: Waiting.default('none'),
		callback: z.object({ url: z.url({ protocol: /^https?$/ }) }).optional(),
		origin: Origin.prefault({}),
	})
	.refine((batch) => (batch.wait === 'callback') === (batch.callback !== undefined), {
		message: 'is needed when wait is "callback", and only then',
		path: ['callback'],
	});
export type SubmitBatch = z.infer<typeof SubmitBatch>;

export const BatchView = z.object({
	id: z.string(),
	kind: Kind,
	/** Whether every job has ended. */
	done: z.boolean(),
	jobs: z.array(JobView),
	/** How many of the jobs were found again from an earlier run instead of being started. */
	found: z.int(),
	estimateUsd: z.number(),
	createdAt: z.iso.datetime(),
});
export type BatchView = z.infer<typeof BatchView>;

/** What the worker posts to n8n when a batch has ended: ids alone. The receiver fetches the results itself. */
export const CallbackBody = z.object({
	event: z.literal('batch.done'),
	/** The same for every try of one callback. */
	id: z.string(),
	batch: z.string(),
	sentAt: z.iso.datetime(),
});
export type CallbackBody = z.infer<typeof CallbackBody>;

/**
 * What our node answers to a callback. `accepted` false means a batch it does not wait for; `whole` false that some
 * jobs ended badly, so that a later run may want the others again.
 */
export const CallbackAnswer = z.object({ accepted: z.boolean(), whole: z.boolean().default(true) });

/** A line of `/v1/events`: something changed about a job. */
export const JobEvent = z.object({
	id: z.string(),
	at: z.iso.datetime(),
	job: z.string(),
	batch: z.string(),
	kind: Kind,
	index: z.int(),
	status: z.string(),
	progress: z.number(),
	activity: z.string(),
	costUsd: z.number().nullable(),
});
export type JobEvent = z.infer<typeof JobEvent>;
