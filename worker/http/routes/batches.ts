import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Fault } from '../../base/errors.ts';
import { withoutQuery } from '../../base/log.ts';
import { BatchView, SubmitBatch } from '../../contract/batch.ts';
import { Origin } from '../../contract/job.ts';
import { hasEnded } from '../../contract/vocabulary.ts';
import { grantOf, type House } from '../server.ts';

const Id = z.object({ id: z.string().max(100) });
/** The longest long poll: shorter than the idle time-outs of usual proxies. */
const LONGEST_WAIT = 60;

/** Batches: submit, look, wait, hand over, cancel. */
export const batchRoutes: FastifyPluginAsyncZod<House> = async (app, { config, jobs }) => {
	const { batches, control } = jobs;

	app.post(
		'/v1/batches',
		{
			schema: {
				summary: 'Submit jobs of one kind; every input is checked before anything starts',
				headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
				body: SubmitBatch,
				response: { 202: BatchView },
			},
		},
		async (request, reply) => {
			allowCallback(request.body, config.callbackOrigins);
			const view = await batches.submit(request.body, {
				owner: request.owner,
				grant: grantOf(request),
				idempotencyKey: request.headers['idempotency-key'],
			});
			return reply.status(202).send(view);
		},
	);

	app.get(
		'/v1/batches/:id',
		{
			schema: {
				summary: 'The batch; with `wait`, as soon as a job of it ends',
				params: Id,
				querystring: z.object({ wait: z.coerce.number().min(0).max(LONGEST_WAIT).default(0) }),
				response: { 200: BatchView },
			},
		},
		async (request, reply) => {
			const gone = new AbortController();
			// Comes when the answer is sent, or before, when the caller breaks the connection off.
			reply.raw.once('close', () => gone.abort());
			return batches.wait(request.params.id, request.owner, request.query.wait, gone.signal);
		},
	);

	app.post(
		'/v1/batches/:id/collect',
		{ schema: { summary: 'The sender has the results', params: Id, response: { 204: z.null() } } },
		async (request, reply) => {
			await batches.collect(request.params.id, request.owner);
			return reply.status(204).send(null);
		},
	);

	app.post(
		'/v1/executions/unfinished',
		{
			schema: {
				summary: 'A node stopped its execution before it submitted: the next run may have what was collected',
				body: Origin,
				response: { 204: z.null() },
			},
		},
		async (request, reply) => {
			await batches.noteUnfinished(request.body, request.owner);
			return reply.status(204).send(null);
		},
	);

	app.post(
		'/v1/batches/:id/cancel',
		{ schema: { summary: 'Cancel every job that has not ended', params: Id, response: { 202: BatchView } } },
		async (request, reply) => {
			const { jobs: members } = await batches.view(request.params.id, request.owner);
			await Promise.all(
				members.filter(({ status }) => !hasEnded(status)).map(({ id }) => control.cancel(id, request.owner)),
			);
			await batches.abandon(request.params.id);
			return reply.status(202).send(await batches.view(request.params.id, request.owner));
		},
	);
};

/** Callbacks go to known origins alone: the worker sits where n8n does, so an address filter would be of no use here. */
function allowCallback({ callback }: SubmitBatch, allowed: string[]): void {
	if (!callback || allowed.includes(new URL(callback.url).origin)) return;
	const { origin } = new URL(callback.url);
	throw new Fault('forbidden', `callbacks to ${withoutQuery(origin)} are not allowed`, {
		hint: `Add it to the worker’s REELSMITH_CALLBACK_ORIGINS (now: ${allowed.join(', ')}), or set n8n’s N8N_WEBHOOK_URL to an address the worker reaches.`,
	});
}
