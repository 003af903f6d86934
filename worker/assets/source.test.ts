import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isPublic, openSources } from './source.ts';

let server: Server;
let port: number;
let hits = 0;

beforeAll(async () => {
	server = createServer((request, response) => {
		hits += 1;
		if (request.url === '/hop') return response.writeHead(302, { location: '/file.txt' }).end();
		if (request.url === '/round') return response.writeHead(302, { location: '/round' }).end();
		if (request.url === '/none') return response.writeHead(404).end();
		return response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('bytes');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	port = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const signal = () => AbortSignal.timeout(5000);

test.each([
	'http://127.0.0.1:PORT/',
	'https://127.0.0.1/',
	'https://[::1]/',
	'https://[::ffff:127.0.0.1]/',
	'https://2130706433/',
	'https://0x7f.1/',
	'https://0.0.0.0/',
	'https://localhost/',
	'https://169.254.169.254/latest/meta-data',
	'https://10.0.0.1/',
	'https://127.0.0.1:PORT/',
	'https://user:pass@example.com/',
	'ftp://example.com/',
])('%s is refused before anything is sent', async (address) => {
	const sources = openSources({ allowPrivate: false });
	hits = 0;
	await expect(sources.open(address.replace('PORT', String(port)), signal())).rejects.toMatchObject({
		code: 'invalid_input',
	});
	expect(hits).toBe(0);
	await sources.close();
});

test.each([
	['8.8.8.8', true],
	['2001:4860:4860::8888', true],
	['192.168.1.1', false],
	['100.64.0.1', false],
	['fd00::1', false],
	['64:ff9b::7f00:1', false],
	['::ffff:10.0.0.1', false],
	['224.0.0.1', false],
])('%s is public: %s', (address, verdict) => {
	expect(isPublic(address)).toBe(verdict);
});

test('on a closed network a file is fetched with its name and type, through a redirect', async () => {
	const sources = openSources({ allowPrivate: true });
	const found = await sources.open(`http://127.0.0.1:${port}/hop`, signal());
	expect(found).toMatchObject({ name: 'file.txt', mimeType: 'text/plain' });
	expect(Buffer.concat(await found.body.toArray()).toString()).toBe('bytes');
	await sources.close();
});

test('a redirect without end and a missing file are told apart', async () => {
	const sources = openSources({ allowPrivate: true });
	await expect(sources.open(`http://127.0.0.1:${port}/round`, signal())).rejects.toMatchObject({
		code: 'invalid_input',
		message: expect.stringContaining('redirects'),
	});
	await expect(sources.open(`http://127.0.0.1:${port}/none`, signal())).rejects.toMatchObject({ code: 'not_found' });
	await sources.close();
});
