import { WireError } from '../wire/errors.ts';

/**
 * Splits a multipart/related upload into metadata and media (RFC 2387). Throws Drive's 400 when the body does not hold
 * exactly a JSON part and a media part.
 */
export function splitRelated(
	body: Buffer,
	contentType: string,
): { metadata: unknown; bytes: Buffer; mimeType: string } {
	const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
	const parts = boundary ? partsOf(body, `--${boundary}`) : [];
	if (parts.length !== 2) throw malformed();
	const [metadata, media] = parts as [Part, Part];
	return {
		metadata: parse(metadata.bytes),
		bytes: decoded(media),
		mimeType: media.headers.get('content-type') ?? '',
	};
}

type Part = { headers: Map<string, string>; bytes: Buffer };
const malformed = () => new WireError(400, 'Malformed multipart body.', { reason: 'badContent' });

function partsOf(body: Buffer, mark: string): Part[] {
	const parts: Part[] = [];
	let at = body.indexOf(mark);
	while (at >= 0) {
		const start = at + mark.length;
		if (body.toString('latin1', start, start + 2) === '--') break;
		const next = body.indexOf(`\r\n${mark}`, start);
		if (next < 0) break;
		parts.push(partOf(body.subarray(start, next)));
		at = next + 2;
	}
	return parts;
}

function partOf(bytes: Buffer): Part {
	const end = bytes.indexOf('\r\n\r\n');
	if (end < 0) throw malformed();
	const lines = bytes.toString('latin1', 0, end).split('\r\n').filter(Boolean);
	const headers = lines.map((line): [string, string] => {
		const colon = line.indexOf(':');
		return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
	});
	return { headers: new Map(headers), bytes: bytes.subarray(end + 4) };
}

function parse(bytes: Buffer): unknown {
	try {
		return JSON.parse(bytes.toString('utf8')) as unknown;
	} catch {
		throw malformed();
	}
}

function decoded(part: Part): Buffer {
	const base64 = part.headers.get('content-transfer-encoding')?.toLowerCase() === 'base64';
	return base64 ? Buffer.from(part.bytes.toString('latin1'), 'base64') : part.bytes;
}
