import { execFileSync } from 'node:child_process';

const PATIENCE_MS = 10_000;
let known: Set<string> | null | undefined;

/**
 * The environment that fontconfig is asked in: without a home, so that it sees the fonts that ffmpeg sees from inside
 * its walls, those of the system.
 */
export const FONT_ENVIRONMENT = { PATH: '/usr/bin:/bin:/usr/local/bin', LC_ALL: 'C.UTF-8' };

/** Whether a family of fonts is installed; asked of fontconfig once in a process, taken for true where it cannot be asked. */
export function hasFamily(family: string): boolean {
	if (known === undefined) known = families();
	return known === null || known.has(family.toLowerCase());
}

function families(): Set<string> | null {
	try {
		const listed = execFileSync('fc-list', [':', 'family'], {
			encoding: 'utf8',
			timeout: PATIENCE_MS,
			env: FONT_ENVIRONMENT,
			stdio: ['ignore', 'pipe', 'ignore'],
			maxBuffer: 1 << 24,
		});
		return new Set(
			listed
				.toLowerCase()
				.split(/[\n,]/)
				.map((name) => name.trim()),
		);
	} catch {
		return null;
	}
}
