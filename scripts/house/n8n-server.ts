import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { n8nEnvironment } from './n8n-environment.ts';
import { freePort } from './ports.ts';
import { startProgram, type Program } from './processes.ts';
import { n8nRoot, plainEnvironment, root } from './root.ts';
import { GiveUp, until } from './until.ts';

/** n8n's first boot with all its migrations took 15 s alone on two cores; a loaded machine takes several times that. */
const START_DEADLINE_MS = 180_000;

const N8N = join(n8nRoot, 'node_modules/n8n/bin/n8n');

export interface N8nServerOptions {
	/** n8n's user folder; made if missing. */
	dir: string;
	port?: number;
	encryptionKey?: string;
	owner?: { email: string; password: string; firstName?: string; lastName?: string };
	/** More variables, or others in place of the usual. */
	env?: Record<string, string>;
	/** Packages of nodes to load beside ours: name → folder. */
	packages?: Record<string, string>;
	signal?: AbortSignal;
}

export interface N8nServer {
	url: string;
	dir: string;
	owner: { email: string; password: string };
	pid(): number;
	running(): boolean;
	tail(): string;
	/** Resident memory now, in MB (10^6 bytes). */
	rss(): number;
	/** SIGTERM; a running execution holds n8n up to 30 s, hence the deadline (20 s unless told) before SIGKILL. */
	stop(deadlineMs?: number): Promise<void>;
	kill(): Promise<void>;
	/** Stops it if it runs, starts it again on the same port and data, optionally with other variables. */
	restart(env?: Record<string, string>): Promise<void>;
}

/**
 * Starts the n8n of `n8n/` with our package linked in as an installed community package (node types
 * `n8n-nodes-reelsmith.<name>`, compiled code from dist/), and answers when it is ready to serve.
 */
export async function startN8nServer(options: N8nServerOptions): Promise<N8nServer> {
	const owner = {
		email: 'owner@reelsmith.local',
		password: 'Reelsmith-1',
		firstName: 'Film',
		lastName: 'Maker',
		...options.owner,
	};
	const port = options.port ?? (await freePort());
	const url = `http://127.0.0.1:${port}`;
	linkPackages(options.dir, { 'n8n-nodes-reelsmith': root, ...options.packages });
	const brokerPort = await freePort();
	const encryptionKey = options.encryptionKey ?? 'reelsmith-test-key';
	const settings = {
		folder: options.dir,
		port,
		brokerPort,
		encryptionKey,
		owner: { ...owner, passwordHash: hash(owner.password) },
	};
	let env = { ...n8nEnvironment(settings), ...options.env };
	let program = await boot(options.dir, env, url, options.signal);
	return {
		url,
		dir: options.dir,
		owner,
		pid: () => program.pid,
		running: () => program.running(),
		tail: () => program.tail(),
		rss: () => residentMegabytes(program.pid),
		stop: (deadlineMs) => program.stop(deadlineMs),
		kill: () => program.kill(),
		restart: async (more) => {
			await program.stop();
			env = { ...env, ...more };
			program = await boot(options.dir, env, url, options.signal);
		},
	};
}

/**
 * Runs a command of n8n's own on the data of a user folder, while no n8n runs on it
 * (https://docs.n8n.io/hosting/cli-commands/); throws with its output when it fails.
 */
export async function runN8nCommand(dir: string, encryptionKey: string, args: string[]): Promise<void> {
	const env = { ...plainEnvironment(), HOME: dir, N8N_USER_FOLDER: dir, N8N_ENCRYPTION_KEY: encryptionKey };
	const program = startProgram({ name: 'n8n', command: process.execPath, args: [N8N, ...args], env, cwd: dir });
	const { code } = await program.ended;
	if (code !== 0) throw new Error(`n8n ${args.join(' ')} did not work:\n${program.tail().slice(-2_000)}`);
}

async function boot(dir: string, env: Record<string, string>, url: string, signal?: AbortSignal): Promise<Program> {
	const program = startProgram({
		name: 'n8n',
		command: process.execPath,
		args: [N8N, 'start'],
		env,
		cwd: dir,
		logFile: join(dir, 'n8n.log'),
	});
	const ready = async () => {
		if (!program.running()) throw new GiveUp(`n8n ended while starting:\n${program.tail().slice(-3_000)}`);
		// `/healthz` alone answers before the database is migrated.
		return (await fetch(`${url}/healthz/readiness`, { signal: AbortSignal.timeout(5_000) })).ok;
	};
	try {
		await until(ready, { what: 'n8n to be ready', timeoutMs: START_DEADLINE_MS, signal });
	} catch (error) {
		await program.kill();
		throw error;
	}
	return program;
}

function linkPackages(dir: string, packages: Record<string, string>): void {
	const folder = join(dir, '.n8n/nodes/node_modules');
	mkdirSync(folder, { recursive: true });
	for (const [name, target] of Object.entries(packages)) {
		rmSync(join(folder, name), { force: true });
		symlinkSync(target, join(folder, name), 'dir');
	}
}

/** bcrypt, by n8n's own copy: that is what it compares with. The password goes by standard input, not by argv. */
function hash(password: string): string {
	const script = "process.stdout.write(require('bcryptjs').hashSync(require('fs').readFileSync(0, 'utf8'), 10))";
	return execFileSync(process.execPath, ['-e', script], {
		cwd: n8nRoot,
		input: password,
		encoding: 'utf8',
		env: plainEnvironment(),
	});
}

function residentMegabytes(pid: number): number {
	const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
	return (Number(kilobytes) * 1024) / 1_000_000;
}
