import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { chromium } from 'playwright-core';
import { testClips } from './testing/clips.ts';
import { openTestMedia, stitchTest } from './testing/engine.ts';

const clips = testClips();
afterAll(clips.remove);

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
	existsSync(path),
);
if (!BROWSER) console.info('No Chromium on this machine: the film is not played in a browser.');

type Played = {
	error: string | null;
	duration: number;
	ended: boolean;
	frames: number;
	seeks: { wanted: number; shown: number }[];
};

/** Runs in the page: plays the whole film, then seeks backwards from end to beginning. */
const PLAYER = `async (step) => {
	const video = document.querySelector('video');
	const error = () => (video.error ? video.error.code + ' ' + video.error.message : null);
	const next = (name) => new Promise((resolve) => {
		video.addEventListener(name, resolve, { once: true });
		video.addEventListener('error', resolve, { once: true });
	});
	if (video.readyState < 1) await next('loadedmetadata');
	let frames = 0;
	const seen = () => {
		frames++;
		video.requestVideoFrameCallback(seen);
	};
	video.requestVideoFrameCallback(seen);
	video.muted = true;
	video.playbackRate = 2;
	await video.play().catch(() => undefined);
	if (!error()) await next('ended');
	const ended = video.ended;
	const seeks = [];
	for (let wanted = video.duration - 0.1; wanted > 0 && !error(); wanted -= step) {
		const shown = new Promise((resolve) => video.requestVideoFrameCallback((_, { mediaTime }) => resolve(mediaTime)));
		video.currentTime = wanted;
		await next('seeked');
		seeks.push({ wanted, shown: error() ? -1 : await shown });
	}
	return { error: error(), duration: video.duration, ended, frames, seeks };
}`;

async function play(film: string): Promise<Played> {
	const page = join(clips.folder, 'page.html');
	writeFileSync(page, `<video src="file://${film}" width="320"></video>`);
	const browser = await chromium.launch({
		executablePath: BROWSER,
		args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
	});
	try {
		const tab = await browser.newPage();
		await tab.goto(`file://${page}`);
		return await tab.evaluate<Played>(`(${PLAYER})(0.37)`);
	} finally {
		await browser.close();
	}
}

(BROWSER ? test : test.skip)(
	'a browser plays over every joint and finds the right picture after every seek',
	async () => {
		const media = await openTestMedia(clips.folder);
		const { out, report } = await stitchTest(media, clips.folder, [
			{ path: clips.path('b3') },
			{ path: clips.path('a2') },
			{ path: clips.path('mute30') },
			{ path: clips.path('flat2') },
			{ path: clips.path('idr3'), transition: 'crossfade' },
			{ path: clips.path('b3'), cutTo: 2.2 },
		]);
		const played = await play(out);

		expect(played).toMatchObject({ error: null, ended: true });
		expect(played.duration).toBeCloseTo(report.seconds, 2);
		expect(played.frames).toBeGreaterThan(report.frames / 8);
		expect(played.seeks.length).toBeGreaterThan(30);
		for (const { wanted, shown } of played.seeks) expect(Math.abs(wanted - shown)).toBeLessThan(2 / 24);
	},
);
