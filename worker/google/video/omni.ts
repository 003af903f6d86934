import { rename, rm, stat, open } from 'node:fs/promises';
import { Fault } from '../../base/errors.ts';
import type { Grant } from '../../base/grant.ts';
import { deadline, sleep } from '../../base/time.ts';
import { GEMINI_VERSION, geminiClient, type Fetch } from '../clients.ts';
import { fetchToFile } from '../download.ts';
import { classify } from '../errors.ts';
import { CUT, cuttingFetch, fileSink } from '../inline.ts';
import type { Room } from '../room.ts';
import type { ClipRequest } from '../rules.ts';
import type { Backend } from './backend.ts';
import { costOf, type Interaction, verdictOf } from './interaction.ts';
import { payOnce } from './paid.ts';

const STARTING = 'asking Gemini for the clip';
const LOOKING = 'looking at the clip’s progress';
const COLLECTING = 'downloading the clip';

const LOOK_MS = 60_000;
/** An answer may carry the whole clip inline: hundreds of megabytes on a slow line. */
const COLLECT_MS = 20 * 60_000;
/** The SDK's own repeat of a free GET, after about half a second. */
const FREE_RETRIES = 1;

/**
 * Gemini Omni through the Interactions API (https://ai.google.dev/gemini-api/docs/omni): a background
 * interaction that is polled by its id. The clip comes inline or as a file, whatever was asked for; both are read.
 */
export const omni: Backend = {
	start: (room, _row, request, grant, signal) =>
		payOnce(
			async (fetch, own) => {
				const client = geminiClient(room, grant, fetch, room.waits.paid);
				const options = { maxRetries: 0, timeout: room.waits.paid, signal: own };
				const made = await client.interactions.create(bodyOf(request) as never, options);
				const { id } = made as { id?: unknown };
				if (typeof id === 'string' && id) return id;
				throw new Fault('unavailable', 'Gemini answered without the name of the work.');
			},
			STARTING,
			room.waits.paid,
			signal,
		),

	poll: async (room, row, id, grant, signal) => {
		const seen = await look(room, id, grant, cuttingFetch(fetch), LOOKING, LOOK_MS, signal);
		const { state } = verdictOf(seen, room.log);
		return state === 'pending' ? { state } : { state, costUsd: costOf(seen, row) };
	},

	collect: async (room, row, id, grant, to, signal, progress) => {
		const inline = fileSink((index) => open(`${to}.${index}`, 'w'));
		try {
			const seen = await look(room, id, grant, cuttingFetch(fetch, inline.sink), COLLECTING, COLLECT_MS, signal);
			await inline.close();
			const verdict = verdictOf(seen, room.log);
			if (verdict.state === 'pending') throw new Fault('unavailable', 'The clip is not ready yet.');
			const { data, uri } = verdict.video;
			if (data?.startsWith(CUT)) await rename(`${to}.${data.slice(CUT.length)}`, to);
			else if (uri) await fetchFile(room, uri, grant, to, signal, progress);
			const { size } = await stat(to);
			progress?.(size);
			return { bytes: size, costUsd: costOf(seen, row) };
		} catch (thrown) {
			throw classify(thrown, COLLECTING, signal);
		} finally {
			await inline.close().catch(() => undefined);
			await removeRests(to);
		}
	},

	cancel: async (room, id, grant, signal) => {
		try {
			await geminiClient(room, grant, fetch).interactions.cancel(id, undefined, { signal, timeout: LOOK_MS });
		} catch (thrown) {
			room.log.info({ err: classify(thrown, 'cancelling the clip', signal) }, 'Gemini did not cancel the clip');
		}
	},
};

function bodyOf(request: ClipRequest) {
	return {
		model: request.model,
		input: [{ type: 'text', text: request.prompt }],
		background: true,
		response_format: [
			{
				type: 'video',
				resolution: request.resolution,
				aspect_ratio: request.aspectRatio,
				duration: `${request.seconds}s`,
				delivery: 'uri',
			},
		],
		...(request.seed !== null && { generation_config: { seed: request.seed } }),
	};
}

async function look(
	room: Room,
	id: string,
	grant: Grant,
	fetch: Fetch,
	doing: string,
	ms: number,
	signal: AbortSignal,
): Promise<Interaction> {
	try {
		const client = geminiClient(room, grant, fetch, ms);
		const options = { signal: deadline(ms, signal), timeout: ms, maxRetries: doing === LOOKING ? FREE_RETRIES : 0 };
		return (await client.interactions.get(id, null, options)) as unknown as Interaction;
	} catch (thrown) {
		throw classify(thrown, doing, signal);
	}
}

/** How often a file is looked at while Google still prepares it. */
const FILE_PAUSES = 24;
const FILE_PAUSE_MS = 5000;

/** Loads `…/files/ID:download`: the id is taken out of whatever address was given, the host is always ours. */
async function fetchFile(
	room: Room,
	uri: string,
	grant: Grant,
	to: string,
	signal: AbortSignal,
	progress?: (bytes: number) => void,
): Promise<void> {
	const id = /files\/([a-zA-Z0-9_-]+)/.exec(uri)?.[1];
	if (!id) throw new Fault('media', 'Gemini named no file for the clip.');
	await fileReady(room, id, grant, signal);
	const key = room.identities.geminiKey(grant) ?? '';
	const base = room.origins.gemini;
	const url = `${base}/${GEMINI_VERSION}/files/${id}:download?alt=media`;
	const headers = async () => ({ 'x-goog-api-key': key });
	await fetchToFile(room, { url, base, headers, to, doing: COLLECTING }, signal, progress);
}

async function fileReady(room: Room, id: string, grant: Grant, signal: AbortSignal): Promise<void> {
	const client = geminiClient(room, grant, fetch);
	for (let looks = 0; looks < FILE_PAUSES; looks++) {
		const state = await fileState(client, id, signal);
		if (state === 'FAILED') throw new Fault('media', 'Gemini made the clip but failed to prepare its file.');
		if (state !== 'PROCESSING') return;
		await sleep(Math.min(FILE_PAUSE_MS, room.waits.backoff * 2 ** looks), signal);
	}
	throw new Fault('unavailable', 'Gemini is still preparing the clip’s file.');
}

async function fileState(client: ReturnType<typeof geminiClient>, id: string, signal: AbortSignal): Promise<string> {
	try {
		const file = await client.files.get({ name: `files/${id}`, config: { abortSignal: signal } });
		return String(file.state ?? 'ACTIVE');
	} catch (thrown) {
		const fault = classify(thrown, COLLECTING, signal);
		if (fault.code !== 'forbidden' && fault.code !== 'not_found') throw fault;
		throw new Fault('not_found', 'Google does not keep the clip any more, or this key may not see it.', {
			hint: 'Google keeps a clip for 48 hours, for the key that made it.',
			cause: thrown,
		});
	}
}

/** An answer holds a handful of media at most; what was not the clip goes away. */
const MAX_INLINE = 8;

async function removeRests(to: string): Promise<void> {
	await Promise.all(Array.from({ length: MAX_INLINE }, (_, index) => rm(`${to}.${index}`, { force: true })));
}
