import type { FileHandle } from 'node:fs/promises';
import type { Fetch } from './clients.ts';

/** Receives the decoded bytes of each inline medium of an answer, counted from 0. */
export type InlineSink = (index: number, bytes: Buffer) => Promise<void>;

/** What stands in an answer in place of an inline medium: `cut:0`, `cut:1`, … */
export const CUT = 'cut:';

/** Fields in which Google puts media as base64: Interactions and Vertex Veo. */
const MEDIA_FIELDS = ['data', 'bytesBase64Encoded'];

/**
 * A fetch that takes inline media out of JSON answers while they stream: the SDK above sees `"data":"cut:0"`,
 * and the bytes go to the sink, so a clip of any size costs a few buffers. Without a sink they are dropped.
 */
export function cuttingFetch(inner: Fetch, sink?: InlineSink): Fetch {
	return async (input, init) => {
		const answer = await inner(input, init);
		if (!answer.ok || !answer.body) return answer;
		const headers = new Headers(answer.headers);
		headers.delete('content-length');
		headers.delete('content-encoding');
		const body = answer.body.pipeThrough(cutMedia(sink));
		return new Response(body, { status: answer.status, statusText: answer.statusText, headers });
	};
}

/** A sink that writes the media to files, one for each; `open` names and opens them. */
export function fileSink(open: (index: number) => Promise<FileHandle>): { sink: InlineSink; close(): Promise<void> } {
	const files = new Map<number, FileHandle>();
	return {
		sink: async (index, bytes) => {
			const file = files.get(index) ?? (await open(index));
			files.set(index, file);
			await file.writeFile(bytes);
		},
		close: async () => {
			await Promise.all([...files.values()].map((file) => file.close()));
		},
	};
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
/** Longer strings are no field names we look for. */
const MAX_NAME = 32;

/** The transform under `cuttingFetch`: a scan of JSON that knows strings, escapes and field names, and nothing else. */
export function cutMedia(sink?: InlineSink): TransformStream<Uint8Array, Uint8Array> {
	const scan = scanner();
	return new TransformStream({
		async transform(arrived, controller) {
			const { kept, media } = scan(Buffer.from(arrived.buffer, arrived.byteOffset, arrived.byteLength));
			for (const piece of media) if (sink && piece.bytes.length) await sink(piece.index, piece.bytes);
			if (kept.length) controller.enqueue(kept);
		},
	});
}

type Media = { index: number; bytes: Buffer };
type Where = 'outside' | 'string' | 'media';

function scanner() {
	let where: Where = 'outside';
	let name = '';
	let isValue = false;
	let escaped = '';
	let cuts = 0;
	let decode = base64Decoder();

	/** Handles what may be split over two pieces: a backslash and what follows it. Returns the characters it stands for. */
	const escape = (byte: number): string | null => {
		escaped += String.fromCharCode(byte);
		if (escaped[1] !== 'u') return finish(escaped[1] ?? '');
		return escaped.length < '\\uXXXX'.length ? null : finish(String.fromCharCode(parseInt(escaped.slice(2), 16)));
	};
	const finish = (character: string) => {
		escaped = '';
		return character;
	};

	return (piece: Buffer): { kept: Buffer; media: Media[] } => {
		const kept: Buffer[] = [];
		const media: Media[] = [];
		let at = 0;
		while (at < piece.length) {
			const byte = piece[at]!;
			if (escaped) {
				const character = escape(byte);
				if (where === 'string') kept.push(piece.subarray(at, at + 1));
				else if (character !== null) media.push({ index: cuts - 1, bytes: decode(character) });
				at += 1;
			} else if (where === 'outside') {
				if (byte === COLON) isValue = true;
				else if (byte === QUOTE && isValue && MEDIA_FIELDS.includes(name)) {
					where = 'media';
					decode = base64Decoder();
					kept.push(Buffer.from(`"${CUT}${cuts++}"`));
				} else if (byte === QUOTE) {
					where = 'string';
					if (!isValue) name = '';
				} else if (byte > 0x20) isValue = false;
				if (where !== 'media') kept.push(piece.subarray(at, at + 1));
				at += 1;
			} else if (byte === BACKSLASH) {
				escaped = '\\';
				if (where === 'string') kept.push(piece.subarray(at, at + 1));
				at += 1;
			} else if (byte === QUOTE) {
				if (where === 'media') media.push({ index: cuts - 1, bytes: decode('', 'end') });
				else kept.push(piece.subarray(at, at + 1));
				where = 'outside';
				isValue = false;
				at += 1;
			} else {
				const end = plainEnd(piece, at);
				const plain = piece.subarray(at, end);
				if (where === 'media') media.push({ index: cuts - 1, bytes: decode(plain.toString('latin1')) });
				else {
					kept.push(plain);
					if (!isValue && name.length < MAX_NAME) name += plain.toString('latin1');
				}
				at = end;
			}
		}
		return { kept: Buffer.concat(kept), media };
	};
}

/** Where a run without quote or backslash ends. */
function plainEnd(piece: Buffer, from: number): number {
	const quote = piece.indexOf(QUOTE, from);
	const end = quote < 0 ? piece.length : quote;
	const backslash = piece.subarray(from, end).indexOf(BACKSLASH);
	return backslash < 0 ? end : from + backslash;
}

/** Base64 comes in pieces of any length; four characters are three bytes, the rest waits for more. */
function base64Decoder(): (piece: string, end?: 'end') => Buffer {
	let rest = '';
	return (piece, end) => {
		const text = rest + piece;
		const whole = end ? text.length : text.length - (text.length % 4);
		rest = text.slice(whole);
		return Buffer.from(text.slice(0, whole), 'base64');
	};
}
