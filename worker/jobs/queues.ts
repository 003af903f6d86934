import { Queue } from 'bullmq';
import { QUEUE_NAMES, type QueueName } from '../base/config.ts';
import type { Log } from '../base/log.ts';
import { PREFIX } from './keys.ts';
import { connectionOptions, quietly } from './redis/connect.ts';

/** What BullMQ carries: an id. Everything else stands in our own record. */
export type Ticket = { id: string; generation: number };

export type Queues = ReturnType<typeof openQueues>;

export const QUEUE_PREFIX = `${PREFIX}:queue`;

/** The queues, by kind of load. A submit while Redis is away is refused at once instead of waiting. */
export function openQueues(url: string, log: Log) {
	const queues = Object.fromEntries(
		QUEUE_NAMES.map((name) => {
			const queue = new Queue<Ticket, void, string>(name, {
				connection: connectionOptions(url, 'submit'),
				prefix: QUEUE_PREFIX,
			});
			queue.on('error', quietly(log, `queue ${name}`));
			return [name, queue];
		}),
	) as unknown as Record<QueueName, Queue<Ticket, void, string>>;

	/**
	 * Puts tickets into a queue. A ticket's name holds its generation: the same one twice is one, and a newer
	 * generation makes the older ticket void wherever it still lies.
	 */
	async function add(name: QueueName, tickets: Ticket[], delayMs = 0): Promise<void> {
		await queues[name].addBulk(
			tickets.map((ticket) => ({
				name,
				data: ticket,
				opts: { jobId: ticketName(ticket), delay: delayMs, removeOnComplete: true, removeOnFail: true },
			})),
		);
	}

	/** Whether the ticket lies in the queue, in whatever state. */
	const has = async (name: QueueName, ticket: Ticket): Promise<boolean> =>
		(await queues[name].getJob(ticketName(ticket))) !== undefined;

	/** Takes a ticket out, if nobody works on it. */
	async function remove(name: QueueName, ticket: Ticket): Promise<void> {
		await queues[name].remove(ticketName(ticket)).catch(() => 0);
	}

	/** Lets a delayed ticket come up now. */
	async function hurry(name: QueueName, ticket: Ticket): Promise<void> {
		const job = await queues[name].getJob(ticketName(ticket));
		if (job && (await job.isDelayed())) await job.promote().catch(() => undefined);
	}

	/** How many tickets lie in each queue by BullMQ's own states. */
	const counts = async (): Promise<Record<string, Record<string, number>>> =>
		Object.fromEntries(
			await Promise.all(QUEUE_NAMES.map(async (name) => [name, await queues[name].getJobCounts()])),
		);

	const close = async (): Promise<void> => void (await Promise.all(QUEUE_NAMES.map((name) => queues[name].close())));

	return { add, has, remove, hurry, counts, close };
}

const ticketName = ({ id, generation }: Ticket) => `${id}-${generation}`;
