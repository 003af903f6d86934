import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startRehearsal } from '../../rehearsal/server.ts';
import { DriveChangesRequest } from '../../contract/drive.ts';
import type { Look, WatchState } from '../index.ts';
import { calm, faultOf, rehearse, type Rehearsed } from '../testing.ts';

let house: Rehearsed;
let folder: string;
let count = 0;
beforeAll(async () => {
	house = await rehearse(startRehearsal);
}, 30_000);
afterAll(() => house.end());
beforeEach(async () => {
	await house.fresh();
	folder = await makeFolder('rehearsal-reelsmith');
});

const GOOGLE_DOC = 'application/vnd.google-apps.document';
const OLD = '2020-01-01T00:00:00.000Z';
const makeFolder = async (parent: string, name = `folder ${++count}`) =>
	(await house.put({ name, parent, mimeType: 'application/vnd.google-apps.folder' })).id;
const put = async (name: string, more: object = {}) =>
	(await house.put({ name, parent: folder, text: `text of ${name} ${++count}`, ...more })).id;
const move = (id: string, parent: string) => house.control('POST', `/rehearsal/drive/files/${id}/move`, { parent });
const patch = (id: string, more: object) => house.control('PATCH', `/rehearsal/drive/files/${id}`, more);

type Asked = Partial<Parameters<typeof DriveChangesRequest.parse>[0] & object>;
/** A watcher that keeps its state as JSON between looks, as the worker does. */
function watcher(asked: Asked = {}) {
	const request = DriveChangesRequest.parse({ folder, restSeconds: 0, ...asked });
	let state: WatchState | null = null;
	const keep = (look: Look) => {
		state = JSON.parse(JSON.stringify(look.state)) as WatchState;
		return look;
	};
	const look = async () => keep(await house.google.drive.watch(request, state, {}, calm()));
	const names = async () =>
		(await look()).files.map((file) => (file.path ? `${file.path}/${file.name}` : file.name)).sort();
	return { request, look, names, keep, state: () => state };
}

describe('a watch for new files', () => {
	test('begins with what lies there as known, and then gives each file once', async () => {
		await put('old.txt');
		const watch = watcher();
		expect(await watch.names()).toEqual([]);
		await put('a.txt');
		await put('b.txt');
		expect(await watch.names()).toEqual(['a.txt', 'b.txt']);
		expect(await watch.names()).toEqual([]);
	});

	test('gives what lies there too, if so wished, once', async () => {
		await put('old.txt');
		const watch = watcher({ existing: true });
		expect(await watch.names()).toEqual(['old.txt']);
		expect(await watch.names()).toEqual([]);
	});

	test('tells where a file lies, and that it can be fetched by its id', async () => {
		const watch = watcher();
		await watch.look();
		const id = await put('a.txt', { mimeType: 'text/plain' });
		const [file] = (await watch.look()).files;
		expect(file).toMatchObject({ id, name: 'a.txt', mimeType: 'text/plain', folder, path: '' });
		expect(file?.md5).toMatch(/^[0-9a-f]{32}$/);
	});

	test('takes a file moved in for new, however old it is', async () => {
		const elsewhere = await makeFolder('rehearsal-reelsmith');
		const id = await put('moved.txt', { parent: elsewhere, createdTime: OLD, modifiedTime: OLD });
		const watch = watcher();
		await watch.look();
		await move(id, folder);
		expect(await watch.names()).toEqual(['moved.txt']);
	});

	test('does not take a renamed, edited, or twice reported file for new', async () => {
		const watch = watcher();
		await watch.look();
		const id = await put('first.txt');
		await house.order('drive.changes', { kind: 'duplicateChanges' });
		expect(await watch.names()).toEqual(['first.txt']);
		await patch(id, { name: 'second.txt' });
		expect(await watch.names()).toEqual([]);
		await patch(id, { text: 'other words' });
		expect(await watch.names()).toEqual([]);
	});

	test('does not give a file again that was moved away and back, or to the bin and back', async () => {
		const elsewhere = await makeFolder('rehearsal-reelsmith');
		const watch = watcher();
		await watch.look();
		const id = await put('a.txt');
		expect(await watch.names()).toEqual(['a.txt']);
		await move(id, elsewhere);
		expect(await watch.names()).toEqual([]);
		await move(id, folder);
		expect(await watch.names()).toEqual([]);
		await patch(id, { trashed: true });
		expect(await watch.names()).toEqual([]);
		await patch(id, { trashed: false });
		expect(await watch.names()).toEqual([]);
	});

	test('passes over a file that is in the bin or deleted before the look, and one in another folder', async () => {
		const watch = watcher();
		await watch.look();
		await patch(await put('binned.txt'), { trashed: true });
		await house.control('DELETE', `/rehearsal/drive/files/${await put('deleted.txt')}`);
		await put('elsewhere.txt', { parent: await makeFolder('rehearsal-reelsmith') });
		expect(await watch.names()).toEqual([]);
	});

	test('holds back an upload until it is complete, across any number of looks', async () => {
		const watch = watcher();
		await watch.look();
		const id = await put('big.mp4', { uploading: true, mimeType: 'video/mp4' });
		const held = await watch.look();
		expect([held.files, held.unfinished]).toEqual([[], 1]);
		expect((await watch.look()).unfinished).toBe(1);
		await house.control('POST', `/rehearsal/drive/files/${id}/finish`);
		const look = await watch.look();
		expect([look.files.map((file) => file.id), look.unfinished]).toEqual([[id], 0]);
		expect(await watch.names()).toEqual([]);
	});

	test('gives an upload that was under way when the watch began, when it is complete', async () => {
		const id = await put('early.mp4', { uploading: true });
		const watch = watcher();
		expect((await watch.look()).unfinished).toBe(1);
		await house.control('POST', `/rehearsal/drive/files/${id}/finish`);
		expect(await watch.names()).toEqual(['early.mp4']);
	});

	test('forgets an upload that was broken off', async () => {
		const watch = watcher();
		await watch.look();
		const id = await put('never.mp4', { uploading: true });
		expect((await watch.look()).unfinished).toBe(1);
		await house.control('DELETE', `/rehearsal/drive/files/${id}`);
		expect((await watch.look()).unfinished).toBe(0);
	});

	test('holds back a fresh file that changes between its two looks', async () => {
		const watch = watcher();
		await watch.look();
		const id = await put('still.txt');
		await house.order('drive.files.get', { kind: 'slow', ms: 250 });
		const looking = watch.look();
		await new Promise((resolve) => setTimeout(resolve, 120));
		await patch(id, { text: 'written over while it was looked at' });
		const first = await looking;
		expect([first.files, first.unfinished]).toEqual([[], 1]);
		expect(await watch.names()).toEqual(['still.txt']);
	});

	test('looks only once at a file that nobody has touched for a while', async () => {
		const elsewhere = await makeFolder('rehearsal-reelsmith');
		await put('old.txt', { parent: elsewhere, createdTime: OLD, modifiedTime: OLD });
		const watch = watcher({ existing: true, folder: elsewhere });
		expect(await watch.names()).toEqual(['old.txt']);
		const gets = (await house.journal()).entries.filter((entry) => entry.route === 'drive.files.get');
		expect(gets).toHaveLength(1);
	});

	test('lets a Google document rest before it counts as finished', async () => {
		const watch = watcher({ restSeconds: 3600 });
		await watch.look();
		const id = await put('draft', { mimeType: GOOGLE_DOC });
		expect((await watch.look()).unfinished).toBe(1);
		const eager = watcher({ existing: true });
		expect(await eager.names()).toEqual(['draft']);
		await put('rested', { mimeType: GOOGLE_DOC, modifiedTime: OLD, createdTime: OLD });
		expect(await watch.names()).toEqual(['rested']);
		await patch(id, { trashed: true });
		expect((await watch.look()).unfinished).toBe(0);
	});

	test('follows a shortcut to its target and gives that once, whichever way it is found', async () => {
		const elsewhere = await makeFolder('rehearsal-reelsmith');
		const target = await put('target.txt', { parent: elsewhere });
		const watch = watcher();
		await watch.look();
		await put('shortcut', { shortcutTo: target });
		const look = await watch.look();
		expect(look.files).toMatchObject([{ id: target, name: 'target.txt', folder }]);
		await move(target, folder);
		expect(await watch.names()).toEqual([]);
	});

	test('keeps to the wanted types, and knows an unnamed type by the ending', async () => {
		const watch = watcher({ types: ['video/*'] });
		await watch.look();
		await put('notes.txt', { mimeType: 'text/plain' });
		await put('clip.mov', { mimeType: 'application/octet-stream' });
		await put('blob.bin', { mimeType: 'application/octet-stream' });
		await put('film.webm', { mimeType: 'video/webm' });
		expect(await watch.names()).toEqual(['clip.mov', 'film.webm']);
	});
});

describe('a watch with subfolders', () => {
	test('sees files in old and new subfolders, and says in which', async () => {
		const below = await makeFolder(folder, 'below');
		const deep = await makeFolder(below, 'deep');
		const watch = watcher({ subfolders: true });
		await watch.look();
		await put('a.txt', { parent: deep });
		const fresh = await makeFolder(deep, 'fresh');
		await put('b.txt', { parent: fresh });
		expect(await watch.names()).toEqual(['below/deep/a.txt', 'below/deep/fresh/b.txt']);
	});

	test('reads a tree of many folders by few requests', async () => {
		const below = await Promise.all(Array.from({ length: 70 }, (_, n) => makeFolder(folder, `f${n}`)));
		await Promise.all(below.map((parent, n) => put(`${n}.txt`, { parent, createdTime: OLD, modifiedTime: OLD })));
		await house.control('DELETE', '/rehearsal/journal');
		expect((await watcher({ subfolders: true, existing: true }).look()).files).toHaveLength(70);
		const lists = (await house.journal()).entries.filter((entry) => entry.route === 'drive.files.list');
		expect(lists).toHaveLength(1 + Math.ceil(70 / 30));
	});

	test('without them sees none of that', async () => {
		const below = await makeFolder(folder, 'below');
		const watch = watcher();
		await watch.look();
		await put('a.txt', { parent: below });
		expect(await watch.names()).toEqual([]);
	});

	test('takes in a folder that is moved in, with its old files and folders', async () => {
		const outer = await makeFolder('rehearsal-reelsmith', 'outer');
		const inner = await makeFolder(outer, 'inner');
		await put('old.txt', { parent: inner, createdTime: OLD, modifiedTime: OLD });
		const watch = watcher({ subfolders: true });
		await watch.look();
		await move(outer, folder);
		expect(await watch.names()).toEqual(['outer/inner/old.txt']);
		await put('later.txt', { parent: inner });
		expect(await watch.names()).toEqual(['outer/inner/later.txt']);
	});

	test('lets go of a folder that is moved out or binned, with all below it', async () => {
		const [out, binned] = [await makeFolder(folder), await makeFolder(folder)];
		const deep = await makeFolder(out);
		const watch = watcher({ subfolders: true });
		await watch.look();
		await move(out, 'rehearsal-reelsmith');
		await patch(binned, { trashed: true });
		await put('a.txt', { parent: deep });
		await put('b.txt', { parent: binned });
		expect(await watch.names()).toEqual([]);
		expect(Object.keys(watch.state()?.folders ?? {})).toEqual([]);
	});

	test('follows a folder that is renamed or moved about inside', async () => {
		const [one, two] = [await makeFolder(folder, 'one'), await makeFolder(folder, 'two')];
		const watch = watcher({ subfolders: true });
		await watch.look();
		await move(two, one);
		await patch(two, { name: 'second' });
		await put('a.txt', { parent: two });
		expect(await watch.names()).toEqual(['one/second/a.txt']);
	});
});

describe('a watch for changed files', () => {
	test('gives each new content once, and new files too', async () => {
		const old = await put('old.txt');
		const watch = watcher({ event: 'changed' });
		expect(await watch.names()).toEqual([]);
		await patch(old, { text: 'second version' });
		expect(await watch.names()).toEqual(['old.txt']);
		expect(await watch.names()).toEqual([]);
		await patch(old, { name: 'renamed.txt' });
		expect(await watch.names()).toEqual([]);
		await put('new.txt');
		expect(await watch.names()).toEqual(['new.txt']);
	});

	test('sees the edits of a file that lies behind a shortcut', async () => {
		const target = await put('target.txt', { parent: await makeFolder('rehearsal-reelsmith') });
		await put('shortcut', { shortcutTo: target });
		const watch = watcher({ event: 'changed' });
		expect(await watch.names()).toEqual([]);
		await patch(target, { text: 'second version' });
		expect(await watch.names()).toEqual(['target.txt']);
		expect(await watch.names()).toEqual([]);
	});
});

describe('a watch that meets trouble', () => {
	test('gives the same news again when the answer of a look was lost', async () => {
		const watch = watcher();
		await watch.look();
		await put('a.txt');
		const before = watch.state();
		await house.google.drive.watch(watch.request, before, {}, calm());
		expect(await watch.names()).toEqual(['a.txt']);
	});

	test.each([
		['busy', { kind: 'http', status: 503 }],
		['asked too often', { kind: 'http', status: 403, reason: 'userRateLimitExceeded' }],
		['asked too often, by its newer word,', { kind: 'http', status: 429, reason: 'rateLimitExceeded' }],
		['out of reach', { kind: 'drop', when: 'before' }],
		['dreaming of another token', { kind: 'http', status: 401, reason: 'authError' }],
	])('misses nothing when Drive is %s for a moment', async (_what, fault) => {
		const watch = watcher();
		await watch.look();
		await put('a.txt');
		await house.order('drive.changes', fault);
		expect(await watch.names()).toEqual(['a.txt']);
	});

	test('is unavailable, and begins nothing, when Drive searched only a part of its files', async () => {
		await house.order('drive.files.list', { kind: 'incomplete' }, { times: 9 });
		expect((await faultOf(watcher().look())).code).toBe('unavailable');
	});

	test('says what to do when the folder is gone, and goes on when it is back', async () => {
		const watch = watcher();
		await watch.look();
		await patch(folder, { trashed: true });
		expect(await faultOf(watch.look())).toMatchObject({ code: 'not_found', hint: expect.stringMatching(/bin/) });
		await patch(folder, { trashed: false });
		await put('a.txt');
		expect(await watch.names()).toEqual(['a.txt']);
	});

	test('refuses a file as the folder to watch', async () => {
		const file = await put('a.txt');
		expect((await faultOf(watcher({ folder: file }).look())).code).toBe('invalid_input');
	});

	test('gives a file that arrives while the watch is beginning', async () => {
		await put('old.txt');
		await house.order('drive.files.list', { kind: 'slow', ms: 300 });
		const watch = watcher();
		const beginning = watch.names();
		await new Promise((resolve) => setTimeout(resolve, 150));
		await put('meanwhile.txt');
		expect(await beginning).toEqual(['meanwhile.txt']);
		expect(await watch.names()).toEqual([]);
	});

	test('goes on when the folder was moved to a shared drive, and gives nothing twice', async () => {
		await put('old.txt');
		const watch = watcher();
		await watch.look();
		await put('a.txt');
		expect(await watch.names()).toEqual(['a.txt']);
		await move(folder, 'rehearsal-shared');
		await put('b.txt');
		expect(await watch.names()).toEqual(['b.txt']);
		await put('c.txt');
		expect(await watch.names()).toEqual(['c.txt']);
		expect(watch.state()?.drive).toBe('rehearsal-shared');
	});

	test('is rebuilt from its token after its state was lost', async () => {
		await put('before.txt');
		const watch = watcher();
		await watch.look();
		const token = watch.state()?.token ?? '';
		await put('since.txt');
		watch.keep(await house.google.drive.rebuild(watch.request, token, {}, calm()));
		const look = await house.google.drive.rebuild(watch.request, token, {}, calm());
		expect(look.files.map((file) => file.name)).toEqual(['since.txt']);
		expect(await watch.names()).toEqual([]);
	});
});

test('a shared drive is watched by a token of its own', async () => {
	const watch = watcher({ folder: 'rehearsal-shared-briefs' });
	await watch.look();
	expect(watch.state()?.drive).toBe('rehearsal-shared');
	await put('on-shared.txt', { parent: 'rehearsal-shared-briefs' });
	await put('on-mine.txt');
	expect(await watch.names()).toEqual(['on-shared.txt']);
});

test('My Drive itself, by its nickname, and a folder behind a shortcut can be watched', async () => {
	const shortcut = await put('way in', { parent: 'rehearsal-reelsmith', shortcutTo: folder });
	const [root, through] = [watcher({ folder: 'root' }), watcher({ folder: shortcut })];
	await root.look();
	await through.look();
	await put('top.txt', { parent: 'rehearsal-root' });
	await put('inside.txt');
	expect(await root.names()).toEqual(['top.txt']);
	expect(await through.names()).toEqual(['inside.txt']);
});

test('every page of a large folder and of many changes is read', async () => {
	const many = 1100;
	const old = { createdTime: OLD, modifiedTime: OLD };
	const early = watcher();
	await early.look();
	for (let at = 0; at < many; at += 100)
		await Promise.all(Array.from({ length: 100 }, (_, n) => put(`f${at + n}.txt`, old)));
	const first = await early.look();
	expect(first.files.length + first.unfinished).toBe(many);
	const given = first.files.map((file) => file.name);
	for (let looks = 0; looks < 10; looks++) given.push(...(await early.names()));
	expect([given.length, new Set(given).size]).toEqual([many, many]);
	const watch = watcher({ existing: true });
	const look = await watch.look();
	expect(look.files).toHaveLength(many);
	expect(JSON.stringify(look.state).length / many).toBeLessThan(30);
	expect(await watch.names()).toEqual([]);
}, 60_000);

test('a sample gives the newest files and moves nothing', async () => {
	await put('older.txt', { createdTime: OLD, modifiedTime: OLD });
	await put('newer.txt');
	await put('half.txt', { uploading: true });
	const request = DriveChangesRequest.parse({ folder, sample: 1 });
	expect((await house.google.drive.sample(request, {}, calm())).map((file) => file.name)).toEqual(['newer.txt']);
});
