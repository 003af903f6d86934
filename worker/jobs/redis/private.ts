import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Fault } from '../../base/errors.ts';
import { sha256 } from '../../base/hash.ts';
import type { Log } from '../../base/log.ts';
import { MINUTE, SECOND, sleep } from '../../base/time.ts';

/** A UNIX socket's path may not be longer (sockaddr_un, less the closing zero). */
const LONGEST_SOCKET_PATH = 107;
/** Exit code we ask `flock` to give when the folder is another worker's. */
const FOLDER_TAKEN = 75;

export type PrivateRedis = { url: string; stop: () => Promise<void>; ended: Promise<unknown> };

/**
 * Starts a redis-server of the worker's own in a data folder: reachable by a socket alone, every write on the
 * disk before it is answered, nothing ever evicted. `flock` keeps a second worker out of the folder (Redis itself
 * locks nothing); `setpriv --pdeathsig` takes the server down when the worker is killed. Throws `unavailable`
 * with the command that installs what is missing, or with the reason it did not come up.
 */
export async function startPrivateRedis(folder: string, log: Log): Promise<PrivateRedis> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const socket = await socketPath(folder);
	const child = spawn(
		'flock',
		[
			'-w',
			'10',
			'-F',
			'-E',
			String(FOLDER_TAKEN),
			join(folder, 'lock'),
			'setpriv',
			'--pdeathsig',
			'TERM',
			...serverCommand(folder, socket),
		],
		{
			stdio: ['ignore', 'pipe', 'pipe'],
			// Its own group: a Ctrl-C in the terminal must not take Redis down before the worker has given its jobs back.
			detached: true,
		},
	);
	const lines: string[] = [];
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (text: Buffer) => {
			lines.push(...text.toString().split('\n').filter(Boolean));
			lines.splice(0, lines.length - 20);
			if (/Truncating|Bad file format/.test(text.toString()))
				log.error({ redis: text.toString().trim() }, 'Redis reports damage in its file');
		});
	let exit: string | undefined;
	const ended = new Promise<void>((resolve) => {
		child.on('error', (error) => resolve(void (exit = error.message)));
		child.on('exit', (code, signal) => resolve(void (exit = String(signal ?? code))));
	});
	await ready(socket, child.pid, () => exit, lines);
	const stop = async () => {
		if (exit !== undefined) return;
		child.kill('SIGTERM');
		const late = setTimeout(() => child.kill('SIGKILL'), 10 * SECOND);
		await once(child, 'exit');
		clearTimeout(late);
	};
	return { url: `unix://${socket}`, stop, ended };
}

/** The socket's place: in the folder, or where that path is too long, in a private folder of the system's temporary one. */
async function socketPath(folder: string): Promise<string> {
	const near = join(folder, 'redis.sock');
	if (Buffer.byteLength(near) <= LONGEST_SOCKET_PATH) return near;
	const away = join(tmpdir(), `reelsmith-${sha256(folder).slice(0, 16)}`);
	await mkdir(away, { recursive: true, mode: 0o700 });
	return join(away, 'redis.sock');
}

function serverCommand(folder: string, socket: string): string[] {
	return ['redis-server', '--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--dir', folder,
		'--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory', '0', '--maxmemory-policy', 'noeviction']; // prettier-ignore
}

/** Waits until our own server answers: flock and setpriv become it, so it has the child's process id; another worker's server at the same place has not. */
async function ready(
	socket: string,
	pid: number | undefined,
	exit: () => string | undefined,
	lines: string[],
): Promise<void> {
	const probe = new Redis({ path: socket, lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
	probe.on('error', () => undefined);
	try {
		// A large file takes long to load; the server answers LOADING meanwhile.
		for (const end = Date.now() + 5 * MINUTE; Date.now() < end; await sleep(30)) {
			const code = exit();
			if (code !== undefined) throw notStarted(code, lines);
			if (probe.status !== 'ready') await probe.connect().catch(() => undefined);
			const info = probe.status === 'ready' ? await probe.info().catch(() => '') : '';
			if (/^loading:0\r?$/m.test(info) && Number(/^process_id:(\d+)/m.exec(info)?.[1]) === pid) return;
		}
		throw notStarted('no answer within 5 minutes', lines);
	} finally {
		probe.disconnect();
	}
}

function notStarted(code: string, lines: string[]): Fault {
	if (code === String(FOLDER_TAKEN))
		return new Fault('conflict', 'another worker already uses this data folder', {
			hint: 'Stop it, or give this one a REELSMITH_DATA of its own.',
		});
	if (/ENOENT/.test(code) || code === '127')
		return new Fault('unavailable', 'redis-server, flock or setpriv is missing', {
			hint: 'Run: apt-get install -y redis-server util-linux — or set REDIS_URL.',
		});
	return new Fault('unavailable', `the private Redis did not start (${code}): ${lines.slice(-3).join(' | ')}`, {
		hint: 'If its file is damaged, restore a backup of the folder or run redis-check-aof --fix on it. It is never started empty.',
	});
}
