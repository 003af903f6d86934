import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { LogController, type FastifyBaseLogger, type FastifyRequest } from 'fastify';
import {
	jsonSchemaTransform,
	serializerCompiler,
	validatorCompiler,
	type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { MEBIBYTE } from '../base/bytes.ts';
import type { Config } from '../base/config.ts';
import { Fault } from '../base/errors.ts';
import { Grant } from '../base/grant.ts';
import type { Log } from '../base/log.ts';
import type { Jobs } from '../jobs/index.ts';
import type { Tools } from '../jobs/kind.ts';
import { openKeys } from './keys.ts';
import { answerProblems } from './problems.ts';
import { assetRoutes } from './routes/assets.ts';
import { batchRoutes } from './routes/batches.ts';
import { driveRoutes } from './routes/drive.ts';
import { eventRoutes } from './routes/events.ts';
import { houseRoutes } from './routes/house.ts';
import { jobRoutes } from './routes/jobs.ts';
import { moneyRoutes } from './routes/money.ts';

declare module 'fastify' {
	interface FastifyRequest {
		/** Name of the API key. */
		owner: string;
	}
	interface FastifyContextConfig {
		/** Open to everybody: health, readiness, documentation, and what checks a signature itself. */
		open?: boolean;
	}
}

/** A thousand shots with long prompts fit; a video does not. */
const BODY_LIMIT = 8 * MEBIBYTE;
/** Requests a minute and key: a large workflow polls and fetches far less. */
const REQUESTS_A_MINUTE = 3000;

export type Server = Awaited<ReturnType<typeof makeServer>>;
export type House = { config: Config; jobs: Jobs; tools: Tools; log: Log };

/** The HTTP API: routes parse by the contract's schemas, call, and answer. Not yet listening. */
export async function makeServer(house: House) {
	const { config, log } = house;
	const app = fastify({
		loggerInstance: log as FastifyBaseLogger,
		// One line a request, of our own, with the query left out.
		logController: new LogController({ disableRequestLogging: true }),
		bodyLimit: BODY_LIMIT,
		requestIdHeader: 'x-request-id',
		// A long poll may last a minute and an upload an hour; idle sockets are closed by keepAliveTimeout.
		requestTimeout: 0,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 200 },
	}).withTypeProvider<ZodTypeProvider>();
	app.setValidatorCompiler(validatorCompiler);
	app.setSerializerCompiler(serializerCompiler);
	answerProblems(app);
	await app.register(helmet, { contentSecurityPolicy: false, crossOriginResourcePolicy: { policy: 'cross-origin' } });
	await app.register(swagger, {
		openapi: {
			info: {
				title: 'Reelsmith worker',
				description: 'Films out of n8n: jobs, assets, money, Drive.',
				version: '1',
			},
			components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
			security: [{ key: [] }],
		},
		transform: jsonSchemaTransform,
	});
	await app.register(swaggerUi, { routePrefix: '/docs' });

	const ownerOf = openKeys(config.apiKeys);
	app.decorateRequest('owner', '');
	app.addHook('onRequest', async (request) => {
		if (request.routeOptions.config.open || request.url.startsWith('/docs')) return;
		// An unknown path is told apart from a known one only to those who have a key.
		request.owner = ownerOf(request.headers.authorization);
	});
	await app.register(rateLimit, {
		max: REQUESTS_A_MINUTE,
		timeWindow: '1 minute',
		hook: 'preHandler',
		keyGenerator: (request) => request.owner || request.ip,
		allowList: (request) => request.routeOptions.config.open === true,
	});
	app.addHook('onResponse', async (request, reply) => {
		const line = {
			reqId: request.id,
			method: request.method,
			path: request.routeOptions.url,
			status: reply.statusCode,
			ms: Math.round(reply.elapsedTime),
			owner: request.owner,
			n8nExecutionId: request.headers['x-n8n-execution-id'],
		};
		if (request.routeOptions.config.open && reply.statusCode < 400) log.trace(line, 'request');
		else log.info(line, 'request');
	});

	for (const routes of [houseRoutes, batchRoutes, jobRoutes, assetRoutes, eventRoutes, moneyRoutes, driveRoutes])
		await app.register(routes, house);
	return app;
}

/** The Google identity that a request brings along; throws `invalid_input` for an identity that is not JSON. */
export function grantOf(request: FastifyRequest): Grant {
	const one = (name: string) => {
		const value = request.headers[name];
		return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
	};
	const googleIdentity = one('x-reelsmith-google-identity');
	if (googleIdentity !== undefined && !isIdentity(googleIdentity))
		throw new Fault(
			'invalid_input',
			'Google Identity: expected the JSON of a service account or of an authorized user',
			{
				hint: 'Paste the whole file that Google gave you, from the first { to the last }.',
				refusals: [{ field: 'googleIdentity', message: 'is not such a JSON' }],
			},
		);
	const geminiKey = one('x-reelsmith-gemini-key');
	return { ...(geminiKey !== undefined && { geminiKey }), ...(googleIdentity !== undefined && { googleIdentity }) };
}

function isIdentity(text: string): boolean {
	try {
		const found = JSON.parse(text) as { type?: unknown };
		return found.type === 'service_account' || found.type === 'authorized_user';
	} catch {
		return false;
	}
}
