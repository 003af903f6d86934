import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How much of a failed command's output is shown: npm says what is wrong first, compilers say it last. */
const FIRST_LINES = 15;
const LAST_LINES = 25;

/** What went wrong, in words for the person at the terminal. */
export class SetupError extends Error {}

/**
 * Runs a command and gives its whole output. Throws SetupError with the output's ends when it fails. `bound` lets it
 * die with us even by kill -9, so that a second set-up does not meet it; not for apt, which must not be cut off.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, bound?: boolean }} [options]
 * @returns {Promise<string>}
 */
export async function run(command, args, options = {}) {
	const env = { ...process.env, ...options.env };
	const [program, ...rest] = options.bound ? boundToUs(command, args) : [command, ...args];
	const child = spawn(program, rest, { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
	const end = endWithUs(child);
	let output = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text) => (output += text));
	const code = await new Promise((resolve) => {
		child.once('error', (error) => ((output += error.message), resolve(-1)));
		child.once('close', (status) => resolve(status ?? -1));
	});
	end();
	if (code === 0) return output;
	throw new SetupError(`${[command, ...args].join(' ')} did not work (exit ${code}):\n${shorten(output)}`);
}

/**
 * A command line whose program gets a signal from the kernel when this process dies, where util-linux is there.
 *
 * @param {string} command
 * @param {string[]} args
 */
export function boundToUs(command, args) {
	return which('setpriv') ? ['setpriv', '--pdeathsig', 'TERM', command, ...args] : [command, ...args];
}

/** @param {string} output */
function shorten(output) {
	const lines = output.trimEnd().split('\n');
	if (lines.length <= FIRST_LINES + LAST_LINES) return lines.join('\n');
	return [...lines.slice(0, FIRST_LINES), '…', ...lines.slice(-LAST_LINES)].join('\n');
}

/**
 * Whether a command succeeds; its output is of no interest.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string }} [options]
 */
export function works(command, args, options = {}) {
	return spawnSync(command, args, { ...options, stdio: 'ignore', timeout: 60_000 }).status === 0;
}

/**
 * Where a program lies in PATH, or undefined.
 *
 * @param {string} name
 */
export function which(name) {
	const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
	return folders.map((folder) => join(folder, name)).find(runnable);
}

/** @param {string} path */
function runnable(path) {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** Ctrl-C at the terminal reaches the child by itself; a `kill` of this process alone would not. */
function endWithUs(child) {
	const stop = (signal) => {
		child.kill(signal);
		process.exit(signal === 'SIGINT' ? 130 : 143);
	};
	process.once('SIGTERM', stop).once('SIGINT', stop);
	return () => process.off('SIGTERM', stop).off('SIGINT', stop);
}
