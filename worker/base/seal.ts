import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Fault } from './errors.ts';

const ALGORITHM = 'aes-256-gcm';
/** The nonce length that GCM is specified for (NIST SP 800-38D §5.2.1.1). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals what must not lie in clear (the grants that jobs bring along). The key is any text; `bind` is
 * stated again on opening, so that a sealed text moved to another record does not open.
 */
export function seal(key: string, bind: string, text: string): string {
	const nonce = randomBytes(NONCE_BYTES);
	const cipher = createCipheriv(ALGORITHM, digest(key), nonce).setAAD(Buffer.from(bind));
	const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
	return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Opens what `seal` made; throws `internal` when key, binding or text do not belong together. */
export function open(key: string, bind: string, sealed: string): string {
	const bytes = Buffer.from(sealed, 'base64url');
	try {
		const decipher = createDecipheriv(ALGORITHM, digest(key), bytes.subarray(0, NONCE_BYTES))
			.setAAD(Buffer.from(bind))
			.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
		return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
	} catch (cause) {
		throw new Fault('internal', 'a sealed grant does not open', {
			hint: 'REELSMITH_SEAL_KEY changed since the job was submitted. Restore it, or submit the job again.',
			cause,
		});
	}
}

const digest = (key: string) => createHash('sha256').update(key).digest();
