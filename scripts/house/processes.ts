import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';

/** How much of a program's output is kept in memory for messages, in characters. */
const TAIL = 200_000;

export interface ProgramOptions {
	name: string;
	command: string;
	args: string[];
	/** The whole environment: nothing of the caller's own is passed on. */
	env: Record<string, string>;
	cwd?: string;
	/** File that all output is appended to. */
	logFile?: string;
	/** Called with each whole line of standard output. */
	onLine?: (line: string) => void;
}

export interface Program {
	name: string;
	pid: number;
	/** Settles when the program has ended; never rejects. */
	ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
	running(): boolean;
	/** The last of what the program wrote, both streams. */
	tail(): string;
	/** SIGTERM, and SIGKILL when it has not ended after `deadlineMs`. */
	stop(deadlineMs?: number): Promise<void>;
	/** SIGKILL at once, as a power cut would. */
	kill(): Promise<void>;
}

const running = new Set<ChildProcess>();
let guarded = false;

/**
 * Starts a program that does not outlive its starter: where `setpriv` is there (util-linux), the kernel kills it
 * when this process dies, also by kill -9; elsewhere leftovers are killed when this process exits.
 */
export function startProgram(options: ProgramOptions): Program {
	guardExit();
	const [command, args] = boundToUs(options.command, options.args);
	const child = spawn(command, args, { env: options.env, cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
	running.add(child);
	const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
		child.once('error', () => resolve({ code: null, signal: null }));
		child.once('exit', (code, signal) => resolve({ code, signal }));
	}).finally(() => running.delete(child));
	const tail = collect(child, options);
	const alive = () => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
	return {
		name: options.name,
		pid: child.pid ?? 0,
		ended,
		running: alive,
		tail,
		stop: async (deadlineMs = 20_000) => {
			if (alive()) child.kill('SIGTERM');
			const late = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
			await ended;
			clearTimeout(late);
		},
		kill: async () => {
			if (alive()) child.kill('SIGKILL');
			await ended;
		},
	};
}

/** Kills, at once and by pid, every program that was started here and still runs. */
export function killLeftovers(): void {
	for (const child of running) child.kill('SIGKILL');
}

function boundToUs(command: string, args: string[]): [string, string[]] {
	const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
	return setpriv ? [setpriv, ['--pdeathsig', 'KILL', command, ...args]] : [command, args];
}

function guardExit(): void {
	if (guarded) return;
	guarded = true;
	process.on('exit', killLeftovers);
}

function collect(child: ChildProcess, options: ProgramOptions): () => string {
	let tail = '';
	let line = '';
	const file = options.logFile ? createWriteStream(options.logFile, { flags: 'a' }) : undefined;
	const take = (text: string) => {
		tail = (tail + text).slice(-TAIL);
		file?.write(text);
	};
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		take(text);
		const lines = (line + text).split('\n');
		line = lines.pop() ?? '';
		for (const whole of lines) options.onLine?.(whole);
	});
	child.stderr?.setEncoding('utf8').on('data', take);
	child.once('error', (error) => take(`${options.name} did not start: ${error.message}\n`));
	child.once('close', () => file?.end());
	return () => tail;
}
