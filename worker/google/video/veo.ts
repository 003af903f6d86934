import { open, rename, rm, stat } from 'node:fs/promises';
import { GenerateVideosOperation } from '@google/genai';
import { Fault } from '../../base/errors.ts';
import type { Grant } from '../../base/grant.ts';
import { deadline } from '../../base/time.ts';
import { type Fetch, vertexClient } from '../clients.ts';
import { fetchToFile } from '../download.ts';
import { classify } from '../errors.ts';
import { CLOUD_SCOPE } from '../identity.ts';
import { CUT, cuttingFetch, fileSink } from '../inline.ts';
import type { Room } from '../room.ts';
import type { ClipRequest } from '../rules.ts';
import type { Backend } from './backend.ts';
import { payOnce } from './paid.ts';
import { type VeoOperation, veoVerdict } from './veoOperation.ts';

const STARTING = 'asking Veo for the clip';
const LOOKING = 'looking at the clip’s progress';
const COLLECTING = 'downloading the clip';
const LOOK_MS = 60_000;
const COLLECT_MS = 20 * 60_000;

/**
 * Veo on Vertex AI (https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation):
 * a long-running operation, looked at by its full name. No bucket is asked for, so the clip comes inline; a
 * `gs://` address is read all the same. Google does not say what a clip cost.
 */
export const veo: Backend = {
	start: (room, _row, request, grant, signal) =>
		payOnce(
			async (fetch, own) => {
				const client = vertexClient(room, grant, fetch, room.waits.paid);
				const operation = await client.models.generateVideos(paramsOf(request, own));
				if (operation.name) return operation.name;
				throw new Fault('unavailable', 'Veo answered without the name of the work.');
			},
			STARTING,
			room.waits.paid,
			signal,
		),

	poll: async (room, _row, name, grant, signal) => {
		const { state } = veoVerdict(await look(room, name, grant, cuttingFetch(fetch), LOOKING, LOOK_MS, signal));
		return state === 'pending' ? { state } : { state, costUsd: null };
	},

	collect: async (room, _row, name, grant, to, signal, progress) => {
		const inline = fileSink((index) => open(`${to}.${index}`, 'w'));
		try {
			const seen = await look(
				room,
				name,
				grant,
				cuttingFetch(fetch, inline.sink),
				COLLECTING,
				COLLECT_MS,
				signal,
			);
			await inline.close();
			const verdict = veoVerdict(seen);
			if (verdict.state === 'pending') throw new Fault('unavailable', 'The clip is not ready yet.');
			if (verdict.data?.startsWith(CUT)) await rename(`${to}.${verdict.data.slice(CUT.length)}`, to);
			else await fetchObject(room, verdict.gcsUri ?? '', grant, to, signal, progress);
			const { size } = await stat(to);
			progress?.(size);
			return { bytes: size, costUsd: null };
		} catch (thrown) {
			throw classify(thrown, COLLECTING, signal);
		} finally {
			await inline.close().catch(() => undefined);
			await rm(`${to}.0`, { force: true });
		}
	},

	cancel: async (room) => {
		room.log.info('Veo has no call to cancel a clip; it is left to finish unseen');
	},
};

function paramsOf(request: ClipRequest, abortSignal: AbortSignal) {
	return {
		model: request.model,
		source: { prompt: request.prompt },
		config: {
			numberOfVideos: 1,
			durationSeconds: request.seconds,
			aspectRatio: request.aspectRatio,
			resolution: request.resolution,
			generateAudio: request.audio,
			...(request.seed !== null && { seed: request.seed }),
			...(request.negativePrompt !== null && { negativePrompt: request.negativePrompt }),
			abortSignal,
		},
	};
}

/** One `fetchPredictOperation`. The SDK drops the signal here, so it is put under it, into the fetch. */
async function look(
	room: Room,
	name: string,
	grant: Grant,
	inner: Fetch,
	doing: string,
	ms: number,
	outer: AbortSignal,
): Promise<VeoOperation> {
	const signal = deadline(ms, outer);
	let raw: VeoOperation = {};
	const watched: Fetch = async (input, init) => {
		const answer = await inner(input, { ...init, signal });
		if (answer.ok) raw = (await answer.clone().json()) as VeoOperation;
		return answer;
	};
	try {
		const operation = new GenerateVideosOperation();
		operation.name = name;
		await vertexClient(room, grant, watched, ms).operations.getVideosOperation({ operation });
		return raw;
	} catch (thrown) {
		throw classify(thrown, doing, outer);
	}
}

/** A `gs://bucket/name` object through the JSON API (https://cloud.google.com/storage/docs/json_api/v1/objects/get). */
async function fetchObject(
	room: Room,
	uri: string,
	grant: Grant,
	to: string,
	signal: AbortSignal,
	progress?: (bytes: number) => void,
): Promise<void> {
	const [, bucket, name] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
	if (!bucket || !name) throw new Fault('media', 'Veo named no place for the clip.');
	const base = room.origins.storage;
	const url = `${base}/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}?alt=media`;
	const headers = async (anew?: 'anew') =>
		Object.fromEntries(await room.identities.google(grant, CLOUD_SCOPE, anew).getRequestHeaders());
	await fetchToFile(room, { url, base, headers, to, doing: COLLECTING }, signal, progress);
}
