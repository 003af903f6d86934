import { pathToFileURL } from 'node:url';
import { bringPrograms } from './setup/apt.mjs';
import { buildNodes } from './setup/build.mjs';
import { reporter } from './setup/report.mjs';
import { alone } from './setup/lock.mjs';
import { node24 } from './setup/node24.mjs';
import { bringPackages } from './setup/packages.mjs';
import { bringSqlite } from './setup/sqlite.mjs';

export { node24 } from './setup/node24.mjs';
export { SetupError } from './setup/run.mjs';

/**
 * Brings what is missing to run Reelsmith, from npm and apt alone, and says what it does. Asked again it only looks
 * (well under a second); interrupted anywhere, the next call puts it right. Plain JavaScript without dependencies,
 * because it runs before anything is installed, on any Node from 18. Throws SetupError with a message for people.
 *
 * @param {{ needs?: string[], log?: (line: string) => void }} [options] `needs` is any of 'media' (ffmpeg, redis,
 *   fonts), 'browser' (Chromium, for tests), 'n8n' and 'nodes' (dist/ built); all but 'browser' unless told.
 */
export async function setup({ needs = ['media', 'n8n', 'nodes'], log = console.log } = {}) {
	const report = reporter(log);
	await alone(report, async () => {
		await bringPrograms(needs, report);
		await bringPackages('root', report);
		node24();
		if (needs.includes('n8n')) {
			await bringPackages('n8n', report);
			await bringSqlite(report);
		}
		if (needs.includes('nodes')) await buildNodes(report);
	});
	report.end();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
	const needs = process.argv.slice(2);
	await setup(needs.length ? { needs } : {}).catch((error) => {
		console.error(error.message);
		process.exitCode = 1;
	});
}
