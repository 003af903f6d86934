import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { asFault } from '../../base/errors.ts';
import { testClips } from '../testing/clips.ts';
import { openTestMedia, stitchTest } from '../testing/engine.ts';

const clips = testClips();
const disk = mkdtempSync(join(tmpdir(), 'reelsmith-disk-'));
const mounted = mount();
afterAll(() => {
	if (mounted) execFileSync('umount', [disk]);
	rmSync(disk, { recursive: true });
	clips.remove();
});

/** A disk of its own in memory, whose size can change; only root may have one. */
function mount(): boolean {
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'reelsmith', disk], { stdio: 'ignore' });
		return true;
	} catch {
		console.info('No disk can be mounted here: what a full one does is not tested.');
		return false;
	}
}

(mounted ? test : test.skip)(
	'a full disk is told as such at whatever it strikes, and the film is made once there is room',
	async () => {
		const media = await openTestMedia(disk);
		const pieces = (['a2', 'mute30', 'b3', 'a3'] as const).map((name) => ({ path: clips.path(name) }));
		const resize = (kilobytes: number) => execFileSync('mount', ['-o', `remount,size=${kilobytes}k`, disk]);
		const refusals: string[] = [];
		for (let kilobytes = 400; ; kilobytes += 200) {
			resize(kilobytes);
			const made = stitchTest(media, clips.folder, pieces, { name: 'roomy.mp4' });
			const failure = await made.then(
				() => null,
				(error: unknown) => asFault(error),
			);
			expect(readdirSync(join(disk, 'cache/scratch'))).toEqual([]);
			if (!failure) break;
			refusals.push(`${failure.code}: ${failure.message}`);
		}

		expect(refusals.length).toBeGreaterThan(3);
		expect(new Set(refusals)).toEqual(new Set(['unavailable: the disk of the worker is full']));
	},
	60_000,
);
