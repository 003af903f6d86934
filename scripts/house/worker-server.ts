import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { startProgram, type Program } from './processes.ts';
import { plainEnvironment, root } from './root.ts';
import { GiveUp, until } from './until.ts';

/** The private Redis replays its journal before the worker is ready; a minute is generous for a house of one person. */
const START_DEADLINE_MS = 60_000;

export interface WorkerServerOptions {
	/** The worker's data folder (assets, private Redis, ledger); made if missing. */
	dir: string;
	port?: number;
	apiKey?: string;
	/** Text of at least 32 characters that seals what a job brings along. */
	sealKey?: string;
	/** Address of the n8n that the worker may call back. */
	n8nUrl?: string;
	/** Address of the rehearsal server; without it the worker speaks to Google itself. */
	rehearsalUrl?: string;
	env?: Record<string, string>;
	signal?: AbortSignal;
}

export interface WorkerServer {
	url: string;
	dir: string;
	apiKey: string;
	pid(): number;
	running(): boolean;
	tail(): string;
	/** A call of the worker's API: path from `/v1/…`, JSON both ways; throws with the answer's text on anything but 2xx. */
	api<T = unknown>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T>;
	/** The same without judging the answer. */
	call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
	stop(): Promise<void>;
	/** kill -9: its private Redis and its ffmpeg go with it. */
	kill(): Promise<void>;
	/** Stops it if it runs and starts it again on the same port and data, optionally with other variables. */
	restart(env?: Record<string, string>): Promise<void>;
}

/** The key of a test's worker: any text of the form the worker accepts will do. */
const TEST_API_KEY = `rsk_${'7e57'.repeat(16)}`;
const TEST_SEAL_KEY = '5ea1'.repeat(16);

/** Starts the worker from source with a private Redis, and answers when it is ready to take jobs. */
export async function startWorkerServer(options: WorkerServerOptions): Promise<WorkerServer> {
	const port = options.port ?? (await freePort());
	const apiKey = options.apiKey ?? TEST_API_KEY;
	const url = `http://127.0.0.1:${port}`;
	mkdirSync(options.dir, { recursive: true });
	let env = { ...workerEnvironment(options, port, apiKey), ...options.env };
	let program = await boot(options.dir, env, url, options.signal);
	const call: WorkerServer['call'] = async (method, path, body, headers) =>
		await fetch(`${url}${path}`, {
			method,
			headers: {
				authorization: `Bearer ${apiKey}`,
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
				...headers,
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
			signal: AbortSignal.timeout(60_000),
		});
	return {
		url,
		dir: options.dir,
		apiKey,
		pid: () => program.pid,
		running: () => program.running(),
		tail: () => program.tail(),
		call,
		api: async <T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
			(await answerOf(await call(method, path, body, headers), `${method} ${path}`)) as T,
		stop: () => program.stop(),
		kill: () => program.kill(),
		restart: async (more) => {
			await program.stop();
			env = { ...env, ...more };
			program = await boot(options.dir, env, url, options.signal);
		},
	};
}

function workerEnvironment(options: WorkerServerOptions, port: number, apiKey: string): Record<string, string> {
	return {
		...plainEnvironment(),
		HOME: options.dir,
		REELSMITH_HOST: '127.0.0.1',
		REELSMITH_PORT: String(port),
		REELSMITH_PUBLIC_URL: `http://127.0.0.1:${port}`,
		REELSMITH_DATA: options.dir,
		REELSMITH_API_KEYS: `owner:${apiKey}`,
		REELSMITH_SEAL_KEY: options.sealKey ?? TEST_SEAL_KEY,
		...(options.n8nUrl ? { REELSMITH_CALLBACK_ORIGINS: options.n8nUrl } : {}),
		...(options.rehearsalUrl ? { REHEARSAL_URL: options.rehearsalUrl } : {}),
	};
}

async function boot(dir: string, env: Record<string, string>, url: string, signal?: AbortSignal): Promise<Program> {
	const program = startProgram({
		name: 'worker',
		command: process.execPath,
		args: [join(root, 'worker/main.ts')],
		env,
		cwd: root,
		logFile: join(dir, 'worker.log'),
	});
	const ready = async () => {
		if (!program.running()) throw new GiveUp(`the worker ended while starting:\n${program.tail().slice(-3_000)}`);
		return (await fetch(`${url}/ready`, { signal: AbortSignal.timeout(5_000) })).ok;
	};
	try {
		await until(ready, { what: 'the worker to be ready', timeoutMs: START_DEADLINE_MS, everyMs: 100, signal });
	} catch (error) {
		await program.kill();
		throw new Error(`${(error as Error).message}\n${program.tail().slice(-2_000)}`, { cause: error });
	}
	return program;
}

async function answerOf(response: Response, what: string): Promise<unknown> {
	const text = await response.text();
	if (!response.ok) throw new Error(`${what}: ${response.status} ${text.slice(0, 1_000)}`);
	return text ? (JSON.parse(text) as unknown) : undefined;
}
