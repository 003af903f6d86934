import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { asFault, Fault, toProblem } from '../base/errors.ts';

/** Makes every error an `application/problem+json` answer. What is our own bug is logged whole and told in one sentence. */
export function answerProblems(app: FastifyInstance): void {
	app.setErrorHandler((error: FastifyError, request, reply) => {
		const fault = toFault(error);
		if (fault.code === 'internal') request.log.error({ err: error }, 'request failed');
		return send(reply, fault);
	});
	app.setNotFoundHandler((request: FastifyRequest, reply) =>
		send(
			reply,
			new Fault('not_found', `there is no ${request.method} ${request.url.split('?')[0]}`, {
				hint: 'All routes stand at /docs.',
			}),
		),
	);
}

function send(reply: FastifyReply, fault: Fault): FastifyReply {
	const problem = toProblem(fault);
	if (fault.retryAfter !== undefined) void reply.header('retry-after', Math.ceil(fault.retryAfter));
	return reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

function toFault(error: FastifyError): Fault {
	if (error instanceof Fault) return error;
	if (hasZodFastifySchemaValidationErrors(error)) {
		const refusals = error.validation.map(({ instancePath, message }) => ({
			field: instancePath.replace(/^\//, '').replaceAll('/', '.') || error.validationContext || 'body',
			message: message ?? 'is not what was expected',
		}));
		return new Fault('invalid_input', refusals.map(({ field, message }) => `${field}: ${message}`).join('; '), {
			refusals,
		});
	}
	if (error.statusCode === 413)
		return new Fault('invalid_input', 'the request is too large', {
			hint: 'Send fewer jobs at once; upload files to /v1/assets.',
		});
	if (error.statusCode === 415) return new Fault('invalid_input', 'content-type: expected application/json');
	if (error.statusCode === 429)
		return new Fault('quota', 'too many requests', { retryAfter: 5, hint: 'Wait a few seconds.' });
	if (error.statusCode !== undefined && error.statusCode < 500) return new Fault('invalid_input', error.message);
	// ioredis says this at once while Redis is away.
	if (
		/Stream isn't writeable|Connection is closed|MaxRetriesPerRequest|ECONNREFUSED|OOM command|MISCONF/.test(
			`${error.name} ${error.message}`,
		)
	)
		return new Fault('unavailable', 'Redis does not answer', {
			retryAfter: 5,
			hint: 'Nothing was taken; send it again.',
			cause: error,
		});
	return asFault(error);
}
