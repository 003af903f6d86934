import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { SECOND } from '../../base/time.ts';
import type { JobEvent } from '../../contract/batch.ts';
import { hasEnded } from '../../contract/vocabulary.ts';
import type { House } from '../server.ts';

/** A comment line this often keeps proxies from closing a quiet stream. */
const HEARTBEAT = 15 * SECOND;

const Last = z.object({
	'last-event-id': z
		.string()
		.regex(/^\d+-\d+$/)
		.optional(),
});

type Heard = JobEvent & { owner: string };

/** Server-sent events (html.spec.whatwg.org/multipage/server-sent-events.html): of one job until it ends, or of all. */
export const eventRoutes: FastifyPluginAsyncZod<House> = async (app, { jobs }) => {
	app.get(
		'/v1/events',
		{ schema: { summary: 'Everything that happens to your jobs, as it happens', headers: Last } },
		async (request, reply) => {
			await stream(
				reply,
				request.headers['last-event-id'],
				(event) => event.owner === request.owner,
				() => false,
			);
		},
	);

	app.get(
		'/v1/jobs/:id/events',
		{
			schema: {
				summary: 'What happens to one job, until it ends',
				params: z.object({ id: z.string().max(100) }),
				headers: Last,
			},
		},
		async (request, reply) => {
			const { id } = request.params;
			const record = await jobs.store.get(id, request.owner);
			if (hasEnded(record.status)) await jobs.events.tell(record);
			await stream(
				reply,
				request.headers['last-event-id'],
				(event) => event.job === id,
				(event) => hasEnded(event.status as never),
			);
		},
	);

	async function stream(
		reply: FastifyReply,
		last: string | undefined,
		wanted: (event: Heard) => boolean,
		isEnd: (event: Heard) => boolean,
	): Promise<void> {
		reply.hijack();
		const { raw } = reply;
		raw.writeHead(200, {
			'content-type': 'text/event-stream',
			'cache-control': 'no-store',
			'x-accel-buffering': 'no',
		});
		raw.write('retry: 2000\n\n');
		const sent = new Set<string>();
		const send = (event: Heard) => {
			if (!wanted(event) || sent.has(event.id)) return;
			sent.add(event.id);
			const { owner: _owner, ...data } = event;
			raw.write(`id: ${event.id}\ndata: ${JSON.stringify(data)}\n\n`);
			if (isEnd(event)) raw.end();
		};
		const early: Heard[] = [];
		let listening = false;
		const stop = jobs.events.listen((event) => (listening ? send(event) : early.push(event)));
		const beat = setInterval(() => raw.write(': \n\n'), HEARTBEAT);
		raw.once('close', () => {
			stop();
			clearInterval(beat);
		});
		if (last) (await jobs.events.since(last)).forEach(send);
		early.forEach(send);
		// From here on ids only grow, so nothing comes twice and nothing needs remembering.
		sent.clear();
		listening = true;
	}
};
