import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../../base/time.ts';
import { descendants, isAlive } from '../testing/processes.ts';

/** Files and processes that outlive the film. */
export async function leftovers(folder: string, name: string): Promise<string[]> {
	const scratch = readdirSync(join(folder, 'cache/scratch'));
	const parts = readdirSync(folder).filter((each) => each.startsWith(name) || each.endsWith('.part'));
	let running = tools();
	for (let tries = 0; running.length && tries < 10; tries++) {
		await sleep(100);
		running = tools();
	}
	return [...scratch, ...parts].map((each) => `${each} was left behind`).concat(running);
}

/** ffmpeg or its sandbox, still running below this process. */
const tools = () =>
	descendants(process.pid)
		.filter(isAlive)
		.map((pid) => `a process was left running: ${commandOf(pid)}`)
		.filter((line) => /ffmpeg|ffprobe|bwrap/.test(line));

function commandOf(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 200);
	} catch {
		return '';
	}
}
