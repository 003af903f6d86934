import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { WorkerServer } from '../house/worker-server.ts';
import { bold, money, say } from './screen.ts';
import type { Settings } from './settings.ts';
import type { Folders } from './templates.ts';

/** A film as the main template makes it without changes: sixteen seconds in shots of four. */
const EXAMPLE = { shots: 4, seconds: 4, prompt: 'A lighthouse at dawn' };

/** Refuses --live, in words that say what to write into .env, where something is missing. Gives the user's folders. */
export function liveFolders(settings: Settings): Folders {
	const missing: string[] = [];
	const identity = settings.GOOGLE_APPLICATION_CREDENTIALS;
	if (!settings.GEMINI_API_KEY && !(identity && settings.GOOGLE_CLOUD_PROJECT))
		missing.push(
			'GEMINI_API_KEY (from https://aistudio.google.com/apikey), or GOOGLE_APPLICATION_CREDENTIALS and GOOGLE_CLOUD_PROJECT for Vertex AI',
		);
	if (!identity)
		missing.push(
			'GOOGLE_APPLICATION_CREDENTIALS: path of the Google identity (JSON) that may see your Drive folders',
		);
	else if (!existsSync(identity)) missing.push(`GOOGLE_APPLICATION_CREDENTIALS: there is no file ${identity}`);
	const { REELSMITH_BRIEFS_FOLDER: briefs, REELSMITH_FILMS_FOLDER: films } = settings;
	if (!briefs)
		missing.push('REELSMITH_BRIEFS_FOLDER: id of the Drive folder to watch (the last part of its address)');
	if (!films) missing.push('REELSMITH_FILMS_FOLDER: id of the Drive folder for the films');
	if (missing.length || !briefs || !films)
		throw new Error(`--live needs more in .env:\n  - ${missing.join('\n  - ')}`);
	if (!process.stdin.isTTY) throw new Error('--live asks before it spends money, and there is no terminal to ask at');
	return { briefs, films };
}

/** Shows what a film would cost by the worker's own price table, and asks. False means no. */
export async function agreesToPrice(worker: WorkerServer, settings: Settings, signal: AbortSignal): Promise<boolean> {
	const jobs = Array.from({ length: EXAMPLE.shots }, () => ({
		input: { prompt: EXAMPLE.prompt, seconds: EXAMPLE.seconds },
	}));
	const estimate = await worker.api<{ usd: number; jobs: Array<{ usd: number; basis: string }> }>(
		'POST',
		'/v1/estimates',
		{ kind: 'clip', jobs },
	);
	say(
		`${bold('This makes paid calls to Google.')} A film of ${EXAMPLE.shots} shots of ${EXAMPLE.seconds} s costs about ${bold(money(estimate.usd))}:`,
	);
	say(`  ${EXAMPLE.shots} × ${estimate.jobs[0]?.basis ?? ''}; writing the storyboard adds a few cents at most`);
	const limit = settings.REELSMITH_BUDGET_USD_A_DAY;
	say(
		limit
			? `  No more than ${money(Number(limit))} a day will be spent (REELSMITH_BUDGET_USD_A_DAY).`
			: '  No daily limit is set (REELSMITH_BUDGET_USD_A_DAY in .env).',
	);
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	try {
		const answer = await terminal.question('Every brief in the folder makes such a film. Go on? Type yes: ', {
			signal,
		});
		return answer.trim().toLowerCase() === 'yes';
	} finally {
		terminal.close();
	}
}
