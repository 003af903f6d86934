import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { chromium, type Page } from 'playwright-core';
import { omni, testStage, untilOver, type Json } from '../testing.ts';

const stage = testStage();
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const BROWSER = PLACES.find((path) => existsSync(path));
if (!BROWSER) console.info('No Chromium on this machine: the page of the rehearsal is not tried.');

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

async function withPage(visit: (page: Page) => Promise<void>): Promise<string[]> {
	const browser = await chromium.launch({ executablePath: BROWSER!, args: QUIET });
	try {
		const page = await browser.newPage();
		const complaints: string[] = [];
		page.on('pageerror', (error) => complaints.push(error.message));
		page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
		await page.goto(stage.url());
		await visit(page);
		return complaints;
	} finally {
		await browser.close();
	}
}

/** Runs in the page: waits for the film, seeks to its middle, and says where it stands. */
const SEEK = `new Promise((done) => {
	const video = document.querySelector('video');
	video.addEventListener('seeked', () => done([video.currentTime, video.videoWidth]), { once: true });
	const go = () => { video.currentTime = 1.5; };
	if (video.readyState >= 1) go();
	else video.addEventListener('loadedmetadata', go, { once: true });
})`;

(BROWSER ? test : test.skip)(
	'a brief goes into the folder, shots and their price show up, and the film plays when it comes',
	async () => {
		const ai = stage.gemini();
		const created: Json = await ai.interactions.create(omni('Shot 7: <b>a lighthouse</b>'), { maxRetries: 0 });
		const film = (await untilOver(ai, created.id)).steps[1].content[0].data;
		const complaints = await withPage(async (page) => {
			await page.fill('#text', 'A lighthouse. A ship.');
			await page.fill('#name', 'Harbour.txt');
			await page.click('text=Put it into the folder');
			await page.waitForSelector('#drive >> text=Harbour.txt');
			await page.waitForSelector('#shots >> text=Shot 7: <b>a lighthouse</b>');
			expect(await page.textContent('#would')).toBe('$0.07');
			const file = { name: 'Film.mp4', parent: 'rehearsal-films', mimeType: 'video/mp4', base64: film };
			await stage.post('/rehearsal/drive/files', file);
			await page.waitForSelector('#stage >> text=Film.mp4');
			expect(await page.evaluate(SEEK)).toEqual([1.5, 640]);
		});
		expect(complaints).toEqual([]);
		const briefs = (await stage.get('/rehearsal/drive')).drives[0].children[0].children[0].children;
		expect(briefs.map((file: Json) => file.name)).toEqual(['Harbour.txt']);
	},
);
