import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runN8nCommand } from '../house/n8n-server.ts';
import { root } from '../house/root.ts';

/** Where everything lies that `npm start` keeps between two starts: `.reelsmith` unless REELSMITH_HOME names another. */
export const home = resolve(process.env.REELSMITH_HOME || join(root, '.reelsmith'));

export interface Places {
	n8n: string;
	worker: string;
	google: string;
	films: string;
}

/**
 * The folders of one mode. Rehearsal and live share nothing, so that no rehearsed clip can end in a paid film and no
 * rehearsal workflow can run against Google by itself.
 */
export function placesOf(live: boolean): Places {
	const mode = (name: string) => join(home, live ? 'live' : 'rehearsal', name);
	const films = join(home, live ? 'films' : 'rehearsal-films');
	return { n8n: mode('n8n'), worker: mode('worker'), google: mode('google'), films };
}

/**
 * Makes the folders. The first live start takes over the n8n of the rehearsal with all that was built there, but with
 * nothing published: what runs by itself where it costs money, a person has published there. True if it did.
 */
export async function furnish(places: Places, live: boolean, encryptionKey: string): Promise<boolean> {
	for (const folder of [places.worker, places.films]) mkdirSync(folder, { recursive: true, mode: 0o700 });
	const rehearsed = join(placesOf(false).n8n, '.n8n');
	const takesOver = live && !existsSync(places.n8n) && existsSync(join(rehearsed, 'database.sqlite'));
	if (takesOver) await takeOver(rehearsed, places.n8n, encryptionKey);
	mkdirSync(places.n8n, { recursive: true, mode: 0o700 });
	return takesOver;
}

async function takeOver(from: string, to: string, encryptionKey: string): Promise<void> {
	const half = `${to}.new`;
	rmSync(half, { recursive: true, force: true });
	cpSync(from, join(half, '.n8n'), { recursive: true, verbatimSymlinks: true });
	await runN8nCommand(half, encryptionKey, ['unpublish:workflow', '--all']);
	renameSync(half, to);
}
