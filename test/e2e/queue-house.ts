import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { n8nEnvironment } from '../../scripts/house/n8n-environment.ts';
import { startProgram, type Program } from '../../scripts/house/processes.ts';
import { n8nRoot, plainEnvironment } from '../../scripts/house/root.ts';
import { atEnd, freePort, root, scratchFolder, until } from './house/house.ts';

const DEBIAN = '/usr/lib/postgresql';
const LOCAL = '127.0.0.1';
const BOOT_MS = 120_000;

/** Where PostgreSQL's programs lie on this machine (Debian's package `postgresql`), or undefined. */
export function postgresPrograms(): string | undefined {
	const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
	return versions.map((version) => join(DEBIAN, version, 'bin')).find((bin) => existsSync(join(bin, 'postgres')));
}

/**
 * What n8n needs for its queue mode beside itself: a PostgreSQL and a Redis of its own, both in temporary folders. Gives
 * the variables that n8n's main process and its workers share
 * (https://docs.n8n.io/hosting/scaling/queue-mode/).
 */
export async function openQueue(bin: string): Promise<Record<string, string>> {
	const [postgres, redis] = await Promise.all([startPostgres(bin), startRedis()]);
	return {
		EXECUTIONS_MODE: 'queue',
		QUEUE_BULL_REDIS_HOST: LOCAL,
		QUEUE_BULL_REDIS_PORT: String(redis),
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: LOCAL,
		DB_POSTGRESDB_PORT: String(postgres),
		DB_POSTGRESDB_DATABASE: 'n8n',
		DB_POSTGRESDB_USER: 'n8n',
		// Files on disk are not for queue mode: its processes need not share one.
		N8N_DEFAULT_BINARY_DATA_MODE: 'database',
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	};
}

/** Starts one of n8n's workers on the folder (made if missing) and answers when it takes executions. */
export async function startQueueWorker(
	folder: string,
	n8n: { url: string },
	queue: Record<string, string>,
): Promise<Program> {
	const packages = join(folder, '.n8n/nodes/node_modules');
	mkdirSync(packages, { recursive: true });
	if (!existsSync(join(packages, 'n8n-nodes-reelsmith')))
		symlinkSync(root, join(packages, 'n8n-nodes-reelsmith'), 'dir');
	const health = await freePort();
	const usual = n8nEnvironment({
		folder,
		port: Number(new URL(n8n.url).port),
		brokerPort: await freePort(),
		encryptionKey: 'reelsmith-test-key',
		owner: { email: '', passwordHash: '', firstName: '', lastName: '' },
	});
	const env = {
		...usual,
		...queue,
		N8N_INSTANCE_OWNER_MANAGED_BY_ENV: 'false',
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(health),
	};
	const args = [join(n8nRoot, 'node_modules/n8n/bin/n8n'), 'worker'];
	const program = startProgram({ name: 'n8n worker', command: process.execPath, args, env, cwd: folder });
	atEnd(() => program.kill());
	const ready = async () => (await fetch(`http://${LOCAL}:${health}/healthz/readiness`)).ok;
	await until(ready, { what: 'n8n’s worker to be ready', timeoutMs: BOOT_MS });
	return program;
}

/** PostgreSQL refuses to run as root; then it runs as the user that Debian made for it. */
async function startPostgres(bin: string): Promise<number> {
	const folder = scratchFolder('postgres');
	const asPostgres = process.getuid?.() === 0 ? ['--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
	if (asPostgres.length) chownSync(folder, ...idsOfPostgres());
	const env = plainEnvironment();
	const data = join(folder, 'data');
	const make = ['-D', data, '-A', 'trust', '-U', 'n8n', '--no-sync'];
	execFileSync('setpriv', [...asPostgres, join(bin, 'initdb'), ...make], { cwd: folder, env, stdio: 'ignore' });
	const port = await freePort();
	const run = ['-D', data, '-k', folder, '-p', String(port), '-c', `listen_addresses=${LOCAL}`, '-c', 'fsync=off'];
	// The bond to this process is the last thing set: a change of user loosens it.
	const args = [...asPostgres, 'setpriv', '--pdeathsig=KILL', join(bin, 'postgres'), ...run];
	const program = startProgram({ name: 'postgres', command: 'setpriv', args, env, cwd: folder });
	atEnd(() => program.stop());
	const at = ['-h', LOCAL, '-p', String(port), '-U', 'n8n'];
	const create = async () => {
		execFileSync(join(bin, 'createdb'), [...at, '-T', 'template0', 'n8n'], { env, stdio: 'ignore' });
		return true;
	};
	await until(create, { what: 'PostgreSQL to be ready', timeoutMs: BOOT_MS });
	return port;
}

function idsOfPostgres(): [number, number] {
	const id = (of: '-u' | '-g') => Number(execFileSync('id', [of, 'postgres'], { encoding: 'utf8' }));
	return [id('-u'), id('-g')];
}

async function startRedis(): Promise<number> {
	const port = await freePort();
	const folder = scratchFolder('n8n-redis');
	const args = ['--port', String(port), '--bind', LOCAL, '--save', '', '--dir', folder];
	const program = startProgram({
		name: 'redis',
		command: 'redis-server',
		args,
		env: plainEnvironment(),
		cwd: folder,
	});
	atEnd(() => program.stop());
	return port;
}
