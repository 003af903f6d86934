import { beforeAll, describe, expect, test } from '@jest/globals';
import { openBrowser, until, type Browser } from './house/house.ts';
import { openStage, type Stage } from './stage.ts';
import { folder, readTemplate } from './template.ts';

const WORKING = ['Drive Watch Trigger', 'Gemini Script', 'Veo Video', 'Stitch Video', 'Transfer File'];
/** Long enough for two short clips on a busy machine. */
const FILM_MS = 120_000;

let stage: Stage;
let browser: Browser;
let flow: string;

beforeAll(async () => {
	stage = await openStage();
	const { n8n, rehearsal } = stage;
	const set = {
		'Drive Watch Trigger': { folder: folder('rehearsal-briefs') },
		'Transfer File': { folder: folder('rehearsal-films') },
		// Less to encode; nothing else is another.
		'Gemini Script': { seconds: 6, shotSeconds: 3 },
	};
	flow = (await n8n.importWorkflow(readTemplate('drive-folder-to-film.json', set))).id;
	const text = 'A lighthouse in the evening, its lamp just lit. A ship passes by in the distance.';
	await rehearsal.dropFile({ name: 'lighthouse.txt', mimeType: 'text/plain', text });
	browser = await openBrowser();
	await browser.signIn(n8n);
	await browser.openWorkflow(n8n, flow);
}, 240_000);

/** Loads the editor anew, as after a click outside of every panel. */
const reopen = async () => {
	await browser.page.goto('about:blank');
	await browser.openWorkflow(stage.n8n, flow);
};

/** Whether every picture that a selector finds has come, with its width in pixels. */
const widths = (selector: string) =>
	browser.page.$$eval(selector, (found) =>
		found.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
	);

describe('the main template in n8n’s editor', () => {
	test('shows every node of ours with its own icon', async () => {
		for (const name of WORKING) {
			const icon = `[data-test-id=canvas-node][data-node-name="${name}"] img`;
			await browser.page.waitForSelector(icon);
			expect((await widths(icon)).every((width) => width > 0)).toBe(true);
		}
		await browser.screenshot('canvas');
	}, 60_000);

	test('runs at a click, and every node on the way to the film turns green', async () => {
		const { page } = browser;
		await page.click('[data-test-id=execute-workflow-button]');
		const green = (name: string) =>
			`[data-test-id=canvas-node][data-node-name="${name}"] [data-test-id=canvas-node-status-success]`;
		for (const name of WORKING) await page.waitForSelector(green(name), { timeout: FILM_MS });
		await page.getByText('Workflow executed successfully').waitFor();
		await browser.screenshot('canvas-after-run');
		expect(await page.locator('[data-test-id=canvas-node-status-error]').count()).toBe(0);
		expect((await stage.n8n.executions(flow)).map(({ status, mode }) => [status, mode])).toEqual([
			['success', 'manual'],
		]);
	}, 180_000);

	test('shows a picture of the film in Stitch Video’s output', async () => {
		const { page } = browser;
		await browser.openNode('Stitch Video');
		await page.click('[data-test-id=output-panel] [data-test-id=radio-button-binary]');
		await page.click('[data-test-id=output-panel] [data-test-id=ndv-view-binary-data]');
		const picture = '[data-test-id=output-panel] [data-test-id=ndv-data-container] img';
		await page.waitForSelector(picture);
		await page.waitForFunction(
			(selector) =>
				((
					globalThis as unknown as { document: { querySelector(s: string): { naturalWidth: number } } }
				).document.querySelector(selector)?.naturalWidth ?? 0) > 0,
			picture,
		);
		await browser.screenshot('stitch-output');
		expect(await widths(picture)).toEqual([640]);
	}, 90_000);

	test('lets a person choose the folder by its name, from the worker’s Drive', async () => {
		const { page } = browser;
		await reopen();
		await browser.openNode('Drive Watch Trigger');
		await page.click('[data-test-id=rlc-mode-selector]');
		await page.getByText('From list', { exact: true }).last().click();
		await page.click('[data-test-id=rlc-input]');
		const item = page.locator('[data-test-id=rlc-item]');
		await item.filter({ hasText: 'Briefs' }).first().waitFor();
		await browser.screenshot('folder-list');
		expect(await item.allTextContents()).toEqual(expect.arrayContaining([expect.stringContaining('Films')]));
	}, 90_000);

	test('lets a person choose the model by its name and price', async () => {
		const { page } = browser;
		await reopen();
		await browser.openNode('Veo Video');
		const option = page.getByText(/^Veo 3\.1 \(\$0\.4\d*\/s at 720p\)$/);
		// While the models are still on their way, a click opens nothing.
		const opened = async () => {
			await page.click('[data-test-id=parameter-input-model]');
			await option.waitFor({ timeout: 5000 });
			return true;
		};
		await until(opened, { what: 'the list of models' });
		await browser.screenshot('model-list');
		expect(await option.count()).toBe(1);
	}, 90_000);
});
