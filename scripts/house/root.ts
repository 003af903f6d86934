import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** n8n's own folder: pinned version, own lockfile. */
export const n8nRoot = join(root, 'n8n');

/** The variables any program we start needs and that hold no secret: where programs are, language, temporary folder. */
export function plainEnvironment(): Record<string, string> {
	const path = [dirname(process.execPath), process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin'].join(':');
	const kept = ['LANG', 'LC_ALL', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'REELSMITH_RUN'];
	const found = kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]] as [string, string]] : []));
	return { PATH: path, ...Object.fromEntries(found) };
}
