import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Fault } from '../../base/errors.ts';
import { startRehearsal } from '../../rehearsal/server.ts';
import type { Upload } from '../index.ts';
import { calm, faultOf, rehearse, type Rehearsed } from '../testing.ts';

let house: Rehearsed;
beforeAll(async () => {
	house = await rehearse(startRehearsal);
}, 30_000);
afterAll(() => house.end());
beforeEach(() => house.fresh());

const FILMS = 'rehearsal-films';
const BRIEFS = 'rehearsal-briefs';
const md5Of = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');
/** Two parts of an upload. */
const BYTES = randomBytes(9_000_000);

async function uploadOf(bytes = BYTES): Promise<Upload & { sessions: string[] }> {
	const path = join(house.folder, 'film.mp4');
	await writeFile(path, bytes);
	const sessions: string[] = [];
	const saveSession = async (uri: string) => void sessions.push(uri);
	const id = await house.google.drive.newFileId({}, calm());
	return {
		id,
		path,
		name: 'film.mp4',
		mimeType: 'video/mp4',
		bytes: bytes.length,
		md5: md5Of(bytes),
		folder: FILMS,
		saveSession,
		sessions,
	};
}
const posts = async () =>
	(await house.journal()).entries.filter((entry) => entry.route === 'drive.upload.start').length;
const onDrive = async (id: string): Promise<Buffer> => {
	const to = join(house.folder, 'back.mp4');
	await house.google.drive.download(id, {}, to, calm());
	return readFile(to);
};

describe('an upload', () => {
	test('arrives whole, in parts, in the wanted folder, and reports how far it is', async () => {
		const request = await uploadOf();
		const seen: number[] = [];
		const file = await house.google.drive.upload(request, {}, calm(), (bytes) => seen.push(bytes));
		expect(file).toMatchObject({
			id: request.id,
			name: 'film.mp4',
			mimeType: 'video/mp4',
			bytes: BYTES.length,
			md5: request.md5,
			folder: FILMS,
		});
		expect((await onDrive(request.id)).equals(BYTES)).toBe(true);
		expect(seen).toEqual([0, 2 ** 23, BYTES.length]);
		expect(request.sessions).toHaveLength(1);
	});

	test('that was stopped between two parts goes on in another process without sending all again', async () => {
		const request = await uploadOf();
		const stop = new AbortController();
		const part = 2 ** 23;
		const stopped = house.google.drive.upload(request, {}, stop.signal, (bytes) => bytes >= part && stop.abort());
		expect((await faultOf(stopped)).code).toBe('cancelled');
		const session = request.sessions[0] ?? '';
		const seen: number[] = [];
		const later = await house.reopen();
		await later.drive.upload({ ...request, session }, {}, calm(), (bytes) => seen.push(bytes));
		expect(seen[0]).toBeGreaterThanOrEqual(part);
		expect((await onDrive(request.id)).equals(BYTES)).toBe(true);
		expect(await posts()).toBe(1);
	});

	test('that is repeated after it ended finds its own file and makes no second one', async () => {
		const request = await uploadOf();
		const first = await house.google.drive.upload(request, {}, calm());
		const again = await house.google.drive.upload(request, {}, calm());
		const withSession = await house.google.drive.upload(
			{ ...request, session: request.sessions[0] ?? '' },
			{},
			calm(),
		);
		expect(again).toEqual(first);
		expect(withSession).toEqual(first);
	});

	test('whose last answer was lost finds that it is done', async () => {
		const request = await uploadOf(randomBytes(1000));
		await house.order('drive.upload', { kind: 'drop', when: 'after' });
		expect((await house.google.drive.upload(request, {}, calm())).id).toBe(request.id);
		expect(await posts()).toBe(1);
	});

	test('that is told at its end that the id is taken finds its own file', async () => {
		const request = await uploadOf(randomBytes(1000));
		await house.order('drive.upload', { kind: 'http', status: 409, afterAcceptance: true });
		expect((await house.google.drive.upload(request, {}, calm())).id).toBe(request.id);
	});

	test.each([404, 410])('whose session is gone (%i) is begun anew under the same id', async (status) => {
		const request = await uploadOf();
		await house.order('drive.upload', { kind: 'uploadGone', status });
		const file = await house.google.drive.upload(request, {}, calm());
		expect(file.id).toBe(request.id);
		expect((await onDrive(request.id)).equals(BYTES)).toBe(true);
		expect(request.sessions).toHaveLength(2);
	});

	test('of which Drive keeps less than was sent goes on from what was kept', async () => {
		const request = await uploadOf();
		await house.order('drive.upload', { kind: 'keepLess', bytes: 262_144 });
		await house.google.drive.upload(request, {}, calm());
		expect((await onDrive(request.id)).equals(BYTES)).toBe(true);
	});

	test.each([
		['a 500', { kind: 'http', status: 500 }],
		['a 503', { kind: 'http', status: 503 }],
		['a reset connection', { kind: 'drop', when: 'before' }],
		['a rate limit', { kind: 'http', status: 403, reason: 'userRateLimitExceeded' }],
	])('gets over %s in the middle', async (_what, fault) => {
		const request = await uploadOf();
		await house.order('drive.upload', fault);
		await house.google.drive.upload(request, {}, calm());
		expect((await onDrive(request.id)).equals(BYTES)).toBe(true);
	});

	test('signs in anew after a 401', async () => {
		const request = await uploadOf(randomBytes(1000));
		await house.order('drive.upload', { kind: 'http', status: 401 });
		expect((await house.google.drive.upload(request, {}, calm())).id).toBe(request.id);
	});

	test('never takes a stranger’s file for its own: conflict', async () => {
		const request = await uploadOf(randomBytes(1000));
		await house.put({ id: request.id, name: 'other.txt', parent: FILMS, text: 'something else' });
		expect((await faultOf(house.google.drive.upload(request, {}, calm()))).code).toBe('conflict');
	});

	test('to a full Drive says what to do', async () => {
		await house.order('drive.upload.start', { kind: 'http', status: 403, reason: 'storageQuotaExceeded' });
		const fell = await faultOf(house.google.drive.upload(await uploadOf(randomBytes(10)), {}, calm()));
		expect(fell).toMatchObject({ code: 'forbidden', hint: expect.stringMatching(/shared drive/) });
	});

	test('into a folder that is not there fails at once', async () => {
		const request = { ...(await uploadOf(randomBytes(10))), folder: 'nowhere' };
		expect((await faultOf(house.google.drive.upload(request, {}, calm()))).code).toBe('not_found');
	});

	test('gives up after six stumbles in a row', async () => {
		await house.order('drive.upload', { kind: 'http', status: 503 }, { times: 20 });
		const fell = await faultOf(house.google.drive.upload(await uploadOf(randomBytes(10)), {}, calm()));
		expect(fell.code).toBe('unavailable');
	});
});

describe('a download', () => {
	/** The first request asks for the description, the second for the bytes. */
	const SECOND = { match: { nth: 2 } };
	const source = async () => {
		const bytes = randomBytes(3_000_000);
		const { id } = await house.put({
			name: 'source.mp4',
			parent: FILMS,
			mimeType: 'video/mp4',
			base64: bytes.toString('base64'),
		});
		return { id, bytes };
	};

	test('that breaks is taken up again where it broke', async () => {
		const { id, bytes } = await source();
		await house.order('drive.files.get', { kind: 'truncate', bytes: 2_500_000 }, SECOND);
		const seen: number[] = [];
		const to = join(house.folder, 'down.mp4');
		const got = await house.google.drive.download(id, {}, to, calm(), (done) => seen.push(done));
		expect(got).toEqual({ name: 'source.mp4', mimeType: 'video/mp4', bytes: bytes.length, md5: md5Of(bytes) });
		expect((await readFile(to)).equals(bytes)).toBe(true);
		expect(seen).toEqual(seen.toSorted((a, b) => a - b));
		expect(seen.length).toBeGreaterThan(1);
	});

	test('goes through a shortcut', async () => {
		const { id, bytes } = await source();
		const shortcut = await house.put({ name: 'shortcut', parent: FILMS, shortcutTo: id });
		expect((await onDrive(shortcut.id)).equals(bytes)).toBe(true);
	});

	test('signs in anew after a 401, once', async () => {
		const { id, bytes } = await source();
		await house.order('drive.files.get', { kind: 'http', status: 401 }, SECOND);
		expect((await onDrive(id)).equals(bytes)).toBe(true);
	});

	test('of a folder or a Google document is refused with the way out', async () => {
		const doc = await house.put({
			name: 'doc',
			parent: BRIEFS,
			mimeType: 'application/vnd.google-apps.document',
			text: 'x',
		});
		for (const id of [doc.id, FILMS])
			expect(await faultOf(onDrive(id))).toMatchObject({ code: 'invalid_input', hint: expect.any(String) });
	});

	test('of a file that is not there says so', async () => {
		expect((await faultOf(onDrive('nothing'))).code).toBe('not_found');
	});
});

describe('a brief', () => {
	const brief = async (file: object) =>
		house.google.drive.readBrief((await house.put({ name: 'brief', parent: BRIEFS, ...file })).id, {}, calm());

	test('is read from text, Markdown by its ending, and a Google Doc', async () => {
		expect(await brief({ text: '  A film about bread.\n' })).toEqual({
			name: 'brief',
			text: 'A film about bread.',
		});
		const markdown = { name: 'brief.md', mimeType: 'application/octet-stream', text: '# Bread' };
		expect(await brief(markdown)).toEqual({ name: 'brief.md', text: '# Bread' });
		const doc = { mimeType: 'application/vnd.google-apps.document', text: 'Brot für die Welt' };
		expect(await brief(doc)).toEqual({ name: 'brief', text: 'Brot für die Welt' });
	});

	test('that is a PDF is handed on as it is', async () => {
		const pdf = Buffer.from('%PDF-1.4 bytes');
		expect(await brief({ mimeType: 'application/pdf', base64: pdf.toString('base64') })).toEqual({
			name: 'brief',
			pdf,
		});
	});

	test('that is a film, a folder, or empty is refused', async () => {
		expect((await faultOf(brief({ mimeType: 'video/mp4', text: 'x' }))).code).toBe('invalid_input');
		expect((await faultOf(brief({ text: ' \n' }))).code).toBe('invalid_input');
		expect((await faultOf(house.google.drive.readBrief(BRIEFS, {}, calm()))).code).toBe('invalid_input');
	});
});

describe('a list to choose from', () => {
	test('shows the folders or files of a folder, and finds by a part of the name', async () => {
		const parent = (
			await house.put({
				name: 'shelf',
				parent: 'rehearsal-reelsmith',
				mimeType: 'application/vnd.google-apps.folder',
			})
		).id;
		await house.put({ name: 'box', parent, mimeType: 'application/vnd.google-apps.folder' });
		await house.put({ name: "it's a book.txt", parent, text: 'x' });
		const names = async (request: object) =>
			(await house.google.drive.list(request as never, {}, calm())).files.map((file) => file.name);
		expect(await names({ folder: parent, kind: 'folder' })).toEqual(['box']);
		expect(await names({ folder: parent, kind: 'file' })).toEqual(["it's a book.txt"]);
		expect(await names({ folder: '', kind: 'file', query: "it's" })).toEqual(["it's a book.txt"]);
		expect(await names({ folder: '', kind: 'folder', query: 'box' })).toEqual(['box']);
		expect(await names({ folder: '', kind: 'folder' })).toEqual(
			expect.arrayContaining([expect.stringMatching(/shared/i), 'box', 'shelf']),
		);
		const briefs = (await names({ folder: '', kind: 'folder' })).filter((name) => name.startsWith('Briefs'));
		expect(briefs.sort()).toEqual(['Briefs (in Reelsmith)', expect.stringMatching(/^Briefs \(in .*shared/i)]);
	});

	test('goes on from page to page', async () => {
		const parent = (
			await house.put({
				name: 'long',
				parent: 'rehearsal-reelsmith',
				mimeType: 'application/vnd.google-apps.folder',
			})
		).id;
		for (let n = 0; n < 120; n++) await house.put({ name: `n${n}.txt`, parent, text: 'x' });
		const first = await house.google.drive.list({ folder: parent, kind: 'file' }, {}, calm());
		const second = await house.google.drive.list(
			{ folder: parent, kind: 'file', pageToken: first.next ?? '' },
			{},
			calm(),
		);
		expect(new Set([...first.files, ...second.files].map((file) => file.id)).size).toBe(120);
		expect(second.next).toBeNull();
	});
});

test('a sign-in that has expired asks for a person', async () => {
	const other = await house.reopen();
	await house.order('token', {
		kind: 'http',
		status: 400,
		code: 'invalid_grant',
		message: 'Token has been expired or revoked.',
	});
	const fell = await faultOf(other.drive.describe(FILMS, {}, calm()));
	expect(fell).toBeInstanceOf(Fault);
	expect(fell).toMatchObject({ code: 'unauthorized', hint: expect.stringMatching(/Sign in again/) });
});
