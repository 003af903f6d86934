import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Fault } from '../base/errors.ts';
import { sleep } from '../base/time.ts';
import { crc32c } from './crc32c.ts';
import { classify, faultOf } from './errors.ts';
import type { Room } from './room.ts';
import { said } from './said.ts';

export type Download = {
	url: string;
	/** The service's own origin, against which redirects are read. */
	base: string;
	/** Sent on every hop that is trusted; `anew` after a 401. */
	headers(anew?: 'anew'): Promise<Record<string, string>>;
	to: string;
	/** What is done, as a phrase for messages: `downloading the clip`. */
	doing: string;
};
export type Downloaded = { bytes: number; md5: string; mimeType: string | null };

/** How often a download may break, or be refused for a moment, without any progress before it is given up. */
const MAX_TRIES = 5;
const MAX_HOPS = 5;

/**
 * Downloads into a file, over what it held. Redirects are followed by hand, so that a key goes to Google
 * alone; a broken connection is taken up again by Range; length and CRC-32C are checked where Google states
 * them. Faults: `unavailable` after five breaks, or whatever Google answered. Free to repeat.
 */
export async function fetchToFile(
	room: Room,
	download: Download,
	signal: AbortSignal,
	progress?: (bytes: number) => void,
): Promise<Downloaded> {
	const file = await open(download.to, 'w');
	const state = newState(file);
	let anew: 'anew' | undefined;
	try {
		for (let tries = 0; ; tries++) {
			const before = state.bytes;
			try {
				await take(room, download, state, signal, progress, anew);
				await file.sync();
				return { bytes: state.bytes, md5: state.md5.digest('hex'), mimeType: state.mimeType };
			} catch (thrown) {
				const fault = classify(thrown, download.doing, signal);
				const refreshable = fault.code === 'unauthorized' && !anew;
				if ((fault.code !== 'unavailable' && !refreshable) || tries >= MAX_TRIES || signal.aborted) throw fault;
				anew = refreshable ? 'anew' : anew;
				if (state.bytes > before) tries = 0;
				await pause(room, tries, signal, download.doing);
			}
		}
	} finally {
		await file.close();
	}
}

async function pause(room: Room, tries: number, signal: AbortSignal, doing: string): Promise<void> {
	try {
		await sleep(room.waits.backoff * 2 ** tries, signal);
	} catch (thrown) {
		throw classify(thrown, doing, signal);
	}
}

type State = {
	file: FileHandle;
	bytes: number;
	md5: Hash;
	crc: ReturnType<typeof crc32c>;
	mimeType: string | null;
	restart(): Promise<void>;
};

function newState(file: FileHandle): State {
	const state: State = {
		file,
		bytes: 0,
		md5: createHash('md5'),
		crc: crc32c(),
		mimeType: null,
		restart: async () => {
			await file.truncate(0);
			Object.assign(state, { bytes: 0, md5: createHash('md5'), crc: crc32c() });
		},
	};
	return state;
}

async function take(
	room: Room,
	download: Download,
	state: State,
	signal: AbortSignal,
	progress: ((bytes: number) => void) | undefined,
	anew: 'anew' | undefined,
): Promise<void> {
	const idle = idleTimer(room.waits.idle, signal);
	try {
		const answer = await follow(room, download, state.bytes, idle.signal, anew);
		const total = await agree(answer, state, download.doing);
		const hash = statedCrc(answer.headers.get('x-goog-hash'));
		for await (const piece of answer.body ?? []) {
			idle.reset();
			await state.file.write(piece, 0, piece.length, state.bytes);
			state.md5.update(piece);
			if (hash) state.crc.update(piece);
			state.bytes += piece.length;
			progress?.(state.bytes);
		}
		if (total !== null && state.bytes !== total)
			throw new Fault(
				'unavailable',
				`The connection broke at ${state.bytes} of ${total} bytes while ${download.doing}.`,
			);
		if (hash && state.crc.digest() !== hash) {
			await state.restart();
			throw new Fault('unavailable', `The bytes were damaged on the way while ${download.doing}.`);
		}
	} finally {
		idle.stop();
	}
}

/** One GET with its redirects: the answer that carries the bytes (or knows no more of them); a refusal is thrown as a Fault. */
async function follow(
	room: Room,
	download: Download,
	from: number,
	signal: AbortSignal,
	anew?: 'anew',
): Promise<Response> {
	let url = download.url;
	const range: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
	for (let hop = 0; hop <= MAX_HOPS; hop++) {
		const headers = { 'accept-encoding': 'identity', ...range, ...(await download.headers(anew)) };
		const answer = await fetch(url, { headers, redirect: 'manual', signal });
		const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null;
		if (location) {
			await answer.body?.cancel();
			url = room.origins.trusted(location, download.base);
		} else if (answer.status === 200 || answer.status === 206 || (answer.status === 416 && from > 0)) return answer;
		else throw faultOf(said(answer.status, await answer.text(), answer.headers), download.doing);
	}
	throw new Fault('unavailable', `Google redirected more than ${MAX_HOPS} times while ${download.doing}.`);
}

/** Fits the answer to what is already there, and says how long the whole will be; null when it is not said. */
async function agree(answer: Response, state: State, doing: string): Promise<number | null> {
	state.mimeType ??= answer.headers.get('content-type');
	if (answer.status === 200) {
		if (state.bytes > 0) await state.restart();
		const length = answer.headers.get('content-length');
		return length === null ? null : Number(length);
	}
	const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers.get('content-range') ?? '') ?? [];
	if (Number(start) === state.bytes) return total === '*' || total === undefined ? null : Number(total);
	await answer.body?.cancel();
	await state.restart();
	throw new Fault('unavailable', `Google sent another part than was asked for while ${doing}.`);
}

/** `crc32c=2R4zmw==` out of `X-Goog-Hash`, which may list several (https://cloud.google.com/storage/docs/xml-api/reference-headers). */
const statedCrc = (header: string | null): string | null => /crc32c=([A-Za-z0-9+/=]+)/.exec(header ?? '')?.[1] ?? null;

/** Aborts when nothing arrives for so long; the caller's signal counts too. */
function idleTimer(ms: number, outer: AbortSignal) {
	const own = new AbortController();
	const late = () => own.abort(new DOMException(`nothing arrived for ${ms / 1000} s`, 'TimeoutError'));
	let timer = setTimeout(late, ms);
	return {
		signal: AbortSignal.any([own.signal, outer]),
		reset: () => {
			clearTimeout(timer);
			timer = setTimeout(late, ms);
		},
		stop: () => clearTimeout(timer),
	};
}
