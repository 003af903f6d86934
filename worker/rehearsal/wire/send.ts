import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { faultOf, type Fault } from '../state/faults.ts';
import type { Answer } from './call.ts';

/** What the real API answers with, as recorded. */
const HEADERS = { Vary: 'Origin, Referer, X-Origin', Server: 'Reelsmith rehearsal' };

type Payload = { size: number; open(): Readable; status: number; headers: Record<string, string> };

/** Writes an answer, with the faults that concern its bytes: cut off, of a wrong length, or something else entirely. */
export async function send(
	request: IncomingMessage,
	response: ServerResponse,
	answer: Answer,
	faults: Fault[],
): Promise<void> {
	const garbage = faultOf(faults, 'garbage');
	const payload = payloadOf(
		request,
		garbage ? { ...answer, file: undefined, json: undefined, bytes: Buffer.from(garbage.text) } : answer,
	);
	const extra = faultOf(faults, 'wrongLength')?.extra ?? 0;
	response.writeHead(payload.status, {
		...HEADERS,
		...payload.headers,
		...answer.headers,
		'Content-Length': payload.size + extra,
	});
	const cut = faultOf(faults, 'truncate');
	if (cut) return sendPart(response, payload, cut.bytes ?? Math.floor(payload.size / 2));
	await pipeline(payload.open(), response, { end: extra === 0 });
	if (extra > 0) response.destroy();
}

async function sendPart(response: ServerResponse, payload: Payload, bytes: number): Promise<void> {
	let left = bytes;
	for await (const part of payload.open() as AsyncIterable<Buffer>) {
		const piece = part.subarray(0, left);
		left -= piece.length;
		await new Promise<void>((done) => response.write(piece, () => done()));
		if (left <= 0) break;
	}
	response.destroy();
}

function payloadOf(request: IncomingMessage, answer: Answer): Payload {
	if (answer.file) return filePayload(answer.file, request.headers.range, answer.status);
	const status = answer.status ?? 200;
	if (answer.bytes) return memoryPayload(answer.bytes, 'application/octet-stream', status);
	if (answer.text !== undefined) return memoryPayload(Buffer.from(answer.text), 'text/plain; charset=UTF-8', status);
	if (answer.json === undefined) return memoryPayload(Buffer.alloc(0), 'text/html; charset=UTF-8', status);
	return memoryPayload(
		Buffer.from(`${JSON.stringify(answer.json, null, 2)}\n`),
		'application/json; charset=UTF-8',
		status,
	);
}

function memoryPayload(bytes: Buffer, type: string, status: number): Payload {
	return { size: bytes.length, status, headers: { 'Content-Type': type }, open: () => Readable.from([bytes]) };
}

function filePayload(file: NonNullable<Answer['file']>, range: string | undefined, status = 200): Payload {
	const headers = { 'Content-Type': file.type, 'Accept-Ranges': 'bytes' };
	const part = range ? partOf(range, file.size) : null;
	if (part === 'outside') {
		return {
			size: 0,
			status: 416,
			headers: { 'Content-Range': `bytes */${file.size}` },
			open: () => Readable.from([]),
		};
	}
	if (!part) return { size: file.size, status, headers, open: () => createReadStream(file.path) };
	const [start, end] = part;
	return {
		size: end - start + 1,
		status: 206,
		headers: { ...headers, 'Content-Range': `bytes ${start}-${end}/${file.size}` },
		open: () => createReadStream(file.path, { start, end }),
	};
}

/** One byte range of RFC 9110; several ranges or nonsense are ignored, as the RFC allows. */
function partOf(range: string, size: number): [number, number] | 'outside' | null {
	const match = /^bytes=(\d*)-(\d*)$/.exec(range.trim());
	if (!match || (match[1] === '' && match[2] === '')) return null;
	const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
	const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
	return start > end || start >= size ? 'outside' : [start, end];
}
