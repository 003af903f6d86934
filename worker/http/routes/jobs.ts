import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { JobView } from '../../contract/job.ts';
import { Kind, Status } from '../../contract/vocabulary.ts';
import { toView } from '../../jobs/store.ts';
import { grantOf, type House } from '../server.ts';

const Id = z.object({ id: z.string().max(100) });
const List = z.object({
	status: Status.optional(),
	kind: Kind.optional(),
	batch: z.string().max(100).optional(),
	limit: z.coerce.number().int().min(1).max(500).default(50),
});

/** Single jobs: get, list, cancel, retry. */
export const jobRoutes: FastifyPluginAsyncZod<House> = async (app, { jobs }) => {
	const { store, control } = jobs;

	app.get(
		'/v1/jobs',
		{
			schema: {
				summary: 'Jobs, newest first',
				querystring: List,
				response: { 200: z.object({ jobs: z.array(JobView) }) },
			},
		},
		async (request) => ({
			jobs: (await store.list(request.owner, request.query)).map(toView),
		}),
	);

	app.get('/v1/jobs/:id', { schema: { params: Id, response: { 200: JobView } } }, async (request) =>
		toView(await store.get(request.params.id, request.owner)),
	);

	app.post('/v1/jobs/:id/cancel', { schema: { params: Id, response: { 202: JobView } } }, async (request, reply) =>
		reply.status(202).send(toView(await control.cancel(request.params.id, request.owner))),
	);

	app.post(
		'/v1/jobs/:id/retry',
		{
			schema: {
				summary: 'Start a job that ended badly again, from its first step without a result',
				params: Id,
				body: z.object({ payAgain: z.boolean().default(false) }).prefault({}),
				response: { 202: JobView },
			},
		},
		async (request, reply) => {
			const { payAgain } = request.body;
			const record = await control.retry(request.params.id, request.owner, { grant: grantOf(request), payAgain });
			return reply.status(202).send(toView(record));
		},
	);
};
