import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { isSigned, PREVIEW_SECONDS, signPreview } from '../../assets/sign.ts';
import { GIBIBYTE } from '../../base/bytes.ts';
import { Fault } from '../../base/errors.ts';
import { Asset, AssetView } from '../../contract/asset.ts';
import { keepFile } from '../../jobs/keep.ts';
import { openKeys } from '../keys.ts';
import type { House } from '../server.ts';

const Id = z.object({ id: z.string().max(100) });
const LARGEST_UPLOAD = 50 * GIBIBYTE;

/** Assets: streamed in, described, streamed out whole or in part. */
export const assetRoutes: FastifyPluginAsyncZod<House> = async (app, { config, tools }) => {
	const { assets } = tools;
	const ownerOf = openKeys(config.apiKeys);

	const view = (asset: Asset, request: FastifyRequest): AssetView => {
		const expires = Math.floor(Date.now() / 1000) + PREVIEW_SECONDS;
		const base = config.publicUrl ?? `${request.protocol}://${request.host}`;
		return {
			...asset,
			previewUrl: `${base}/v1/assets/${asset.id}/content?${signPreview(config.sealKey, asset.id, expires)}`,
			previewExpiresAt: new Date(expires * 1000).toISOString(),
		};
	};

	// Any body goes through as a stream; nothing is kept in memory.
	const takeUploads: FastifyPluginAsyncZod = async (uploads) => {
		uploads.removeAllContentTypeParsers();
		uploads.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
		uploads.post(
			'/v1/assets',
			{
				bodyLimit: LARGEST_UPLOAD,
				schema: {
					summary: 'Upload a file: its bytes are the body, its type the content-type',
					querystring: z.object({ name: z.string().trim().min(1).max(200) }),
					response: { 201: AssetView },
				},
			},
			async (request, reply) => {
				const scratch = await assets.scratch();
				const gone = new AbortController();
				request.raw.once('close', () => request.raw.complete || gone.abort());
				try {
					const path = join(scratch.path, 'file');
					await assets.receive(request.raw, path, { maxBytes: LARGEST_UPLOAD, signal: gone.signal });
					const mimeType =
						request.headers['content-type']?.split(';')[0]?.trim() ?? 'application/octet-stream';
					const asset = await keepFile(
						{ path, name: request.query.name, mimeType, folder: scratch.path },
						tools,
						gone.signal,
					);
					return await reply.status(201).send(view(asset, request));
				} finally {
					await scratch.remove();
				}
			},
		);
	};
	await app.register(takeUploads);

	app.get('/v1/assets/:id', { schema: { params: Id, response: { 200: AssetView } } }, async (request) =>
		view(await assets.get(request.params.id), request),
	);

	app.get(
		'/v1/assets/:id/content',
		{
			config: { open: true },
			schema: {
				summary: 'The bytes; Range is obeyed. With an API key, or by the signed preview address',
				params: Id,
				querystring: z.object({
					expires: z.string().max(20).optional(),
					signature: z.string().max(100).optional(),
				}),
			},
		},
		async (request, reply) => {
			if (!isSigned(config.sealKey, request.params.id, request.query)) {
				if (request.query.signature)
					throw new Fault('forbidden', 'this preview address has expired or is not whole', {
						hint: 'Run the step again, or ask for the asset anew.',
					});
				ownerOf(request.headers.authorization);
			}
			return send(await assets.get(request.params.id), request, reply);
		},
	);

	app.get('/v1/assets/:id/thumbnail', { schema: { params: Id } }, async (request, reply) => {
		const { thumbnail, name } = await assets.get(request.params.id);
		if (!thumbnail) throw new Fault('not_found', `"${name}" has no thumbnail`);
		return send(await assets.get(thumbnail), request, reply);
	});

	function send(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
		void reply
			.header('accept-ranges', 'bytes')
			// The content never changes: the id is its hash.
			.header('etag', `"${asset.id}"`)
			.header('cache-control', 'private, max-age=31536000, immutable')
			.header('content-disposition', `inline; filename*=UTF-8''${encodeURIComponent(asset.name)}`)
			.type(asset.mimeType);
		const range = readRange(request.headers.range, asset.bytes);
		if (range === 'beyond') {
			void reply.header('content-range', `bytes */${asset.bytes}`);
			return reply.status(416).send();
		}
		if (!range) return reply.header('content-length', asset.bytes).send(assets.read(asset.id));
		return reply
			.status(206)
			.header('content-range', `bytes ${range.start}-${range.end}/${asset.bytes}`)
			.header('content-length', range.end - range.start + 1)
			.send(assets.read(asset.id, range));
	}
};

/** One range of a `Range` header (RFC 9110 §14.1.2); null for none, or for what may be ignored; `beyond` past the end. */
export function readRange(header: string | undefined, bytes: number): { start: number; end: number } | 'beyond' | null {
	const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
	if (from === undefined || to === undefined || (from === '' && to === '')) return null;
	if (from === '') return Number(to) === 0 ? 'beyond' : { start: Math.max(bytes - Number(to), 0), end: bytes - 1 };
	const start = Number(from);
	const end = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
	if (start >= bytes) return 'beyond';
	return end < start ? null : { start, end };
}
