import { expect, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bytesOf, itemsOf, toBinary } from './nodes/engine.ts';
import { shots, useHouse } from './nodes/house.ts';
import { transfer, veo } from './nodes/steps.ts';

const house = useHouse();
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A real clip, made once. */
async function makeClip(): Promise<{ asset: string; bytes: Buffer; fileName: string }> {
	const run = await house.engine.run({
		steps: [veo(), transfer({ operation: 'exportFile', to: 'binary' })],
		items: shots(['a bridge']),
	});
	const [item] = itemsOf(run, 'Transfer File');
	return {
		asset: String(item!.json.asset),
		bytes: await bytesOf(item!.binary!.data!),
		fileName: item!.binary!.data!.fileName!,
	};
}

test('a clip goes to n8n’s disk and comes back as the same asset, and to Drive and back as the same bytes', async () => {
	const clip = await makeClip();
	expect(sha256(clip.bytes)).toBe(clip.asset);

	const binary = { film: await toBinary(clip.bytes, 'meadow über.mp4', 'video/mp4') };
	const back = await house.engine.run({
		steps: [transfer({ operation: 'importFile', from: 'binary', binaryField: 'film' })],
		items: [{ json: {}, binary }],
	});
	const [imported] = itemsOf(back, 'Transfer File');
	expect(imported!.json).toMatchObject({
		asset: clip.asset,
		mimeType: 'video/mp4',
		previewUrl: expect.stringContaining('signature='),
	});
	expect(imported!.binary?.thumbnail?.mimeType).toBe('image/jpeg');

	const folder = {
		__rl: true,
		mode: 'url',
		value: 'https://drive.google.com/drive/folders/rehearsal-films?usp=sharing',
	};
	const out = await house.engine.run({
		steps: [transfer({ operation: 'exportFile', to: 'drive', folder, fileName: 'bridge.mp4' })],
		items: [{ asset: clip.asset, title: 'Bridge' }],
	});
	const [exported] = itemsOf(out, 'Transfer File');
	expect(exported!.json).toMatchObject({
		name: 'bridge.mp4',
		folder: 'rehearsal-films',
		bytes: clip.bytes.length,
		title: 'Bridge',
		asset: clip.asset,
	});

	const file = { __rl: true, mode: 'id', value: '={{ $json.id }}' };
	const again = await house.engine.run({
		steps: [transfer({ operation: 'importFile', from: 'drive', file })],
		items: [{ id: exported!.json.id }],
	});
	expect(itemsOf(again, 'Transfer File')[0]!.json).toMatchObject({ asset: clip.asset, fileName: 'bridge.mp4' });
}, 40_000);

test('a file is imported from an address', async () => {
	const picture = readFileSync(new URL('./nodes/pixel.png', import.meta.url));
	const server = createServer((_request, response) => response.setHeader('content-type', 'image/png').end(picture));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pixel.png`;
		const run = await house.engine.run({
			steps: [transfer({ operation: 'importFile', from: 'url', url })],
			items: [{ number: 3 }],
		});
		expect(itemsOf(run, 'Transfer File')[0]!.json).toMatchObject({
			asset: sha256(picture),
			fileName: 'pixel.png',
			mimeType: 'image/png',
			number: 3,
		});
	} finally {
		server.close();
	}
});

test('what the worker says about a file it cannot take reaches the user, at the item', async () => {
	const binary = { data: await toBinary(randomBytes(4096), 'noise.mp4', 'video/mp4') };
	const run = await house.engine.run({
		steps: [transfer({ operation: 'importFile', from: 'binary' })],
		items: [{ json: {}, binary }],
	});
	const error = run.data.resultData.error as unknown as { message: string; context: { itemIndex: number } };
	expect(error.message).toMatch(/\[Item 0\]$/);
	expect(error.message).not.toMatch(/status code|Bad request/i);
	expect(error.context.itemIndex).toBe(0);
});

test('an asset that is not there is told for its item, and with On Error = continue the others go on', async () => {
	const { asset } = await makeClip();
	const items = [{ asset: 'f'.repeat(64) }, { asset }];
	const steps = [transfer({ operation: 'exportFile', to: 'binary' }, { onError: 'continueRegularOutput' })];
	const [missing, found] = itemsOf(await house.engine.run({ steps, items }), 'Transfer File');
	expect(missing!.json.error).toMatch(/\[Item 0\]$/);
	expect(found!.binary?.data?.mimeType).toBe('video/mp4');
	expect(found!.pairedItem).toEqual({ item: 1 });
}, 20_000);

test('a folder whose expression gives nothing is told by the field’s name', async () => {
	const folder = { __rl: true, mode: 'id', value: '={{ $json.nothing }}' };
	const run = await house.engine.run({
		steps: [transfer({ operation: 'exportFile', to: 'drive', folder })],
		items: [{ asset: 'f'.repeat(64) }],
	});
	expect((run.data.resultData.error as unknown as Error).message).toBe('Folder is empty [Item 0]');
});
