import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { root } from '../../../scripts/house/root.ts';
import { atEnd, scratchFolder } from './cleanup.ts';

/** Headless on a machine without display, GPU or sandbox for root; nothing called outside. */
const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--disable-dev-shm-usage',
];

const PATIENCE_MS = 60_000;

export interface Browser {
	page: Page;
	/** Signs in to n8n's editor. */
	signIn(n8n: { url: string; owner: { email: string; password: string } }): Promise<void>;
	/** Opens a workflow and waits until its nodes stand on the canvas. */
	openWorkflow(n8n: { url: string }, id: string): Promise<void>;
	/** Opens one node's panel by a double click. */
	openNode(name: string): Promise<void>;
	/** Saves a picture of the page as `test-output/<name>.png`; gives its path. */
	screenshot(name: string): Promise<string>;
	close(): Promise<void>;
}

/** Starts the machine's Chromium with an empty profile; it is closed when the test file ends. */
export async function openBrowser(): Promise<Browser> {
	const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
		existsSync(path),
	);
	if (!executablePath) throw new Error('no Chromium on this machine; npm test installs Debian’s');
	const context = await chromium.launchPersistentContext(scratchFolder('browser'), {
		executablePath,
		headless: true,
		args: FLAGS,
		viewport: { width: 1440, height: 900 },
	});
	atEnd(() => context.close());
	context.setDefaultTimeout(PATIENCE_MS);
	return bind(context, context.pages()[0] ?? (await context.newPage()));
}

function bind(context: BrowserContext, page: Page): Browser {
	return {
		page,
		signIn: async (n8n) => {
			await page.goto(`${n8n.url}/signin`);
			await page.fill('input[name=emailOrLdapLoginId]', n8n.owner.email);
			await page.fill('input[name=password]', n8n.owner.password);
			await page.click('[data-test-id=form-submit-button]');
			await page.waitForURL((url) => !url.pathname.startsWith('/signin'));
		},
		openWorkflow: async (n8n, id) => {
			await page.goto(`${n8n.url}/workflow/${id}`);
			await page.waitForSelector('[data-test-id=canvas-node]');
		},
		openNode: async (name) => {
			await page.dblclick(`[data-test-id=canvas-node][data-node-name="${name}"]`);
			await page.waitForSelector('[data-test-id=output-panel]');
		},
		screenshot: async (name) => {
			const folder = join(root, 'test-output');
			mkdirSync(folder, { recursive: true });
			const path = join(folder, `${name}.png`);
			await page.screenshot({ path });
			return path;
		},
		close: () => context.close(),
	};
}
