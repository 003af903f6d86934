import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { numberOf, type Counted } from '../testing/counted.ts';

/** Where a Chromium is on this machine; undefined where there is none. */
export const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
	existsSync(path),
);

export type Played = {
	error: string | null;
	duration: number;
	ended: boolean;
	/** For each joint the longest time between two pictures around it, in seconds, in the best of some plays. */
	gaps: number[];
	/** For each seek the instant wanted, that of the picture shown, and what number it carries. */
	seeks: { wanted: number; shown: number; number: Counted | null }[];
};

/**
 * Runs in the page. A loaded machine drops pictures here and there, a broken joint does so every time: each joint is
 * played until it went well, five times at most.
 */
const PLAYER = `async ({ joints, wanted }) => {
	const video = document.querySelector('video');
	const context = document.querySelector('canvas').getContext('2d', { willReadFrequently: true });
	const error = () => (video.error ? video.error.code + ' ' + video.error.message : null);
	const next = (name) => new Promise((resolve) => {
		video.addEventListener(name, resolve, { once: true });
		video.addEventListener('error', resolve, { once: true });
	});
	const shownAt = async (time) => {
		let shown = -1;
		let on = true;
		const seen = (_, { mediaTime }) => {
			shown = mediaTime;
			if (on) video.requestVideoFrameCallback(seen);
		};
		video.requestVideoFrameCallback(seen);
		const seeked = next('seeked');
		video.currentTime = time;
		await seeked;
		// A picture of before the seek may be announced late.
		for (const until = performance.now() + 2000; Math.abs(shown - time) > 0.1 && performance.now() < until; )
			await new Promise((resolve) => setTimeout(resolve, 10));
		on = false;
		return shown;
	};
	if (video.readyState < 1) await next('loadedmetadata');
	video.muted = true;
	video.playbackRate = 4;
	await video.play().catch(() => undefined);
	if (!error()) await next('ended');
	const ended = video.ended;
	video.playbackRate = 1;
	const over = async (joint) => {
		await shownAt(Math.max(0, joint - 0.3));
		const times = [];
		let on = true;
		const seen = (_, { mediaTime }) => {
			times.push(mediaTime);
			if (on) video.requestVideoFrameCallback(seen);
		};
		video.requestVideoFrameCallback(seen);
		await video.play().catch(() => undefined);
		const until = performance.now() + 3000;
		while (video.currentTime < joint + 0.3 && !video.ended && !error() && performance.now() < until)
			await new Promise((resolve) => setTimeout(resolve, 10));
		on = false;
		video.pause();
		return Math.max(...times.slice(1).map((time, index) => time - times[index]));
	};
	const gaps = [];
	for (const joint of joints) {
		let least = Infinity;
		for (let tries = 0; tries < 5 && least > 0.06 && !error(); tries++) least = Math.min(least, await over(joint));
		gaps.push(least);
	}
	const seeks = [];
	for (const time of wanted) {
		if (error()) break;
		const shown = await shownAt(time);
		context.drawImage(video, 0, 0, 320, 180);
		const row = context.getImageData(0, 18, 320, 1).data;
		seeks.push({ wanted: time, shown, cells: Array.from({ length: 16 }, (_, cell) => row[(cell * 20 + 10) * 4]) });
	}
	return { error: error(), duration: video.duration, ended, gaps, seeks };
}`;

type Raw = { wanted: number; shown: number; cells: number[] };

/** Plays a film in Chromium: all of it, then over each joint, then seeks to every instant wanted. Times in seconds. */
export async function play(film: string, joints: number[], wanted: number[]): Promise<Played> {
	const page = join(dirname(film), 'page.html');
	writeFileSync(page, `<video src="file://${film}" width="320"></video><canvas width="320" height="180"></canvas>`);
	const browser = await chromium.launch({
		executablePath: BROWSER,
		args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--allow-file-access-from-files'],
	});
	try {
		const tab = await browser.newPage();
		await tab.goto(`file://${page}`);
		const played = await tab.evaluate<Omit<Played, 'seeks'> & { seeks: Raw[] }>(
			`(${PLAYER})(${JSON.stringify({ joints, wanted })})`,
		);
		const seeks = played.seeks.map(({ cells, ...seek }) => ({ ...seek, number: numberOf(cells) }));
		return { ...played, seeks };
	} finally {
		await browser.close();
	}
}
