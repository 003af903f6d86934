import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Media } from '../index.ts';
import { ffmpeg, testClips } from '../testing/clips.ts';
import { openTestMedia, stitchTest } from '../testing/engine.ts';

const clips = testClips();
let media: Media;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);

/** Loudness in LUFS and true peak in dBTP, by ffmpeg's own meter (EBU R 128). */
function measured(path: string): { loudness: number; peak: number } {
	const args = ['-nostats', '-i', path, '-map', '0:a', '-af', 'ebur128=peak=true', '-f', 'null', '-'];
	const { stderr } = spawnSync('ffmpeg', args, { encoding: 'utf8' });
	const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
	const number = (name: RegExp) => Number(name.exec(summary)?.[1]);
	return { loudness: number(/I:\s+(-?[\d.]+) LUFS/), peak: number(/Peak:\s+(-?[\d.]+) dBFS/) };
}

/** Programmes that loudness is hard or easy to set for, as expressions of one second after another. */
const PROGRAMMES = {
	speech: '0.35*sin(2*PI*(150+30*sin(2*PI*3*t))*t)*max(0,sin(2*PI*1.7*t))*lt(mod(t,4),3)',
	music: '0.1*sin(2*PI*220*t)+0.1*sin(2*PI*277*t)+0.08*sin(2*PI*330*t)*(1+0.5*sin(2*PI*0.5*t))',
	'a near-silent room': '0.002*sin(2*PI*120*t)+0.0015*(random(0)-0.5)',
	'sudden bangs': '0.02*sin(2*PI*300*t)+0.9*sin(2*PI*80*t)*lt(mod(t,2),0.05)',
};

for (const [name, expression] of Object.entries(PROGRAMMES)) {
	test(`the film of ${name} is as loud as it was asked to be`, async () => {
		const path = join(clips.folder, `${name.replaceAll(' ', '-')}.mp4`);
		const picture = ['-f', 'lavfi', '-i', 'color=gray:s=160x90:r=24:d=8'];
		const sound = ['-f', 'lavfi', '-i', `aevalsrc='${expression}':s=48000:d=8`];
		ffmpeg(...picture, ...sound, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-ac', '2', path);
		for (const loudness of [-14, -23]) {
			const { out, report } = await stitchTest(media, clips.folder, [{ path }, { path }], {
				sound: { loudness },
			});
			const found = measured(out);

			expect(found.peak).toBeLessThanOrEqual(-1);
			expect(Math.abs(found.loudness - loudness)).toBeLessThanOrEqual(report.loudness!.limited ? 0.5 : 0.3);
			expect(Math.abs(report.loudness!.after! - found.loudness)).toBeLessThanOrEqual(0.3);
		}
	});
}
