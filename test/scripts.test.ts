import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../scripts/house/ports.ts';
import { root } from '../scripts/house/root.ts';
import { until } from '../scripts/house/until.ts';
import { readOptions } from '../scripts/start/options.ts';
import { keepSecrets } from '../scripts/start/secrets.ts';
import { workerSettings } from '../scripts/start/settings.ts';

type Part = { passed: number; failed: number; skipped: number; failures: string[] };
type Summary = { readSummary(name: string, code: number, read: () => unknown): Part; closingLine(sum: Part): string };

const folders: string[] = [];
function folder(): string {
	const path = mkdtempSync(join(tmpdir(), 'reelsmith-scripts-'));
	folders.push(path);
	return path;
}
afterEach(() => folders.splice(0).forEach((path) => rmSync(path, { recursive: true, force: true })));

async function script<T>(path: string): Promise<T> {
	return (await import(join(root, 'scripts', path))) as T;
}

describe('the sum of a test run', () => {
	const counts = {
		numPassedTests: 3,
		numFailedTests: 0,
		numPendingTests: 1,
		numTodoTests: 0,
		numRuntimeErrorTestSuites: 0,
	};

	test('passed, failed and skipped tests stand in one plain line', async () => {
		const { readSummary, closingLine } = await script<Summary>('test/summary.mjs');
		expect(closingLine(readSummary('all', 0, () => ({ ...counts, testResults: [] })))).toBe(
			'3 passed, 0 failed, 1 skipped',
		);
	});

	test('a suite that cannot be loaded is a failure with its name', async () => {
		const { readSummary } = await script<Summary>('test/summary.mjs');
		const broken = { name: 'broken.test.ts', message: 'SyntaxError', assertionResults: [] };
		const part = readSummary('all', 1, () => ({ ...counts, numRuntimeErrorTestSuites: 1, testResults: [broken] }));
		expect(part).toMatchObject({ passed: 3, failed: 1, failures: ['broken.test.ts: could not be loaded'] });
	});

	test.each([
		['jest left no summary', 0, () => JSON.parse('') as unknown],
		['not one test has run', 0, () => ({ ...counts, numPassedTests: 0, testResults: [] })],
		['jest itself ended badly', 1, () => ({ ...counts, testResults: [] })],
	])('it is a failure when %s', async (_why, code, read) => {
		const { readSummary } = await script<Summary>('test/summary.mjs');
		expect(readSummary('all', code, read).failed).toBe(1);
	});
});

describe('set-up', () => {
	type Packages = { isWhole(folder: string): boolean };
	const lock = (version: string) =>
		JSON.stringify({
			packages: { '': {}, 'node_modules/a': { version }, 'node_modules/b': { version, optional: true } },
		});

	test('an installation that was cut off, or is of another lockfile, is not whole', async () => {
		const { isWhole } = await script<Packages>('setup/packages.mjs');
		const tree = folder();
		mkdirSync(join(tree, 'node_modules/a'), { recursive: true });
		writeFileSync(join(tree, 'package-lock.json'), lock('1.0.0'));
		expect(isWhole(tree)).toBe(false);
		const installed = { packages: { 'node_modules/a': { version: '1.0.0' } } };
		writeFileSync(join(tree, 'node_modules/.package-lock.json'), JSON.stringify(installed));
		expect(isWhole(tree)).toBe(true);
		writeFileSync(join(tree, 'package-lock.json'), lock('1.0.1'));
		expect(isWhole(tree)).toBe(false);
		writeFileSync(join(tree, 'package-lock.json'), lock('1.0.0'));
		rmSync(join(tree, 'node_modules/a'), { recursive: true });
		expect(isWhole(tree)).toBe(false);
	});
});

describe('the launcher', () => {
	test('secrets are made once and only their owner can read them', () => {
		const home = folder();
		const made = keepSecrets(home);
		expect(keepSecrets(home)).toEqual(made);
		expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
		expect(new Set([made.workerApiKey, made.sealKey, made.n8nEncryptionKey]).size).toBe(3);
	});

	test('no key of Google’s reaches the worker of a rehearsal', () => {
		const settings = {
			GEMINI_API_KEY: 'k',
			GOOGLE_APPLICATION_CREDENTIALS: 'f',
			GOOGLE_CLOUD_PROJECT: 'p',
			REDIS_URL: 'r',
			FFMPEG_PATH: '/f',
		};
		expect(workerSettings(settings, false)).toEqual({ FFMPEG_PATH: '/f' });
		expect(workerSettings(settings, true)).toEqual(settings);
	});

	test('an unknown option is refused with the usage', () => {
		expect(readOptions(['--once'])).toMatchObject({ once: true, live: false });
		expect(() => readOptions(['--onse'])).toThrow(/--once/);
	});

	test('a taken port is replaced by a free one', async () => {
		const server = createServer().listen(0, '127.0.0.1');
		await once(server, 'listening');
		const { port } = server.address() as AddressInfo;
		expect(await freePort(port)).not.toBe(port);
		server.close();
		await once(server, 'close');
		expect(await freePort(port)).toBe(port);
	});

	test('a program that was started does not outlive a starter killed hard', async () => {
		const source = [
			`import { startProgram } from ${JSON.stringify(join(root, 'scripts/house/processes.ts'))};`,
			`const program = startProgram({ name: 'sleep', command: 'sleep', args: ['600'], env: { PATH: process.env.PATH } });`,
			`process.stdout.write(String(program.pid)); setInterval(() => {}, 1000);`,
		].join('\n');
		const starter = spawn(process.execPath, ['--input-type=module', '-e', source], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const [said] = (await once(starter.stdout, 'data')) as [Buffer];
		const pid = Number(String(said));
		expect(isAlive(pid)).toBe(true);
		starter.kill('SIGKILL');
		await until(async () => !isAlive(pid), { what: 'the end of the orphan', timeoutMs: 5_000, everyMs: 50 });
	});
});

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
