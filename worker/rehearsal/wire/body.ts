import type { IncomingMessage } from 'node:http';
import { WireError } from './errors.ts';

/** The largest JSON body taken: inline images of a request may come to 100 MB at the real service. */
const LARGEST_BODY = 128 * 1024 * 1024;

/** All bytes of a request's body. Throws a 413 WireError beyond 128 MB. */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
	const parts: Buffer[] = [];
	let size = 0;
	for await (const part of request as AsyncIterable<Buffer>) {
		size += part.length;
		if (size > LARGEST_BODY) throw new WireError(413, 'Request payload size exceeds the limit.');
		parts.push(part);
	}
	return Buffer.concat(parts);
}

/** The JSON body; undefined when it is empty. Throws a 400 WireError when it is no JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
	const text = (await readBytes(request)).toString('utf8');
	if (text.trim() === '') return undefined;
	try {
		return JSON.parse(text) as unknown;
	} catch {
		throw new WireError(400, 'Invalid JSON payload received. Parse error.');
	}
}

/** The fields of a form-encoded body. */
export async function readForm(request: IncomingMessage): Promise<Record<string, string>> {
	return Object.fromEntries(new URLSearchParams((await readBytes(request)).toString('utf8')));
}
