import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { measure } from '../bench/measure.ts';
import { testClips } from '../testing/clips.ts';
import { attacks, dayLie, runLie, tableBomb, tenHours } from './attacks.ts';
import type { Siege } from './besieged.ts';

const clips = testClips();
afterAll(clips.remove);

const PROGRAM = join(import.meta.dirname, 'besieged.ts');
const NODE = resolve('node_modules/.bin/node');
/** The worker itself takes about 150 MB, a header of 100 MB once more; an attack that works takes gigabytes. */
const MOST_BYTES = 500 * 1024 * 1024;
const SOON_MS = 15_000;

async function besiege(paths: string[]): Promise<{ sieges: Siege[]; peakBytes: number }> {
	const command = [NODE, PROGRAM, clips.folder, join(clips.folder, 'film.mp4'), ...paths];
	const { stdout, stderr, peakBytes, exitCode } = await measure(command, clips.folder);
	expect([exitCode, stderr]).toEqual([0, '']);
	const sieges = stdout
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as Siege);
	return { sieges, peakBytes };
}

const listed = attacks(clips);
let answers: Awaited<ReturnType<typeof besiege>>;
beforeAll(async () => {
	answers = await besiege(listed.map(({ path }) => path));
}, 180_000);

for (const [index, { what, path }] of listed.entries()) {
	test(`${what} is refused by its name, soon, when looked at and when stitched`, () => {
		const { probe, stitch } = answers.sieges[index]!;
		for (const { code, message, milliseconds } of [probe, stitch]) {
			expect([code, message]).toEqual([
				code === 'invalid_input' ? '' : 'media',
				expect.stringContaining(path.split('/').at(-1)!),
			]);
			expect(milliseconds).toBeLessThan(SOON_MS);
		}
	});
}

test('no attack takes more memory than a film does', () => {
	expect(answers.peakBytes).toBeLessThan(MOST_BYTES);
});

test('tables of millions of entries are refused before they are read into memory', async () => {
	const { sieges, peakBytes } = await besiege(
		(['stts', 'ctts', 'stsc', 'elst'] as const).map((type) => tableBomb(clips, type)),
	);

	for (const { name, probe } of sieges) expect([name, probe.code]).toEqual([name, 'media']);
	expect(peakBytes).toBeLessThan(MOST_BYTES);
}, 120_000);

test('a clip of ten hours in small frames costs little, and a lie about the length is not believed', async () => {
	const { sieges, peakBytes } = await besiege([tenHours(clips), dayLie(clips), runLie(clips)]);

	for (const { name, probe, stitch } of sieges) {
		expect([name, probe.code, stitch.code, stitch.message]).toEqual([name, 'done', 'done', '']);
		expect(stitch.milliseconds).toBeLessThan(2 * SOON_MS);
	}
	expect(peakBytes).toBeLessThan(MOST_BYTES);
}, 120_000);

test('nothing is left behind by any of them', () => {
	expect(readdirSync(join(clips.folder, 'cache/scratch'))).toEqual([]);
});
