import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { openSources } from '../assets/source.ts';
import { openAssets } from '../assets/store.ts';
import { readConfig } from '../base/config.ts';
import { makeLog } from '../base/log.ts';
import { openGoogle } from '../google/index.ts';
import { makeServer } from '../http/server.ts';
import { openJobs } from '../jobs/index.ts';
import { startPrivateRedis } from '../jobs/redis/private.ts';
import { openMedia } from '../media/index.ts';
import { startRehearsal } from '../rehearsal/server.ts';
import { testFolder } from './folder.ts';

const KEY = `rsk_${'0'.repeat(40)}`;
const OTHER_KEY = `rsk_${'1'.repeat(40)}`;

type Answer<T> = { status: number; headers: Record<string, unknown>; body: T };

/** The whole worker in this process, on a real Redis and the stand-in for Google; opened before a file's tests and closed after them. */
export function testHouse(name: string, env: Record<string, string> = {}) {
	const folder = testFolder(name);
	let house: Awaited<ReturnType<typeof build>>;
	beforeAll(async () => {
		house = await build(folder, env);
	}, 60_000);
	afterAll(() => house.close(), 60_000);

	/** A call of the API, without a socket. `key`: the second API key, or none. */
	async function call<T = Record<string, never>>(
		method: 'GET' | 'POST' | 'DELETE',
		url: string,
		body?: unknown,
		options: { key?: 'other' | 'none'; headers?: Record<string, string> } = {},
	): Promise<Answer<T>> {
		const key = options.key === 'other' ? OTHER_KEY : KEY;
		const answer = await house.server.inject({
			method,
			url,
			headers: { ...(options.key !== 'none' && { authorization: `Bearer ${key}` }), ...options.headers },
			...(body !== undefined && { payload: body as object }),
		});
		const json = /json/.test(String(answer.headers['content-type'])) ? answer.json<T>() : (answer.body as T);
		return { status: answer.statusCode, headers: answer.headers, body: json };
	}

	/** A call of the stand-in's own side door. */
	async function side<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
		const answer = await fetch(`${house.rehearsal.url}${path}`, {
			method,
			...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
		});
		if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
		return (await answer.json().catch(() => null)) as T;
	}

	return { call, side, get: () => house, folder };
}

async function build(folder: string, env: Record<string, string>) {
	const log = makeLog('silent');
	const rehearsal = await startRehearsal({ data: join(folder, 'rehearsal'), seconds: 0.3 });
	const config = readConfig({
		REELSMITH_DATA: join(folder, 'worker'),
		REELSMITH_API_KEYS: `first:${KEY},second:${OTHER_KEY}`,
		REELSMITH_SEAL_KEY: 's'.repeat(40),
		REELSMITH_LOG_LEVEL: 'silent',
		REELSMITH_POLL_SECONDS: '0.1',
		REHEARSAL_URL: rehearsal.url,
		...env,
	});
	const google = await openGoogle(config.google, { log, modelsFile: config.modelsFile });
	const media = await openMedia({ ...config.media, cache: join(config.data, 'segments'), log });
	const assets = await openAssets(join(config.data, 'assets'));
	const sources = openSources({ allowPrivate: config.allowPrivateSources });
	const tools = { google, media, assets, sources, pace: config.google };
	const redis = await startPrivateRedis(join(config.data, 'redis'), log);
	const jobs = await openJobs(config, { url: redis.url, alone: true, tools, log });
	const server = await makeServer({ config, jobs, tools, log });
	async function close(): Promise<void> {
		await server.close();
		await jobs.close();
		await sources.close();
		await redis.stop();
		await rehearsal.close();
	}
	return { config, tools, jobs, server, rehearsal, redis, close };
}
