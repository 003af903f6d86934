/** Begins every key of ours in Redis; BullMQ's own begin with `${PREFIX}:queue`. */
export const PREFIX = 'reelsmith';

/** The names of our records in Redis, all in one place. */
export const KEYS = {
	job: (id: string) => `${PREFIX}:job:${id}`,
	/** What a job remembers: step name → result, and `intent:<step>` → when a paid request was about to be sent. */
	steps: (id: string) => `${PREFIX}:job:${id}:steps`,
	/** The batches that a job belongs to: more than one when a later run found it again. */
	batchesOf: (id: string) => `${PREFIX}:job:${id}:batches`,
	batch: (id: string) => `${PREFIX}:batch:${id}`,
	/** Lives while somebody polls the batch. */
	waiter: (batch: string) => `${PREFIX}:batch:${batch}:waiter`,
	grant: (batch: string) => `${PREFIX}:grant:${batch}`,
	idempotency: (hash: string) => `${PREFIX}:idempotency:${hash}`,
	reuse: (hash: string) => `${PREFIX}:reuse:${hash}`,
	/** What each node of an n8n execution did last, by node and run index: the id of its batch, or that it was refused. */
	execution: (hash: string) => `${PREFIX}:execution:${hash}`,
	/** Lives while a worker process lives. */
	runner: (id: string) => `${PREFIX}:runner:${id}`,
	watch: (id: string) => `${PREFIX}:watch:${id}`,
	/** Ids of jobs that have not ended. */
	open: `${PREFIX}:jobs:open`,
	/** All jobs by time of creation. */
	all: `${PREFIX}:jobs:all`,
	/** Batches whose callback is still owed. */
	owed: `${PREFIX}:batches:owed`,
	events: `${PREFIX}:events`,
	/** Publish/subscribe: ids of jobs to be cancelled. */
	cancels: `${PREFIX}:cancels`,
	identity: `${PREFIX}:identity`,
} as const;

/** How long ended jobs and batches are remembered; also how long an idempotency key holds. */
export const RETENTION_SECONDS = 30 * 86_400;
/** Jobs of equal content that are remembered for being found again. */
export const REUSE_KEPT = 20;
/** Events kept for those who come late (`Last-Event-ID`). */
export const EVENTS_KEPT = 10_000;
