import { createHash, randomBytes } from 'node:crypto';

/** SHA-256 in hex. */
export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** JSON with sorted keys and without `undefined`: equal values give equal text, so it can be hashed. */
export function canonical(value: unknown): string {
	return JSON.stringify(value, (_key, inner: unknown) =>
		inner !== null && typeof inner === 'object' && !Array.isArray(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);
}

/** A fresh id that no one can guess: prefix and 96 random bits in base 36, without characters that BullMQ or a URL mind. */
export function newId(prefix: string): string {
	return `${prefix}_${BigInt(`0x${randomBytes(12).toString('hex')}`)
		.toString(36)
		.padStart(19, '0')}`;
}
