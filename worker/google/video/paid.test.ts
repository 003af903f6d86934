import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { calm, faultOf } from '../testing.ts';
import { payOnce } from './paid.ts';

let server: Server;
let url: string;
let posts = 0;
beforeAll(async () => {
	server = createServer((_request, response) => {
		posts++;
		response.end('{}');
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => {
	posts = 0;
});

const ask = { method: 'POST', body: 'money' };

test('a client that would pay twice is stopped before the second request', async () => {
	const twice = payOnce(
		async (fetch) => {
			await fetch(url, ask);
			await fetch(url, ask);
		},
		'testing',
		1000,
		calm(),
	);
	expect((await faultOf(twice)).code).toBe('unknown_outcome');
	expect(posts).toBe(1);
});

test('a failure before anything was sent is no unknown outcome', async () => {
	const never = payOnce(
		() => Promise.reject(Object.assign(new Error('token'), { status: 500, response: { status: 500, data: '' } })),
		'testing',
		1000,
		calm(),
	);
	expect((await faultOf(never)).code).toBe('unavailable');
	expect(posts).toBe(0);
});
