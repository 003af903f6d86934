import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { atEnd, root, scratchFolder, until } from './house/house.ts';

/** Starts `npm start`'s script with a folder of its own for all data, as a person would from a terminal. */
function start(home: string, ...args: string[]) {
	const env = {
		...process.env,
		REELSMITH_HOME: home,
		GEMINI_API_KEY: 'a-real-key-that-must-not-be-used',
		GOOGLE_APPLICATION_CREDENTIALS: '',
		NO_COLOR: '1',
	};
	const child = spawn(process.execPath, ['scripts/start.mjs', ...args], {
		cwd: root,
		env,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	atEnd(() => void child.kill('SIGKILL'));
	let said = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text: string) => (said += text));
	return { child, said: () => said, ended: once(child, 'exit') as Promise<[number | null]> };
}

/** Every running program that was started with this data folder in its environment or command line. */
function programsOf(home: string): string[] {
	const read = (pid: string, file: string) => {
		try {
			return readFileSync(`/proc/${pid}/${file}`, 'latin1').replaceAll('\0', ' ');
		} catch {
			return '';
		}
	};
	const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
	return pids
		.filter((pid) => `${read(pid, 'environ')} ${read(pid, 'cmdline')}`.includes(home))
		.map((pid) => read(pid, 'cmdline'));
}

describe('npm start', () => {
	test('with --once it makes a film in rehearsal without any key, ends with 0 and leaves nothing running', async () => {
		const home = scratchFolder('start');
		const { said, ended } = start(home, '--once');
		const [code] = await ended;
		expect(said()).toContain('The film is there');
		expect(code).toBe(0);
		const films = readdirSync(join(home, 'rehearsal-films'));
		expect(films).toHaveLength(1);
		expect(statSync(join(home, 'rehearsal-films', films[0]!)).size).toBeGreaterThan(100_000);
		await until(async () => programsOf(home).length === 0, { what: 'everything to be stopped', timeoutMs: 15_000 });
		const logs = ['worker/worker.log', 'n8n/n8n.log', 'google/rehearsal.log'].map((file) =>
			join(home, 'rehearsal', file),
		);
		for (const log of logs.filter((file) => existsSync(file)))
			expect(readFileSync(log, 'utf8')).not.toContain('a-real-key-that-must-not-be-used');
	}, 300_000);

	test('killed hard in the middle, it leaves nothing running, and the next start makes its film all the same', async () => {
		const home = scratchFolder('start');
		const first = start(home, '--once');
		await until(async () => /clip \d of \d/.test(first.said()), {
			what: 'the clips to be ordered',
			timeoutMs: 120_000,
		});
		first.child.kill('SIGKILL');
		await until(async () => programsOf(home).length === 0, { what: 'everything to be stopped', timeoutMs: 30_000 });
		const second = start(home, '--once');
		const [code] = await second.ended;
		expect(second.said()).toContain('The film is there');
		expect(code).toBe(0);
	}, 400_000);

	test('with --live and nothing in .env it says what is missing, and starts nothing', async () => {
		const home = scratchFolder('start');
		const { said, ended } = start(home, '--live');
		expect((await ended)[0]).toBe(1);
		expect(said()).toContain('GOOGLE_APPLICATION_CREDENTIALS');
		expect(programsOf(home)).toEqual([]);
	}, 60_000);
});
