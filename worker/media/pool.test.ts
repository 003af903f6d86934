import { expect, test } from '@jest/globals';
import { sleep } from '../base/time.ts';
import { allTogether, makePool } from './pool.ts';

const { signal } = new AbortController();

/** Works that note how many slots are taken together, and in which order they begin. */
function watched(slots: number) {
	const pool = makePool(slots);
	const begun: string[] = [];
	let [taken, most] = [0, 0];
	const run = (name: string, needs?: number, until: AbortSignal = signal) =>
		pool(
			async () => {
				begun.push(name);
				const counted = Math.min(needs ?? 1, slots);
				taken += counted;
				most = Math.max(most, taken);
				await sleep(10);
				taken -= counted;
			},
			until,
			needs,
		);
	return { run, begun, most: () => most };
}

test('as much runs at a time as there are slots, in the order it came', async () => {
	const { run, begun, most } = watched(3);
	await Promise.all([run('a'), run('b', 2), run('c', 2), run('d'), run('e', 9), run('f')]);

	expect(begun.join('')).toBe('abcdef');
	expect(most()).toBe(3);
});

test('a work that waits and is called off never starts, and holds nobody up', async () => {
	const { run, begun } = watched(2);
	const off = new AbortController();
	const first = run('a');
	const large = expect(run('b', 2, off.signal)).rejects.toThrow('enough');
	const small = run('c');
	await Promise.resolve();
	expect(begun).toEqual(['a']);
	off.abort(new Error('enough'));
	await Promise.all([first, large, small]);

	expect(begun).toEqual(['a', 'c']);
	await expect(run('d', 1, off.signal)).rejects.toThrow('enough');
});

test('a work that fails gives its slots back', async () => {
	const pool = makePool(2);
	const fail = () => Promise.reject(new Error('broken'));
	await expect(pool(fail, signal, 2)).rejects.toThrow('broken');

	expect(await pool(() => Promise.resolve('next'), signal, 2)).toBe('next');
});

test('together, the first failure ends the others, and is told once all have ended', async () => {
	let ended = false;
	const patient = (either: AbortSignal) =>
		new Promise<void>((resolve) => {
			either.addEventListener('abort', () => setTimeout(() => resolve(void (ended = true)), 20));
		});
	await expect(allTogether([patient, () => Promise.reject(new Error('first'))], signal)).rejects.toThrow('first');

	expect(ended).toBe(true);
});
