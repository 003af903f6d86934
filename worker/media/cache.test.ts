import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openCache } from './cache.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'reelsmith-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function keep(cache: Awaited<ReturnType<typeof openCache>>, key: string, content: string, ageHours = 0) {
	const scratch = await cache.scratch();
	writeFileSync(join(scratch, 'made'), content);
	await cache.put(join(scratch, 'made'), key, 'mp4');
	await cache.drop(scratch);
	const used = new Date(Date.now() - ageHours * 3_600_000);
	utimesSync(join(folder, key.slice(0, 2), `${key}.mp4`), used, used);
}

test('a kept piece is found again under its address, and no other is', async () => {
	const cache = await openCache(folder, 1e6);
	await keep(cache, A, 'picture');

	expect(await cache.take(A, 'mp4', join(folder, 'got'))).toBe(true);
	expect(readFileSync(join(folder, 'got'), 'utf8')).toBe('picture');
	expect(await cache.take(A, 'pcm', join(folder, 'none'))).toBe(false);
	expect(await cache.take(B, 'mp4', join(folder, 'none'))).toBe(false);
	expect(existsSync(join(folder, 'none'))).toBe(false);
});

test('what is kept twice under one address leaves nothing behind, and writing there again changes nothing kept', async () => {
	const cache = await openCache(folder, 1e6);
	await keep(cache, A, 'picture');
	const twin = join(folder, 'twin');
	await cache.take(A, 'mp4', twin);
	await cache.put(twin, A, 'mp4');
	expect(existsSync(twin)).toBe(false);
	writeFileSync(twin, 'another');
	await cache.take(A, 'mp4', join(folder, 'got'));

	expect(readFileSync(join(folder, 'got'), 'utf8')).toBe('picture');
});

test('over its limit the cache gives up what was not used for longest, and what a film in the making holds stays readable', async () => {
	const cache = await openCache(folder, 1500);
	await keep(cache, A, 'a'.repeat(1000), 5);
	await keep(cache, B, 'b'.repeat(1000), 2);
	await cache.take(A, 'mp4', join(folder, 'held'));
	await cache.evict();

	expect(await cache.take(B, 'mp4', join(folder, 'b'))).toBe(false);
	expect(await cache.take(A, 'mp4', join(folder, 'a'))).toBe(true);
	utimesSync(join(folder, 'aa', `${A}.mp4`), 1, 1);
	await keep(cache, B, 'b'.repeat(1000));
	await cache.evict();
	expect(await cache.take(A, 'mp4', join(folder, 'again'))).toBe(false);
	expect(readFileSync(join(folder, 'held'), 'utf8')).toHaveLength(1000);
});

test('pieces used a moment ago are spared even over the limit', async () => {
	const cache = await openCache(folder, 10);
	await keep(cache, A, 'a'.repeat(1000));
	await cache.evict();

	expect(await cache.take(A, 'mp4', join(folder, 'a'))).toBe(true);
});

test('folders that a killed worker left are swept after a day, younger ones are not', async () => {
	for (const name of ['old', 'young']) mkdirSync(join(folder, 'scratch', name), { recursive: true });
	utimesSync(join(folder, 'scratch/old'), 1, 1);
	await openCache(folder, 10);

	expect(readdirSync(join(folder, 'scratch'))).toEqual(['young']);
});
