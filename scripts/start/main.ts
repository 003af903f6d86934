import { relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { killLeftovers } from '../house/processes.ts';
import { listExecutions } from '../house/n8n-executions.ts';
import type { N8nServer } from '../house/n8n-server.ts';
import { signIn, type Rest } from '../house/n8n-session.ts';
import { publish, readWorkflow, unpublish } from '../house/n8n-workflows.ts';
import type { RehearsalServer } from '../house/rehearsal-server.ts';
import { until } from '../house/until.ts';
import type { WorkerServer } from '../house/worker-server.ts';
import { keepAccount } from './account.ts';
import { dropBrief } from './brief.ts';
import { takeFilm } from './film.ts';
import { agreesToPrice, liveFolders } from './live.ts';
import { readOptions, USAGE, type StartOptions } from './options.ts';
import { furnish, home, placesOf } from './places.ts';
import { bad, bold, good, money, say } from './screen.ts';
import { keepSecrets, type Secrets } from './secrets.ts';
import { openServers } from './servers.ts';
import { readSettings } from './settings.ts';
import { keepTemplates, REHEARSAL_FOLDERS, type Folders } from './templates.ts';
import { costOf, follow, nextExecution } from './watch.ts';

/** n8n looks at the folder once a minute, and the first look after publishing only takes the folder's measure. */
const FOUND_WITHIN_MS = 150_000;

/** n8n carries out publications in the background, and leaves out two that cancel each other out. */
const SETTLE_MS = 1_000;

/** With Google the brief is the user's to drop: as long as they like. */
const FOREVER_MS = 365 * 86_400_000;

interface House {
	worker: WorkerServer;
	n8n: N8nServer;
	rest: Rest;
	rehearsal?: RehearsalServer;
	workflow: string;
	folders: Folders;
}

/** `npm start`: everything up, one film made before the user's eyes, then the editor stays open. Gives the exit code. */
async function main(args: string[]): Promise<number> {
	const options = readOptions(args);
	if (options.help) return (console.log(USAGE), 0);
	const settings = readSettings();
	const folders = options.live ? liveFolders(settings) : REHEARSAL_FOLDERS;
	const ending = onSignals();
	const secrets = keepSecrets(home);
	const places = placesOf(options.live);
	const servers = openServers({ live: options.live, places, secrets, settings, signal: ending.signal });
	try {
		const rehearsal = options.live ? undefined : await servers.rehearsal();
		if (rehearsal) say(`rehearsal of Google at ${rehearsal.url}: no key is used, nothing is paid`);
		const worker = await servers.worker(rehearsal?.url);
		say(`worker at ${worker.url}, with a Redis of its own`);
		if (options.live && !(await agreesToPrice(worker, settings, ending.signal)))
			return (say('Nothing was spent.'), 0);
		if (await furnish(places, options.live, secrets.n8nEncryptionKey))
			say('Your workflows of the rehearsal were taken over; publish those that shall run with Google.');
		say('n8n is starting …');
		const n8n = await servers.n8n();
		const rest = await signIn(n8n.url, secrets.owner);
		const workflow = await keepTemplates(rest, await keepAccount(rest, worker), folders);
		showEditor(n8n, workflow, secrets);
		const right = await makeFilm(
			{ worker, n8n, rest, rehearsal, workflow, folders },
			options,
			places.films,
			ending.signal,
		);
		if (options.once) return right ? 0 : 1;
		say('Everything stays up. Ctrl-C ends it; the next start finds your work again.');
		await stayUp(ending.signal, [n8n, worker]);
		return 0;
	} catch (error) {
		if (!ending.signal.aborted) throw error;
		return options.once ? 1 : 0;
	} finally {
		if (ending.signal.aborted) say('stopping …');
		await servers.close();
	}
}

/** Publishes the main workflow, hands it a brief, follows the film, looks at it. Says so and gives false if it is not right. */
async function makeFilm(house: House, options: StartOptions, folder: string, signal: AbortSignal): Promise<boolean> {
	const { rest, worker, workflow } = house;
	try {
		const known = (await listExecutions(rest, workflow)).map((execution) => execution.id);
		if (house.rehearsal) {
			await lookAfter(house.rehearsal, () => publishAnew(rest, workflow));
			await handBrief(house.rehearsal, house);
		} else {
			await publish(rest, workflow);
			say(`Waiting for a brief in your Drive folder ${house.folders.briefs} (n8n looks once a minute) …`);
		}
		const id = await nextExecution(rest, workflow, known, signal, options.live ? FOREVER_MS : FOUND_WITHIN_MS);
		say(`n8n has found it: execution ${id}`);
		const { execution, jobs } = await follow(rest, worker, id, signal);
		if (execution.status !== 'success')
			throw new Error(`the execution ended as ${execution.status}: ${execution.error?.message ?? ''}`);
		const film = await takeFilm(worker, jobs, folder);
		say(good(`The film is there: ${relative(process.cwd(), film.path)}`));
		say(
			`  ${film.shots} shots, ${film.seconds.toFixed(1)} s, ${film.width}×${film.height}, ${(film.bytes / 1e6).toFixed(1)} MB, every frame decodes`,
		);
		say(
			`  ${options.live ? 'Google was asked for' : 'With Google it would have cost'} about ${money(costOf(jobs))}`,
		);
		return true;
	} catch (error) {
		if (signal.aborted) throw error;
		say(bad(`No film: ${(error as Error).message}`));
		return false;
	}
}

/** Drops the brief after the trigger's first look, which takes what lies there as known; a new publication looks at once. */
async function handBrief(rehearsal: RehearsalServer, { rest, workflow, folders }: House): Promise<void> {
	const name = await dropBrief(rehearsal, folders.briefs);
	say(
		`A brief, "${name}", was put into the rehearsal Drive. n8n looks there once a minute, and at once when a workflow is published anew …`,
	);
	await publishAnew(rest, workflow);
}

/** A trigger looks at once when its workflow is published, but not when it already was: so it is taken off first. */
async function publishAnew(rest: Rest, workflow: string): Promise<void> {
	if ((await readWorkflow(rest, workflow)).active) {
		await unpublish(rest, workflow);
		await pause(SETTLE_MS);
	}
	await publish(rest, workflow);
}

/** Runs `act` and waits until the stand-in was asked about Drive after it. */
async function lookAfter(rehearsal: RehearsalServer, act: () => Promise<unknown>): Promise<void> {
	const since = new Date().toISOString();
	await act();
	const asked = async () =>
		(await rehearsal.journal<{ route: string; at: string }>()).some(
			({ route, at }) => route.startsWith('drive.changes') && at >= since,
		);
	await until(asked, { what: 'the first look at the rehearsal Drive', timeoutMs: FOUND_WITHIN_MS });
}

function showEditor(n8n: N8nServer, workflow: string, { owner }: Secrets): void {
	say(`${bold('The editor is open:')} ${n8n.url}/workflow/${workflow}`);
	say(`  sign in as ${bold(owner.email)} with password ${bold(owner.password)}`);
}

function onSignals(): AbortController {
	const ending = new AbortController();
	const end = () => {
		// Asked twice: at once.
		if (ending.signal.aborted) killLeftovers();
		ending.abort(new Error('stopped'));
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
	return ending;
}

async function stayUp(signal: AbortSignal, servers: Array<{ running(): boolean; tail(): string }>): Promise<void> {
	while (!signal.aborted) {
		const dead = servers.find((server) => !server.running());
		if (dead) throw new Error(`a server has ended by itself:\n${dead.tail().slice(-2_000)}`);
		await pause(500);
	}
}

main(process.argv.slice(2)).then(
	(code) => process.exit(code),
	(error: unknown) => {
		console.error(`\n${(error as Error).message}`);
		process.exit(1);
	},
);
