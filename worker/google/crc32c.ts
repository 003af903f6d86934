const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
	return value;
});

/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4), which Google states of downloads in `X-Goog-Hash`. Fed piece by
 * piece; `digest` gives base64 of the big-endian value, as in that header.
 */
export function crc32c(): { update(bytes: Uint8Array): void; digest(): string } {
	let crc = 0xffffffff;
	return {
		update(bytes) {
			let value = crc;
			for (let at = 0; at < bytes.length; at++) value = TABLE[(value ^ bytes[at]!) & 0xff]! ^ (value >>> 8);
			crc = value;
		},
		digest() {
			const bytes = Buffer.alloc(4);
			bytes.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
			return bytes.toString('base64');
		},
	};
}
