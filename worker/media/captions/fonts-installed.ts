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
	const listed = asked(':', 'family');
	if (listed === null) return null;
	return new Set(
		listed
			.toLowerCase()
			.split(/[\n,]/)
			.map((name) => name.trim()),
	);
}

type Range = [first: number, last: number];
const ranges = new Map<string, Range[] | null>();

/** Whether an installed family has every character of a text; asked once for each family, true where it cannot be asked. */
export function familyDraws(family: string, text: string): boolean {
	if (!ranges.has(family)) ranges.set(family, rangesOf(asked(`:family=${family}`, 'charset')));
	const own = ranges.get(family);
	const has = (code: number) => own!.some(([first, last]) => code >= first && code <= last);
	return !own || Array.from(text).every((character) => has(character.codePointAt(0)!));
}

/** What fontconfig prints of a character set: `20-7e a0 1f300-1f6d4`, in hexadecimal. */
function rangesOf(listed: string | null): Range[] | null {
	if (listed === null) return null;
	return Array.from(listed.matchAll(/\b([0-9a-f]{2,6})(?:-([0-9a-f]{2,6}))?(?= |$)/gm), ([, first, last = first]) => [
		parseInt(first!, 16),
		parseInt(last!, 16),
	]);
}

function asked(...question: string[]): string | null {
	try {
		return execFileSync('fc-list', question, {
			encoding: 'utf8',
			timeout: PATIENCE_MS,
			env: FONT_ENVIRONMENT,
			stdio: ['ignore', 'pipe', 'ignore'],
			maxBuffer: 1 << 24,
		});
	} catch {
		return null;
	}
}
