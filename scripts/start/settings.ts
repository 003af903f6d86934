import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { root } from '../house/root.ts';

/** Settings of the worker that mean the same with Google and in rehearsal. */
const ALWAYS = [
	'REELSMITH_LOG_LEVEL',
	'REELSMITH_BUDGET_USD_A_DAY',
	'REELSMITH_CONCURRENCY',
	'REELSMITH_SANDBOX',
	'REELSMITH_POLL_SECONDS',
	'REELSMITH_MODELS_FILE',
	'FFMPEG_PATH',
	'FFPROBE_PATH',
];

/** What speaks to Google, pays or is shared: only with --live. */
const LIVE = [
	'GEMINI_API_KEY',
	'GOOGLE_APPLICATION_CREDENTIALS',
	'GOOGLE_CLOUD_PROJECT',
	'GOOGLE_CLOUD_LOCATION',
	'REDIS_URL',
	'REELSMITH_ACCEPT_REDIS',
];

/** How the rehearsal behaves. */
const REHEARSAL = ['REHEARSAL_SECONDS', 'REHEARSAL_FOOTAGE', 'REHEARSAL_WORKERS'];

export type Settings = Record<string, string>;

/** The environment with `.env` under it: what is set outside wins. */
export function readSettings(): Settings {
	const file = join(root, '.env');
	const written = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
	const all = { ...written, ...process.env };
	return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** What of the settings the worker gets. In rehearsal no key and no identity is passed on, so nothing can be paid. */
export const workerSettings = (settings: Settings, live: boolean) =>
	pick(settings, live ? [...ALWAYS, ...LIVE] : ALWAYS);

export const rehearsalSettings = (settings: Settings) => pick(settings, REHEARSAL);

function pick(settings: Settings, names: string[]): Settings {
	return Object.fromEntries(Object.entries(settings).filter(([name]) => names.includes(name)));
}
