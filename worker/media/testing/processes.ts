import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of everything that process `pid` started, directly or not. */
export function descendants(pid: number): number[] {
	const parents = new Map<number, number>();
	for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
		const parent = parentOf(Number(name));
		if (parent !== null) parents.set(Number(name), parent);
	}
	const found = [pid];
	for (const one of found) found.push(...[...parents].filter(([, parent]) => parent === one).map(([child]) => child));
	return found.slice(1);
}

/** The fields behind the name, which is in brackets and may hold anything: state, then the parent (proc(5)). */
function parentOf(pid: number): number | null {
	try {
		const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
		return fields[0] === 'Z' ? null : Number(fields[1]);
	} catch {
		return null;
	}
}

/** Whether a process runs; a zombie does not. */
export const isAlive = (pid: number): boolean => parentOf(pid) !== null;
