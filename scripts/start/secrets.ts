import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Made once and kept: without them n8n could not read its credentials nor the worker what it has sealed. */
export interface Secrets {
	workerApiKey: string;
	sealKey: string;
	n8nEncryptionKey: string;
	owner: { email: string; password: string };
}

/** Reads `secrets.json` of a folder, or makes it: readable by its owner alone, written whole or not at all. */
export function keepSecrets(folder: string): Secrets {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const path = join(folder, 'secrets.json');
	if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Secrets;
	const secrets = makeSecrets();
	writeFileSync(`${path}.new`, `${JSON.stringify(secrets, null, '\t')}\n`, { mode: 0o600 });
	renameSync(`${path}.new`, path);
	return secrets;
}

function makeSecrets(): Secrets {
	const text = (bytes: number) => randomBytes(bytes).toString('hex');
	return {
		workerApiKey: `rsk_${text(32)}`,
		sealKey: text(32),
		n8nEncryptionKey: text(24),
		// n8n wants a capital letter and a digit in it.
		owner: { email: 'you@reelsmith.local', password: `Film-${text(4)}-1` },
	};
}
