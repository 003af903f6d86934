import type { Call } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';

/** What a dropped file is described by: the JSON body, or the name and folder in the query beside raw bytes. */
export function decodeUpload(body: Buffer, call: Call): unknown {
	const name = call.query.get('name');
	if (name) {
		const parent = call.query.get('parent');
		const mimeType = call.headers['content-type'] || 'application/octet-stream';
		return { name, mimeType, base64: body.toString('base64'), ...(parent ? { parent } : {}) };
	}
	try {
		return JSON.parse(body.toString('utf8')) as unknown;
	} catch {
		throw new WireError(400, 'Send a JSON description of the file, or its bytes with ?name= and ?parent=.');
	}
}
