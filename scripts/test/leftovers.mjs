import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * Ends, by process id, what was started during a test run and still runs: everything whose environment carries the
 * run's mark. Gives a line for each. Needs Linux's /proc; elsewhere it finds nothing.
 *
 * @param {string} run
 * @returns {string[]}
 */
export function endMarked(run) {
	if (!existsSync('/proc/self/environ')) return [];
	const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
	return pids.flatMap((pid) => {
		try {
			if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`REELSMITH_RUN=${run}`)) return [];
			const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
			process.kill(Number(pid), 'SIGKILL');
			return command ? [`  ${pid} ${command.slice(0, 160)}`] : [];
		} catch {
			return []; // It is gone, or somebody else's.
		}
	});
}
