import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { state } from './places.mjs';

const LOOK_EVERY_MS = 500;

/**
 * Runs `work` while no other set-up of this folder runs: two `npm ci` at once ruin each other. Waits for the other
 * one; a lock whose process is gone does not count.
 *
 * @template T
 * @param {import('./report.mjs').Report} report
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(report, work) {
	let leave = hold('setup');
	for (let told = false; typeof leave === 'number'; told = true) {
		if (!told) report.log(`  waiting for another set-up of this folder (process ${leave}) …`);
		await pause(LOOK_EVERY_MS);
		leave = hold('setup');
	}
	try {
		return await work();
	} finally {
		leave();
	}
}

/**
 * Takes a lock of a folder and gives the function that leaves it again (at exit it is left by itself); or the id
 * of the process that holds it.
 *
 * @param {string} name
 * @param {string} [folder]
 * @returns {(() => void) | number}
 */
export function hold(name, folder = state) {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const path = join(folder, `${name}.lock`);
	if (!take(path) && !take(path)) return holder(path);
	const leave = () => {
		process.off('exit', leave);
		rmSync(path, { force: true });
	};
	process.once('exit', leave);
	return leave;
}

/** @param {string} path */
function take(path) {
	try {
		writeFileSync(path, String(process.pid), { flag: 'wx' });
		return true;
	} catch {
		if (!alive(holder(path))) rmSync(path, { force: true });
		return false;
	}
}

/** @param {string} path */
function holder(path) {
	try {
		return Number(readFileSync(path, 'utf8'));
	} catch {
		return 0;
	}
}

/** @param {number} pid */
function alive(pid) {
	if (!pid) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}
