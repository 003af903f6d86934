import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { beforeEach, expect, test } from '@jest/globals';
import { drive, type drive_v3 } from '@googleapis/drive';
import { OAuth2Client } from 'google-auth-library';
import { errorOf, testStage } from '../testing.ts';

const stage = testStage();
const ALL = { supportsAllDrives: true, includeItemsFromAllDrives: true };
const DOC = 'application/vnd.google-apps.document';
let api: drive_v3.Drive;

beforeEach(() => {
	const auth = new OAuth2Client();
	auth.setCredentials({ access_token: 'rehearsal' });
	api = drive({ version: 'v3', auth: auth as never, rootUrl: `${stage.url()}/` });
});

const drop = (body: Record<string, unknown>) => stage.post('/rehearsal/drive/files', body);
const names = async (q: string, rest = {}) =>
	(await api.files.list({ q, ...rest })).data.files!.map((file) => file.name);
const reason = async (promise: Promise<unknown>) => {
	const error = await errorOf(promise);
	return [error.status, error.response.data.error.errors[0].reason];
};

test('the furnished folders are found under their fixed ids', async () => {
	expect(await names("'root' in parents")).toEqual(['Reelsmith']);
	expect(await names("'rehearsal-reelsmith' in parents and trashed = false", { orderBy: 'name' })).toEqual([
		'Briefs',
		'Films',
	]);
});

test('the shared drive is seen only by those who say that they can handle it', async () => {
	const q = "'rehearsal-shared' in parents";
	expect(await names(q)).toEqual([]);
	expect(await names(q, { supportsAllDrives: true })).toEqual([]);
	expect(await names(q, { ...ALL, corpora: 'drive', driveId: 'rehearsal-shared' })).toEqual(['Briefs', 'Films']);
	expect(await reason(api.files.get({ fileId: 'rehearsal-shared-films' }))).toEqual([404, 'notFound']);
	expect((await api.files.get({ fileId: 'rehearsal-shared-films', supportsAllDrives: true })).data.name).toBe(
		'Films',
	);
	expect((await api.drives.list()).data.drives![0]!.id).toBe('rehearsal-shared');
});

test.each([
	["name = 'Harbour brief.txt'", ['Harbour brief.txt']],
	["name contains 'brie' and not mimeType contains 'image/'", ['Harbour brief.txt']],
	["mimeType != 'text/plain' and (name = 'IT\\'S.png' or name = 'nothing')", ["it's.png"]],
	["appProperties has { key='made' and value='1' }", ["it's.png"]],
	["createdTime < '2021-01-01T00:00:00' and trashed = false", ['Harbour brief.txt']],
])('a search for %s finds what it says', async (q, found) => {
	const folder = await drop({ name: 'search', mimeType: 'application/vnd.google-apps.folder' });
	await drop({ name: 'Harbour brief.txt', parent: folder.id, text: 'a', createdTime: '2020-05-05T05:05:05Z' });
	await drop({
		name: "it's.png",
		parent: folder.id,
		mimeType: 'image/png',
		base64: 'AAAA',
		appProperties: { made: '1' },
	});
	expect(await names(`'${folder.id}' in parents and (${q})`)).toEqual(found);
});

test('a search or a field that cannot be read is an error', async () => {
	expect(await reason(api.files.list({ q: "name ='a" }))).toEqual([400, 'invalid']);
	expect(await reason(api.files.list({ q: "nonsense = 'a'" }))).toEqual([400, 'invalid']);
	expect(await reason(api.files.get({ fileId: 'rehearsal-films', fields: 'id,nonsense' }))).toEqual([
		400,
		'invalidParameter',
	]);
	expect(await reason(api.about.get({}))).toEqual([400, 'required']);
});

test('lists come in pages, with the fields that were asked for', async () => {
	const folder = await drop({ name: 'pages', mimeType: 'application/vnd.google-apps.folder' });
	for (const name of ['a', 'b', 'c']) await drop({ name, parent: folder.id, text: name });
	const ask = {
		q: `'${folder.id}' in parents`,
		pageSize: 2,
		orderBy: 'name desc',
		fields: 'nextPageToken,files(name,md5Checksum)',
	};
	const first = (await api.files.list(ask)).data;
	expect(first.files).toEqual([
		{ name: 'c', md5Checksum: md5('c') },
		{ name: 'b', md5Checksum: md5('b') },
	]);
	const second = (await api.files.list({ ...ask, pageToken: first.nextPageToken! })).data;
	expect(second).toEqual({ files: [{ name: 'a', md5Checksum: md5('a') }] });
});

const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes).digest('hex');
const start = async () => (await api.changes.getStartPageToken({ supportsAllDrives: true })).data.startPageToken!;
const changes = async (pageToken: string, rest = {}) =>
	(await api.changes.list({ pageToken, ...ALL, fields: '*', ...rest })).data;

test('a half-uploaded old file shows up as a change, and again when it is whole', async () => {
	const token = await start();
	const file = await drop({ name: 'old.txt', text: 'old', uploading: true, createdTime: '2019-01-01T00:00:00Z' });
	const seen = await changes(token);
	expect(seen.changes![0]!.file).toMatchObject({ id: file.id, size: '3', createdTime: '2019-01-01T00:00:00.000Z' });
	expect(seen.changes![0]!.file!.md5Checksum).toBeUndefined();
	await stage.post(`/rehearsal/drive/files/${file.id}/finish`);
	const whole = await changes(seen.newStartPageToken!);
	expect(whole.changes!.map((change) => change.file!.md5Checksum)).toEqual([md5('old')]);
	expect((await changes(whole.newStartPageToken!)).changes).toEqual([]);
});

test('moves, the bin and deletion are changes; several of one file are told once, in pages', async () => {
	const [one, two] = [await drop({ name: 'one', text: '1' }), await drop({ name: 'two', text: '2' })];
	const token = await start();
	await api.files.update({ fileId: one.id, addParents: 'rehearsal-films', removeParents: 'rehearsal-briefs' });
	await api.files.update({ fileId: one.id, requestBody: { trashed: true } });
	await api.files.delete({ fileId: two.id });
	const first = await changes(token, { pageSize: 1 });
	expect(first.changes).toMatchObject([
		{ fileId: one.id, removed: false, file: { trashed: true, parents: ['rehearsal-films'] } },
	]);
	expect(first.newStartPageToken).toBeUndefined();
	const second = await changes(first.nextPageToken!, { pageSize: 1 });
	expect(second.changes).toMatchObject([{ fileId: two.id, removed: true }]);
	expect(second.newStartPageToken).toBe(await start());
});

test('changes of a shared drive are told to those who ask for them', async () => {
	const token = await start();
	await drop({ name: 'shared', parent: 'rehearsal-shared-briefs', text: 's' });
	expect((await api.changes.list({ pageToken: token })).data.changes).toEqual([]);
	expect((await changes(token, { driveId: 'rehearsal-shared' })).changes!.length).toBe(1);
});

test('content comes whole or in part', async () => {
	const file = await drop({
		name: 'bytes.bin',
		mimeType: 'application/octet-stream',
		base64: Buffer.from('0123456789').toString('base64'),
	});
	const get = async (range?: string) =>
		api.files.get(
			{ fileId: file.id, alt: 'media' },
			{ responseType: 'text', ...(range ? { headers: { Range: range } } : {}) },
		);
	expect((await get()).data).toBe('0123456789');
	const part = await get('bytes=4-6');
	expect([part.status, part.data]).toEqual([206, '456']);
	expect((await get('bytes=-2')).data).toBe('89');
	expect((await errorOf(get('bytes=20-'))).status).toBe(416);
});

test('a document has no bytes of its own and is exported', async () => {
	const created = await api.files.create(
		{
			requestBody: { name: 'Brief', mimeType: DOC, parents: ['rehearsal-briefs'] },
			media: { mimeType: 'text/plain', body: Readable.from(['One.\nTwo “quoted”.']) },
			fields: 'id,mimeType,md5Checksum',
		},
		{ rootUrl: `${stage.url()}/` } as never,
	);
	const data = created.data as drive_v3.Schema$File;
	expect(data).toEqual({ id: expect.any(String), mimeType: DOC });
	const as = async (mimeType: string) =>
		(await api.files.export({ fileId: data.id!, mimeType }, { responseType: 'arraybuffer' })).data as ArrayBuffer;
	expect(Buffer.from(await as('text/plain')).toString()).toBe('\uFEFFOne.\r\nTwo “quoted”.');
	expect(Buffer.from(await as('text/markdown')).toString()).toBe('One.\nTwo “quoted”.');
	expect(
		Buffer.from(await as('application/pdf'))
			.subarray(0, 5)
			.toString(),
	).toBe('%PDF-');
	expect(await reason(api.files.get({ fileId: data.id!, alt: 'media' }))).toEqual([403, 'fileNotDownloadable']);
});

const UNIT = 256 * 1024;
const film = Buffer.alloc(UNIT * 2 + 1000, 'film');

async function begin(metadata: Record<string, unknown>): Promise<string> {
	const answer = await fetch(
		`${stage.url()}/upload/drive/v3/files?uploadType=resumable&supportsAllDrives=true&fields=id,md5Checksum,size`,
		{
			method: 'POST',
			headers: {
				authorization: 'Bearer x',
				'content-type': 'application/json',
				'x-upload-content-type': 'video/mp4',
				'x-upload-content-length': String(film.length),
			},
			body: JSON.stringify(metadata),
		},
	);
	if (answer.status !== 200)
		throw Object.assign(new Error('no upload'), { status: answer.status, body: await answer.json() });
	return answer.headers.get('location')!;
}

const put = async (uri: string, range: string, body?: Buffer) => {
	const answer = await fetch(uri, {
		method: 'PUT',
		headers: { 'content-range': range },
		...(body ? { body: new Uint8Array(body) } : {}),
	});
	return { status: answer.status, range: answer.headers.get('range'), text: await answer.text() };
};

test('an upload in pieces can be asked how far it came, goes on, and is not made twice', async () => {
	const [id] = (await api.files.generateIds({ count: 1 })).data.ids!;
	const uri = await begin({ id, name: 'film.mp4', parents: ['rehearsal-films'] });
	expect(new URL(uri).hostname).toBe('127.0.0.1');
	expect(await put(uri, `bytes */${film.length}`)).toMatchObject({ status: 308, range: null });
	expect(await put(uri, `bytes 0-${UNIT - 1}/${film.length}`, film.subarray(0, UNIT))).toMatchObject({
		status: 308,
		range: `bytes=0-${UNIT - 1}`,
	});
	expect(await put(uri, `bytes */${film.length}`)).toMatchObject({ status: 308, range: `bytes=0-${UNIT - 1}` });
	const last = await put(uri, `bytes ${UNIT}-${film.length - 1}/${film.length}`, film.subarray(UNIT));
	expect([last.status, JSON.parse(last.text)]).toEqual([
		200,
		{ id, md5Checksum: md5(film), size: String(film.length) },
	]);
	expect((await put(uri, `bytes */${film.length}`)).status).toBe(200);
	expect(await errorOf(begin({ id, name: 'again.mp4' }))).toMatchObject({ status: 409 });
	expect(await errorOf(begin({ id: 'made-up-by-me', name: 'a.mp4' }))).toMatchObject({ status: 400 });
});

test('fewer bytes may be kept than were sent, the address may die, the checksum may be late', async () => {
	const uri = await begin({ name: 'less.mp4', parents: ['rehearsal-films'] });
	await stage.order({ match: { route: 'drive.upload' }, fault: { kind: 'keepLess', bytes: UNIT } });
	expect(await put(uri, `bytes 0-${film.length - 1}/${film.length}`, film)).toMatchObject({
		status: 308,
		range: `bytes=0-${UNIT - 1}`,
	});
	await stage.order({ match: { route: 'drive.upload' }, fault: { kind: 'noMd5' } });
	const done = await put(uri, `bytes ${UNIT}-${film.length - 1}/${film.length}`, film.subarray(UNIT));
	expect(JSON.parse(done.text)).toEqual({ id: expect.any(String), size: String(film.length) });
	const finished = await stage.post(`/rehearsal/drive/files/${JSON.parse(done.text).id}/finish`);
	expect(finished.md5Checksum).toBe(md5(film));
	const dying = await begin({ name: 'dies.mp4' });
	await stage.order({ match: { route: 'drive.upload' }, fault: { kind: 'uploadGone', status: 410 } });
	expect((await put(dying, `bytes */${film.length}`)).status).toBe(410);
	expect((await put(dying, `bytes */${film.length}`)).status).toBe(404);
});

test('whatever was sent before a connection broke is kept in whole units', async () => {
	const uri = await begin({ name: 'broken.mp4' });
	const calledOff = new AbortController();
	const body = new ReadableStream({
		start(controller) {
			controller.enqueue(new Uint8Array(film.subarray(0, UNIT + 5000)));
			setTimeout(() => calledOff.abort(), 100);
		},
	});
	const headers = { 'content-range': `bytes 0-${film.length - 1}/${film.length}` };
	await errorOf(fetch(uri, { method: 'PUT', headers, body, duplex: 'half', signal: calledOff.signal } as never));
	await new Promise((go) => setTimeout(go, 100));
	expect(await put(uri, `bytes */${film.length}`)).toMatchObject({ status: 308, range: `bytes=0-${UNIT - 1}` });
});

test('drive refuses by its own reasons: rate, wrong parent, a folder inside itself', async () => {
	await stage.order({
		match: { route: 'drive.files.get' },
		fault: { kind: 'http', status: 403, reason: 'userRateLimitExceeded' },
	});
	expect(await reason(api.files.get({ fileId: 'rehearsal-films' }))).toEqual([403, 'userRateLimitExceeded']);
	expect(await reason(api.files.create({ requestBody: { name: 'a', parents: ['nowhere'] } }))).toEqual([
		404,
		'notFound',
	]);
	const inside = { fileId: 'rehearsal-reelsmith', addParents: 'rehearsal-films', removeParents: 'root' };
	expect(await reason(api.files.update(inside))).toEqual([403, 'cyclicalParent']);
});
