import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import type { Log } from '../base/log.ts';
import { ending, SECOND, sleep } from '../base/time.ts';
import type { JobEvent } from '../contract/batch.ts';
import { KEYS } from './keys.ts';
import { EVENTS_LIMIT } from './scripts.ts';
import type { JobRecord } from './store.ts';

export type Events = ReturnType<typeof openEvents>;

/**
 * What happens to jobs, as a stream that every process of the worker reads: for live progress and to wake those
 * who wait. The truth is the job's record; a lost event costs a moment, nothing else.
 */
export function openEvents(redis: Redis, reader: Redis, log: Log) {
	const emitter = new EventEmitter().setMaxListeners(0);
	let closed = false;
	let last = '$';

	/** Tells everybody about a job's present state. */
	async function tell({ data, batch, ...job }: JobRecord): Promise<void> {
		const { status, progress, activity, costUsd } = job;
		const event = {
			at: new Date().toISOString(),
			job: data.id,
			batch,
			kind: data.kind,
			index: data.index,
			status,
			progress,
			activity,
			costUsd,
		};
		await redis.xadd(KEYS.events, ...EVENTS_LIMIT, '*', 'event', JSON.stringify({ ...event, owner: data.owner }));
	}

	/** Calls back for each event from now on; the returned function ends it. */
	function listen(heard: (event: JobEvent & { owner: string }) => void): () => void {
		emitter.on('event', heard);
		return () => emitter.off('event', heard);
	}

	/** Events after an id that the listener saw last, oldest first. */
	async function since(id: string): Promise<(JobEvent & { owner: string })[]> {
		return (await redis.xrange(KEYS.events, `(${id}`, '+')).map(parse);
	}

	async function read(): Promise<void> {
		while (!closed) {
			try {
				// A block ends after a while by itself, so that closing never waits long.
				const found = await reader.xread('COUNT', 500, 'BLOCK', 5 * SECOND, 'STREAMS', KEYS.events, last);
				for (const [, entries] of found ?? [])
					for (const entry of entries) {
						last = entry[0];
						emitter.emit('event', parse(entry));
					}
				if (!found && last === '$') last = await newest();
			} catch (error) {
				if (closed) return;
				log.warn({ err: error }, 'events are interrupted');
				await sleep(SECOND);
			}
		}
	}

	async function newest(): Promise<string> {
		const [entry] = await redis.xrevrange(KEYS.events, '+', '-', 'COUNT', 1);
		return entry?.[0] ?? '0';
	}

	const reading = newest()
		.then((id) => (last = id))
		.then(read);

	async function close(): Promise<void> {
		closed = true;
		reader.disconnect();
		// With Redis away the read may never come back.
		await ending(reading, SECOND);
	}

	return { tell, listen, since, close };
}

function parse([id, fields]: [string, string[]]): JobEvent & { owner: string } {
	return { id, ...(JSON.parse(fields[1] ?? '{}') as Omit<JobEvent, 'id'> & { owner: string }) };
}
