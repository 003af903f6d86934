import { createReadStream } from 'node:fs';

/** The Castagnoli polynomial, bit-reversed. Source: RFC 3720, appendix B.4. */
const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
	return value >>> 0;
});

/** The crc32c of a file as Google writes it in `X-Goog-Hash`: base64 of four bytes, most significant first. */
export async function crc32cOfFile(path: string): Promise<string> {
	let crc = 0xffffffff;
	for await (const part of createReadStream(path)) {
		for (const byte of part as Buffer) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
	}
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
	return bytes.toString('base64');
}
