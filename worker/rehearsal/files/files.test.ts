import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { errorOf, omni, testStage, untilOver, type Json } from '../testing.ts';

const stage = testStage({ processingMs: 600 });
const folder = mkdtempSync(join(tmpdir(), 'rehearsal-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clip = join(folder, 'up.mp4');
/** More than one of the SDK's pieces of 8 MiB. */
const SIZE = 9 * 1024 * 1024;
writeFileSync(clip, Buffer.alloc(SIZE, 7));

const upload = () => stage.gemini().files.upload({ file: clip, config: { mimeType: 'video/mp4', displayName: 'up' } });

async function whenReady(name: string) {
	for (let look = 0; look < 100; look += 1) {
		const file = await stage.gemini().files.get({ name });
		if (file.state !== 'PROCESSING') return file;
		await new Promise((go) => setTimeout(go, 30));
	}
	throw new Error('the file stays in PROCESSING');
}

test('an upload in two pieces becomes a file that is processed first and active then', async () => {
	const file = await upload();
	expect(file).toMatchObject({ state: 'PROCESSING', displayName: 'up', sizeBytes: String(SIZE) });
	expect(await whenReady(file.name!)).toMatchObject({ state: 'ACTIVE', source: 'UPLOADED' });
});

test('a file that was ordered to fail ends as failed', async () => {
	await stage.order({ match: { route: 'files.upload' }, fault: { kind: 'fileFails', message: 'no video' } });
	const failed = await whenReady((await upload()).name!);
	expect(failed).toMatchObject({ state: 'FAILED', error: { message: 'no video' } });
});

test('a deleted, an expired and an unknown file answer with the same 403', async () => {
	const ai = stage.gemini();
	const [one, two] = [await upload(), await upload()];
	await ai.files.delete({ name: one.name! });
	await stage.order({ match: { route: 'files.get', contains: two.name! }, fault: { kind: 'expired' } });
	for (const name of [one.name!, two.name!, 'files/nothing']) {
		const error = await errorOf(ai.files.get({ name }));
		expect([error.status, error.message]).toEqual([
			403,
			expect.stringContaining('You do not have permission to access the File'),
		]);
	}
});

test('a video may refer to an uploaded file, and not to one that is not there', async () => {
	const ai = stage.gemini();
	const file = await upload();
	const body = (uri: string) => ({
		...omni('x'),
		input: [
			{ type: 'video', uri, mime_type: 'video/mp4' },
			{ type: 'text', text: 'Shot 8: make it night' },
		],
	});
	const created: Json = await ai.interactions.create(body(file.uri!), { maxRetries: 0 });
	expect((await untilOver(ai, created.id)).status).toBe('completed');
	const error = await errorOf(
		ai.interactions.create(body('https://generativelanguage.googleapis.com/v1beta/files/gone'), { maxRetries: 0 }),
	);
	expect(error.status).toBe(403);
});

test('a download can break off, lie about its length, and be no video at all', async () => {
	const ai = stage.gemini();
	await stage.order({ match: { route: 'interactions.create' }, fault: { kind: 'deliver', as: 'uri' } });
	const created: Json = await ai.interactions.create(omni('Shot 1: a wave'), { maxRetries: 0 });
	const { uri } = (await untilOver(ai, created.id)).steps[1].content[0];
	const get = () =>
		fetch(uri.replace('https://generativelanguage.googleapis.com', stage.url()), {
			headers: { 'x-goog-api-key': 'k' },
		});
	const whole = (await (await get()).arrayBuffer()).byteLength;
	const match = { route: 'files.download.bytes' };
	await stage.order({ match, fault: { kind: 'truncate', bytes: 1000 } });
	await expect((await get()).arrayBuffer()).rejects.toThrow();
	await stage.order({ match, fault: { kind: 'wrongLength', extra: 5 } });
	const lying = await get();
	expect(lying.headers.get('content-length')).toBe(String(whole + 5));
	await expect(lying.arrayBuffer()).rejects.toThrow();
	await stage.order({ match, fault: { kind: 'garbage' } });
	expect(await (await get()).text()).toContain('<html>');
	expect((await (await get()).arrayBuffer()).byteLength).toBe(whole);
});
