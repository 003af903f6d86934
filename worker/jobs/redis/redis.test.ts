import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { makeLog } from '../../base/log.ts';
import { testFolder } from '../../testing/folder.ts';
import { connect, refuseUnsafeRedis } from './connect.ts';
import { refuseForgetfulRedis } from './identity.ts';
import { startPrivateRedis } from './private.ts';

const log = makeLog('silent');
const folder = testFolder('redis');

/** A redis-server with settings of its own, as a user might have one. */
async function foreignRedis(name: string, settings: string[]) {
	const dir = join(folder, name);
	mkdirSync(dir);
	const socket = join(dir, 's');
	const child = spawn(
		'redis-server',
		['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', '', ...settings],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	for await (const text of child.stdout) if (/Ready to accept|ready to accept/.test(String(text))) break;
	child.stdout.resume();
	const client = await connect(`unix://${socket}`, 'submit', log);
	const stop = async () => {
		client.disconnect();
		child.kill();
		await once(child, 'exit');
	};
	return { client, stop };
}

test('the private Redis keeps what was written through kill -9, and lets no second one into its folder', async () => {
	const dir = join(folder, 'private');
	const first = await startPrivateRedis(dir, log);
	const client = await connect(first.url, 'submit', log);
	await refuseUnsafeRedis(client, { accept: false, log });
	await client.set('k', 'v');
	const pid = Number(/process_id:(\d+)/.exec(await client.info('server'))![1]);
	process.kill(pid, 'SIGKILL');
	await first.ended;
	client.disconnect();
	const second = await startPrivateRedis(dir, log);
	const again = await connect(second.url, 'submit', log);
	expect(await again.get('k')).toBe('v');
	again.disconnect();
	await second.stop();
}, 30_000);

test('a second private Redis in the same folder is refused with the reason', async () => {
	const dir = join(folder, 'twice');
	const first = await startPrivateRedis(dir, log);
	await expect(startPrivateRedis(dir, log)).rejects.toMatchObject({
		code: 'conflict',
		message: expect.stringContaining('another worker'),
	});
	await first.stop();
}, 40_000);

test.each([
	['evict', ['--maxmemory-policy', 'allkeys-lru', '--appendonly', 'yes'], /maxmemory-policy is allkeys-lru/],
	['forget', ['--appendonly', 'no'], /append-only/],
	['replica', ['--appendonly', 'yes', '--replicaof', '127.0.0.1 1'], /not a master/],
])('a Redis that would %s is refused, and the message says why', async (name, settings, why) => {
	const { client, stop } = await foreignRedis(name, settings);
	await expect(refuseUnsafeRedis(client, { accept: false, log })).rejects.toMatchObject({
		code: 'unavailable',
		message: expect.stringMatching(why),
	});
	await stop();
});

test('the risk of a Redis without a file can be taken by name, that of one that evicts cannot', async () => {
	const forgets = await foreignRedis('accepted', ['--appendonly', 'no']);
	await refuseUnsafeRedis(forgets.client, { accept: true, log });
	await forgets.stop();
	const evicts = await foreignRedis('evicts', ['--maxmemory-policy', 'allkeys-lru']);
	await expect(refuseUnsafeRedis(evicts.client, { accept: true, log })).rejects.toThrow(/allkeys-lru/);
	await evicts.stop();
});

test('a Redis that lost what it knew is refused, and the message names the file that says so', async () => {
	const data = join(folder, 'data');
	mkdirSync(data);
	const { client, stop } = await foreignRedis('forgetful', ['--appendonly', 'yes']);
	await refuseForgetfulRedis(client, data);
	await refuseForgetfulRedis(client, data);
	await client.flushall();
	await expect(refuseForgetfulRedis(client, data)).rejects.toMatchObject({
		code: 'unavailable',
		hint: expect.stringContaining('redis-identity'),
	});
	await stop();
});
