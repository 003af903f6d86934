import { beforeEach, expect, test } from '@jest/globals';
import type { DriveChanges } from '../contract/drive.ts';
import type { Problem } from '../contract/problem.ts';
import { testHouse } from '../testing/house.ts';
import { KEYS } from './keys.ts';

const { call, side, get } = testHouse('watches');

let folder: string;
beforeEach(async () => {
	folder = (
		await side<{ id: string }>('POST', '/rehearsal/drive/files', {
			name: `watched ${Date.now()}`,
			mimeType: 'application/vnd.google-apps.folder',
		})
	).id;
});

/** An hour ago: a file that rests, and need not be looked at twice. */
const RESTED = new Date(Date.now() - 3_600_000).toISOString();
// An old file moved in is new to the folder; it rests, so it is delivered without a second look.
const drop = (name: string) =>
	side<{ id: string }>('POST', '/rehearsal/drive/files', { name, parent: folder, text: name, modifiedTime: RESTED });
const look = (cursor?: string | null, more: Record<string, unknown> = {}) =>
	call<DriveChanges>('POST', '/v1/drive/changes', { folder, ...(cursor && { cursor }), ...more });
const names = ({ body }: { body: DriveChanges }) => body.files.map(({ name }) => name);

test('what lies there when the watch begins is not new, and what comes later comes once', async () => {
	await drop('before.txt');
	const first = await look();
	expect(names(first)).toEqual([]);
	await drop('after.txt');
	const second = await look(first.body.cursor);
	expect(names(second)).toEqual(['after.txt']);
	expect(names(await look(second.body.cursor))).toEqual([]);
});

test('a watcher that died before it kept the answer gets the same answer again, and no file is missed or doubled', async () => {
	const first = await look();
	await drop('a.txt');
	const lost = await look(first.body.cursor);
	await drop('b.txt');
	const again = await look(first.body.cursor);
	expect(again.body).toEqual(lost.body);
	expect(names(await look(again.body.cursor))).toEqual(['b.txt']);
});

test('looks that bring nothing leave an old cursor good: n8n keeps none of theirs', async () => {
	const first = await look();
	await drop('a.txt');
	const second = await look(first.body.cursor);
	let quiet = await look(second.body.cursor);
	for (let n = 0; n < 3; n++) quiet = await look(quiet.body.cursor);
	await drop('b.txt');
	expect(names(await look(second.body.cursor))).toEqual(['b.txt']);
});

test('a cursor that a later look used up is refused, and says that two watchers share it', async () => {
	const first = await look();
	await drop('a.txt');
	const second = await look(first.body.cursor);
	await drop('b.txt');
	await look(second.body.cursor);
	const stale = (await look(first.body.cursor)) as unknown as { status: number; body: Problem };
	expect(stale).toMatchObject({
		status: 409,
		body: { code: 'conflict', hint: expect.stringContaining('Deactivate') },
	});
});

test('a worker that lost its memory finds what changed since by the page token in the cursor', async () => {
	const first = await look();
	await drop('while-forgetting.txt');
	const { redis } = get();
	const { connect } = await import('./redis/connect.ts');
	const { makeLog } = await import('../base/log.ts');
	const client = await connect(redis.url, 'submit', makeLog('silent'));
	await client.del(KEYS.watch(first.body.cursor!.split('.')[0]!));
	client.disconnect();
	const found = await look(first.body.cursor);
	expect(names(found)).toEqual(['while-forgetting.txt']);
	expect(names(await look(found.body.cursor))).toEqual([]);
});

test('a sample shows the newest files and moves no cursor', async () => {
	await drop('sample.txt');
	const sample = await look(null, { sample: 5 });
	expect(sample.body).toMatchObject({ cursor: null, files: [expect.objectContaining({ name: 'sample.txt' })] });
});

test('what is not a cursor of ours is refused by its field', async () => {
	expect((await look('12345')) as unknown).toMatchObject({
		status: 400,
		body: { message: expect.stringContaining('cursor') },
	});
});
