import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { testFolder } from '../testing/folder.ts';
import { openAssets } from './store.ts';

const FACTS = { name: 'a.txt', mimeType: 'text/plain', media: null, thumbnail: null };
const folder = testFolder('assets');

async function keepText(text: string, facts = FACTS) {
	const assets = await openAssets(folder);
	const scratch = await assets.scratch();
	const file = join(scratch.path, 'file');
	writeFileSync(file, text);
	return { assets, asset: await assets.keep(file, facts) };
}

test('an asset is found by the hash of its bytes', async () => {
	const { assets, asset } = await keepText('hello');
	expect(asset.id).toBe(createHash('sha256').update('hello').digest('hex'));
	expect(await assets.get(asset.id)).toEqual(asset);
	expect(readFileSync(assets.path(asset.id), 'utf8')).toBe('hello');
});

test('the same bytes lie there once, and the temporary file is gone', async () => {
	const first = await keepText('twice');
	const second = await keepText('twice', { ...FACTS, name: 'b.txt' });
	expect(second.asset.id).toBe(first.asset.id);
	const stored = readdirSync(join(folder, first.asset.id.slice(0, 2))).filter((name) =>
		first.asset.id.endsWith(name),
	);
	expect(stored).toHaveLength(1);
});

test('an unknown id and a path instead of an id are not found', async () => {
	const { assets } = await keepText('x');
	await expect(assets.get('0'.repeat(64))).rejects.toMatchObject({ code: 'not_found' });
	await expect(assets.get('../../etc/passwd')).rejects.toMatchObject({ code: 'not_found' });
});

test('a source that is larger than allowed is refused and read no further', async () => {
	const assets = await openAssets(folder);
	const scratch = await assets.scratch();
	let given = 0;
	const endless = Readable.from(
		(function* () {
			for (;;) yield Buffer.alloc(((given += 1), 65_536));
		})(),
	);
	await expect(
		assets.receive(endless, join(scratch.path, 'file'), {
			maxBytes: 1_000_000,
			signal: AbortSignal.timeout(10_000),
		}),
	).rejects.toMatchObject({ code: 'invalid_input' });
	expect(given).toBeLessThan(100);
});

test('a range of the bytes can be read alone', async () => {
	const { assets, asset } = await keepText('0123456789');
	const pieces = await assets.read(asset.id, { start: 3, end: 5 }).toArray();
	expect(Buffer.concat(pieces).toString()).toBe('345');
});
