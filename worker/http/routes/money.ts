import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { EstimateRequest, EstimateView, SpendView } from '../../contract/spend.ts';
import { check } from '../../jobs/batches.ts';
import type { House } from '../server.ts';

/** What it would cost, and what it has cost. */
export const moneyRoutes: FastifyPluginAsyncZod<House> = async (app, { jobs, tools }) => {
	app.post(
		'/v1/estimates',
		{
			schema: {
				summary: 'What a batch would cost; starts nothing',
				body: EstimateRequest,
				response: { 200: EstimateView },
			},
		},
		async (request) => {
			const checked = check(request.body.kind, request.body.jobs, tools).map(({ estimateUsd, basis }) => ({
				usd: estimateUsd,
				basis,
			}));
			return { usd: checked.reduce((sum, { usd }) => sum + usd, 0), jobs: checked };
		},
	);

	app.get(
		'/v1/spend',
		{
			schema: {
				summary: 'What was spent and is promised on a day',
				querystring: z.object({ day: z.iso.date().optional() }),
				response: { 200: SpendView },
			},
		},
		async (request) => jobs.ledger.view(request.query.day),
	);
};
