import { beforeAll, expect, test } from '@jest/globals';
import {
	freePort,
	openBrowser,
	scratchFolder,
	startN8n,
	startRehearsal,
	startWorker,
	type Browser,
	type N8n,
	type RehearsalServer,
	type WorkerServer,
} from './house/house.ts';
import { folder, readTemplate } from './template.ts';

let rehearsal: RehearsalServer;
let worker: WorkerServer;
let n8n: N8n;
let browser: Browser;
let flow: string;

beforeAll(async () => {
	const port = await freePort();
	rehearsal = await startRehearsal({ dir: scratchFolder('rehearsal'), env: { REHEARSAL_SECONDS: '1' } });
	worker = await startWorker({
		dir: scratchFolder('worker'),
		rehearsalUrl: rehearsal.url,
		n8nUrl: `http://127.0.0.1:${port}`,
		env: { REELSMITH_POLL_SECONDS: '0.3' },
	});
	n8n = await startN8n({ dir: scratchFolder('n8n'), port });
	await n8n.createReelsmithCredential(worker);
	const set = {
		'Drive Watch Trigger': { folder: folder('rehearsal-briefs') },
		'Transfer File': { folder: folder('rehearsal-films') },
		'Gemini Script': { seconds: 6, shotSeconds: 3 },
	};
	flow = (await n8n.importWorkflow(readTemplate('drive-folder-to-film.json', set))).id;
	const text = 'A film in 2 shots. A lighthouse in the evening. A ship passes by in the distance.';
	await rehearsal.dropFile({ name: 'lighthouse.txt', mimeType: 'text/plain', text });
	browser = await openBrowser();
	await browser.signIn(n8n);
}, 240_000);

test('explore', async () => {
	const { page } = browser;
	await browser.openWorkflow(n8n, flow);
	await page.click('[data-test-id=execute-workflow-button]');
	await page.waitForFunction(
		() => document.querySelectorAll('[data-test-id=canvas-node-status-success]').length === 5,
	);
	await browser.openNode('Stitch Video');
	await page.click('[data-test-id=output-panel] [data-test-id=ndv-view-binary-data]');
	await page.waitForTimeout(2000);
	await browser.screenshot('x-view');
	console.info(
		await page.evaluate(() =>
			[...document.querySelectorAll('img')]
				.map(
					(e) =>
						e.outerHTML.slice(0, 300) +
						e.naturalWidth +
						(e.closest('[data-test-id]')?.getAttribute('data-test-id') ?? ''),
				)
				.join('\n'),
		),
	);
	await page.keyboard.press('Escape');
	await page.waitForTimeout(500);
	await page.keyboard.press('Escape');
	await page.waitForTimeout(500);
	await page.keyboard.press('Escape');
	await page.waitForTimeout(1500);
	await browser.screenshot('x-closed');
	await browser.openNode('Drive Watch Trigger');
	await page.waitForTimeout(1500);
	await browser.screenshot('x-trigger');
	console.info(
		await page.evaluate(() =>
			[...document.querySelectorAll('[data-test-id^=resource-locator], [data-test-id^=rlc]')]
				.map((e) => e.getAttribute('data-test-id'))
				.join('\n'),
		),
	);
	await page.click('[data-test-id=rlc-mode-selector]').catch((e) => console.info(String(e)));
	await page.waitForTimeout(500);
	await browser.screenshot('x-mode');
	await page
		.getByText('From List', { exact: false })
		.first()
		.click()
		.catch((e) => console.info(String(e)));
	await page.waitForTimeout(500);
	await page.click('[data-test-id=rlc-input]').catch((e) => console.info(String(e)));
	await page.waitForTimeout(2500);
	await browser.screenshot('x-list');
	console.info(
		await page.evaluate(() =>
			[...document.querySelectorAll('[data-test-id^=rlc]')]
				.map((e) => e.getAttribute('data-test-id') + (e.textContent ?? '').slice(0, 50))
				.join('\n'),
		),
	);
	await page.keyboard.press('Escape');
	await page.goto('about:blank');
	await browser.openWorkflow(n8n, flow);
	await browser.openNode('Veo Video');
	await page.waitForTimeout(1500);
	await browser.screenshot('x-veo');
	await page
		.click('[data-test-id=parameter-input-model] input, [data-test-id="parameter-input-model"]')
		.catch((e) => console.info(String(e)));
	await page.waitForTimeout(2000);
	await browser.screenshot('x-models');
}, 250_000);
