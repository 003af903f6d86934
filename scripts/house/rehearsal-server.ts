import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram, type Program } from './processes.ts';
import { plainEnvironment, root } from './root.ts';
import { GiveUp, until } from './until.ts';

const START_DEADLINE_MS = 60_000;

export interface RehearsalServerOptions {
	dir: string;
	port?: number;
	env?: Record<string, string>;
	signal?: AbortSignal;
}

export interface RehearsalServer {
	url: string;
	dir: string;
	pid(): number;
	running(): boolean;
	tail(): string;
	/** Everything that was asked of the stand-in so far, in order. */
	journal<T = Record<string, unknown>>(): Promise<T[]>;
	/** Tells the stand-in how to behave from now on. */
	order(order: unknown): Promise<unknown>;
	/** Puts a file into the rehearsal Drive, as somebody else would by hand. */
	dropFile(file: DriveDrop): Promise<{ id: string }>;
	/** A call of the stand-in's own side door (`/rehearsal/…`). */
	side<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
	stop(): Promise<void>;
	kill(): Promise<void>;
	restart(env?: Record<string, string>): Promise<void>;
}

export interface DriveDrop {
	name: string;
	mimeType: string;
	/** Text as it is; bytes as base64. */
	text?: string;
	base64?: string;
	parent?: string;
}

/** Starts the stand-in for Google, and answers when it listens. */
export async function startRehearsalServer(options: RehearsalServerOptions): Promise<RehearsalServer> {
	mkdirSync(options.dir, { recursive: true });
	let env = rehearsalEnvironment(options);
	let { program, url } = await boot(options, env);
	const side = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
		await ask<T>(url, method, path, body);
	return {
		get url() {
			return url;
		},
		dir: options.dir,
		pid: () => program.pid,
		running: () => program.running(),
		tail: () => program.tail(),
		side,
		journal: async <T>() => {
			const answer = await side<T[] | { entries: T[] }>('GET', '/rehearsal/journal');
			return Array.isArray(answer) ? answer : answer.entries;
		},
		order: (order) => side('POST', '/rehearsal/orders', order),
		dropFile: (file) => side<{ id: string }>('POST', '/rehearsal/drive/files', file),
		stop: () => program.stop(),
		kill: () => program.kill(),
		restart: async (more) => {
			await program.stop();
			env = { ...env, ...more, REHEARSAL_PORT: new URL(url).port };
			({ program, url } = await boot(options, env));
		},
	};
}

function rehearsalEnvironment(options: RehearsalServerOptions): Record<string, string> {
	return {
		...plainEnvironment(),
		HOME: options.dir,
		REHEARSAL_HOST: '127.0.0.1',
		REHEARSAL_PORT: String(options.port ?? 0),
		REHEARSAL_DATA: options.dir,
		...options.env,
	};
}

async function boot(
	options: RehearsalServerOptions,
	env: Record<string, string>,
): Promise<{ program: Program; url: string }> {
	let url = '';
	const program = startProgram({
		name: 'rehearsal',
		command: process.execPath,
		args: [join(root, 'worker/rehearsal/main.ts')],
		env,
		cwd: root,
		logFile: join(options.dir, 'rehearsal.log'),
		onLine: (line) => (url ||= addressIn(line)),
	});
	const listening = async () => {
		if (!program.running())
			throw new GiveUp(`the rehearsal ended while starting:\n${program.tail().slice(-3_000)}`);
		return url || undefined;
	};
	try {
		await until(listening, {
			what: 'the rehearsal to listen',
			timeoutMs: START_DEADLINE_MS,
			everyMs: 50,
			signal: options.signal,
		});
	} catch (error) {
		await program.kill();
		throw error;
	}
	return { program, url };
}

function addressIn(line: string): string {
	try {
		const said = JSON.parse(line) as { listening?: string };
		return said.listening ?? '';
	} catch {
		return '';
	}
}

async function ask<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
	const response = await fetch(`${url}${path}`, {
		method,
		...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
		signal: AbortSignal.timeout(30_000),
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
	return (text ? JSON.parse(text) : undefined) as T;
}
