import { statfs } from 'node:fs/promises';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { z } from 'zod';
import { ModelsView } from '../../contract/models.ts';
import { grantOf, type House } from '../server.ts';

const Ready = z.object({ ready: z.boolean(), redis: z.boolean(), running: z.int() });
const Me = z.object({ name: z.string(), rehearsal: z.boolean(), geminiKey: z.boolean(), googleIdentity: z.boolean() });

/** Whether the worker lives and works, what it can do, and who asks. */
export const houseRoutes: FastifyPluginAsyncZod<House> = async (app, { config, jobs, tools }) => {
	app.get(
		'/health',
		{ config: { open: true }, schema: { response: { 200: z.object({ ok: z.literal(true) }) } } },
		async () => ({ ok: true }) as const,
	);

	app.get(
		'/ready',
		{ config: { open: true }, schema: { response: { 200: Ready, 503: Ready } } },
		async (_request, reply) => {
			const redis = await jobs.isReady();
			return reply.status(redis ? 200 : 503).send({ ready: redis, redis, running: jobs.running() });
		},
	);

	app.get('/v1/me', { schema: { response: { 200: Me } } }, async (request) => {
		const grant = grantOf(request);
		const { google } = tools;
		return {
			name: request.owner,
			rehearsal: google.rehearsal,
			geminiKey: google.missing('text', grant) === null,
			googleIdentity: google.missing('drive', grant) === null,
		};
	});

	app.get('/v1/models', { schema: { response: { 200: ModelsView } } }, async () => tools.google.models());

	const registry = new Registry();
	collectDefaultMetrics({ register: registry });
	new Gauge({
		name: 'reelsmith_queue_jobs',
		help: 'Tickets in a queue by state.',
		labelNames: ['queue', 'state'] as const,
		registers: [registry],
		async collect() {
			for (const [queue, states] of Object.entries(await jobs.queues.counts()))
				for (const [state, count] of Object.entries(states)) this.set({ queue, state }, count);
		},
	});
	new Gauge({
		name: 'reelsmith_disk_free_bytes',
		help: 'Room left where assets are kept.',
		registers: [registry],
		async collect() {
			const { bavail, bsize } = await statfs(config.data);
			this.set(bavail * bsize);
		},
	});
	new Gauge({ name: 'reelsmith_spent_usd_today', help: 'Spent today (UTC); rehearsed money while rehearsing.', registers: [registry], async collect() { this.set((await jobs.ledger.view()).spentUsd); } }); // prettier-ignore

	app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
};
