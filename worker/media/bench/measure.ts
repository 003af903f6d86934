import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a command and everything it started took. */
export type Measured = {
	wallSeconds: number;
	/** Processor time of the whole tree, user and system. */
	cpuSeconds: number;
	/** Largest sum of what all its processes held in memory at one instant, in bytes. */
	peakBytes: number;
	exitCode: number | null;
	stdout: string;
	stderr: string;
};

const SAMPLE_MS = 50;
/** Clock ticks a second and bytes a page of every Linux that Node runs on (sysconf(3), proc(5)). */
const TICKS = 100;
const PAGE_BYTES = 4096;
const KEPT_WORDS = 4000;

/**
 * Runs a command in `folder` and measures it with its children: the time that the system accounts to ended children
 * (proc(5), cutime and cstime), and the memory of the tree every fiftieth of a second. Counts only what is not in a
 * process namespace of its own, so the film engine is measured without bubblewrap.
 */
export async function measure([program, ...args]: string[], folder: string): Promise<Measured> {
	const before = childrenSeconds();
	const begun = performance.now();
	const child = spawn(program!, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
	let [stdout, stderr, peakBytes] = ['', '', 0];
	child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
	child.stderr.on('data', (data: Buffer) => (stderr = (stderr + data.toString()).slice(-KEPT_WORDS)));
	const sampler = setInterval(() => {
		peakBytes = Math.max(peakBytes, treeBytes(child.pid!));
	}, SAMPLE_MS);
	const exitCode = await new Promise<number | null>((resolve, reject) => {
		child.on('error', reject);
		child.on('close', resolve);
	}).finally(() => clearInterval(sampler));
	const wallSeconds = (performance.now() - begun) / 1000;
	return { wallSeconds, cpuSeconds: childrenSeconds() - before, peakBytes, exitCode, stdout, stderr };
}

/** Processor seconds of all children of this process that have ended. */
export function childrenSeconds(): number {
	const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)!.split(' ');
	return (Number(fields[13]) + Number(fields[14])) / TICKS;
}

function treeBytes(pid: number): number {
	const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
	const own = Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE_BYTES;
	return children.reduce((sum, each) => sum + treeBytes(each), own);
}

/** Processes end while one looks at them. */
function read(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
