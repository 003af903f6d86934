import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from '@jest/globals';
import { startRehearsal } from './server.ts';
import { omni, type Json } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'rehearsal-server-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = { 'x-goog-api-key': 'k' };
const json = async (url: string, init: RequestInit = {}): Promise<Json> => (await fetch(url, init)).json();
const post = (url: string, body: unknown) => json(url, { method: 'POST', headers: key, body: JSON.stringify(body) });

async function finished(url: string, id: string): Promise<Json> {
	for (let look = 0; look < 200; look += 1) {
		const interaction = await json(`${url}/v1beta/interactions/${id}`, { headers: key });
		if (interaction.status !== 'in_progress') return interaction;
		await new Promise((go) => setTimeout(go, 50));
	}
	throw new Error('the interaction does not end');
}

test('a restart keeps files, changes, orders, journal and running operations', async () => {
	const data = join(folder, 'restart');
	const before = await startRehearsal({ data, seconds: 0.3 });
	const file = await post(`${before.url}/rehearsal/drive/files`, { name: 'brief.txt', text: 'kept' });
	await post(`${before.url}/rehearsal/orders`, {
		match: { route: 'token' },
		fault: { kind: 'drop', when: 'before' },
	});
	const running = await post(`${before.url}/v1beta/interactions`, omni('Shot 1: a wave'));
	await before.close();
	appendFileSync(join(data, 'state.jsonl'), '["driveItems","torn","{');

	const after = await startRehearsal({ data, seconds: 0.3 });
	expect((await finished(after.url, running.id)).status).toBe('completed');
	expect(await (await fetch(`${after.url}/rehearsal/drive/files/${file.id}/content`)).text()).toBe('kept');
	expect((await json(`${after.url}/rehearsal/orders`)).orders).toHaveLength(1);
	expect((await json(`${after.url}/rehearsal/journal`)).totals.videoJobs).toBe(1);
	const bearer = { headers: { authorization: 'Bearer x' } };
	const token = await json(`${after.url}/drive/v3/changes/startPageToken`, bearer);
	expect((await json(`${after.url}/drive/v3/changes?pageToken=1&fields=*`, bearer)).newStartPageToken).toBe(
		token.startPageToken,
	);
	await after.close();
});

test('footage of a folder is served in turn and as it is', async () => {
	const footage = join(folder, 'footage');
	mkdirSync(footage);
	for (const name of ['b.mp4', 'a.mp4', 'note.txt']) writeFileSync(join(footage, name), name);
	const rehearsal = await startRehearsal({ data: join(folder, 'turns'), seconds: 0, footage });
	const served: string[] = [];
	for (const shot of [1, 2, 3]) {
		const { id } = await post(`${rehearsal.url}/v1beta/interactions`, omni(`Shot ${shot}: a wave`));
		served.push(Buffer.from((await finished(rehearsal.url, id)).steps[1].content[0].data, 'base64').toString());
	}
	expect(served).toEqual(['a.mp4', 'b.mp4', 'a.mp4']);
	await rehearsal.close();
});

test('the program says where it listens in one line and stops on SIGTERM, its ffmpeg with it', async () => {
	const data = join(folder, 'program');
	const env = { ...process.env, REHEARSAL_PORT: '0', REHEARSAL_DATA: data, REHEARSAL_SECONDS: '0' };
	const program = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
		env,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const [line] = (await once(createInterface({ input: program.stdout! }), 'line')) as [string];
	const { listening } = JSON.parse(line) as { listening: string };
	expect(listening).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
	await post(`${listening}/v1beta/interactions`, omni('Shot 1: long', { resolution: '4k', duration: '15s' }));
	await new Promise((go) => setTimeout(go, 300));
	program.kill('SIGTERM');
	const [code] = (await once(program, 'exit')) as [number];
	expect(code).toBe(0);
	expect(readdirSync(join(data, 'clips'))).toEqual([]);
});

test('the page is served, and unknown paths are refused in the form of their service', async () => {
	const rehearsal = await startRehearsal({ data: join(folder, 'page') });
	const page = await fetch(`${rehearsal.url}/`);
	expect([page.headers.get('content-type'), await page.text()]).toEqual([
		'text/html; charset=utf-8',
		expect.stringContaining('<title>'),
	]);
	expect(await json(`${rehearsal.url}/v1beta/nothing`)).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } });
	expect(await json(`${rehearsal.url}/drive/v3/nothing`)).toMatchObject({
		error: { code: 404, errors: [{ reason: 'notFound' }] },
	});
	await rehearsal.close();
});

test('everything can be set back to the first day, and no change token comes twice', async () => {
	const rehearsal = await startRehearsal({ data: join(folder, 'reset'), seconds: 0 });
	const bearer = { headers: { authorization: 'Bearer x' } };
	const token = () => json(`${rehearsal.url}/drive/v3/changes/startPageToken`, bearer);
	await post(`${rehearsal.url}/rehearsal/drive/files`, { name: 'brief.txt', text: 'a' });
	const before = Number((await token()).startPageToken);
	await fetch(`${rehearsal.url}/rehearsal`, { method: 'DELETE' });
	const { files } = await json(
		`${rehearsal.url}/drive/v3/files?q=${encodeURIComponent("'rehearsal-briefs' in parents")}`,
		bearer,
	);
	expect(files).toEqual([]);
	expect(Number((await token()).startPageToken)).toBeGreaterThan(before);
	expect((await json(`${rehearsal.url}/drive/v3/files/rehearsal-films`, bearer)).name).toBe('Films');
	await rehearsal.close();
});

test('a port that is taken is an error and not a silent hang', async () => {
	const first = await startRehearsal({ data: join(folder, 'one') });
	const port = Number(new URL(first.url).port);
	await expect(startRehearsal({ data: join(folder, 'two'), port })).rejects.toThrow('EADDRINUSE');
	await first.close();
});
