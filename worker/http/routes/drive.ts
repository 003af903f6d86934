import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { deadline, SECOND } from '../../base/time.ts';
import { DriveChanges, DriveChangesRequest } from '../../contract/drive.ts';
import { grantOf, type House } from '../server.ts';

/** n8n's scheduler drops a poll after 45 seconds; an answer has to come before. */
const LOOK_WITHIN = 40 * SECOND;

const ListRequest = z.object({
	folder: z.string().max(200).default('root'),
	query: z.string().max(200).optional(),
	kind: z.enum(['folder', 'file']),
	pageToken: z.string().max(2000).optional(),
});
const ListAnswer = z.object({
	files: z.array(z.object({ id: z.string(), name: z.string(), mimeType: z.string(), link: z.string().nullable() })),
	next: z.string().nullable(),
});

/** Drive as n8n's nodes ask about it at once: what is new in a folder, and what can be picked from a list. */
export const driveRoutes: FastifyPluginAsyncZod<House> = async (app, { jobs, tools }) => {
	app.post(
		'/v1/drive/changes',
		{
			schema: {
				summary: 'What is new in a folder since a cursor',
				body: DriveChangesRequest,
				response: { 200: DriveChanges },
			},
		},
		async (request) => {
			const grant = grantOf(request);
			const missing = tools.google.missing('drive', grant);
			if (missing) throw missing;
			return jobs.watches.look(request.body, request.owner, grant, deadline(LOOK_WITHIN));
		},
	);

	app.post(
		'/v1/drive/list',
		{ schema: { summary: 'Folders or files to pick from', body: ListRequest, response: { 200: ListAnswer } } },
		async (request) => {
			const grant = grantOf(request);
			const missing = tools.google.missing('drive', grant);
			if (missing) throw missing;
			return tools.google.drive.list(request.body, grant, deadline(LOOK_WITHIN));
		},
	);
};
