import { Redis } from 'ioredis';
import { Fault } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { MINUTE } from '../../base/time.ts';

/** Waits this much longer after each failed try, up to two seconds: BullMQ's own default would sleep up to twenty after an outage. */
const retryStrategy = (attempt: number) => Math.min(200 * attempt, 2000);

/** How a connection behaves when Redis is away: `submit` refuses at once, `work` waits until it is back. */
export function connectionOptions(url: string, purpose: 'submit' | 'work') {
	const where = url.startsWith('unix://') ? { path: url.slice('unix://'.length) } : urlParts(url);
	return {
		...where,
		retryStrategy,
		...(purpose === 'submit'
			? { maxRetriesPerRequest: 1, enableOfflineQueue: false }
			: { maxRetriesPerRequest: null }),
	};
}

/** A connected client; its errors are logged, the first of a kind at once and then one a minute. */
export async function connect(url: string, purpose: 'submit' | 'work', log: Log): Promise<Redis> {
	const redis = new Redis({ ...connectionOptions(url, purpose), lazyConnect: true });
	redis.on('error', quietly(log, 'redis'));
	await redis.connect();
	return redis;
}

/** An error listener that does not drown the log: the first of each message at once, then once a minute. */
export function quietly(log: Log, part: string): (error: Error) => void {
	const last = new Map<string, number>();
	return (error) => {
		const now = Date.now();
		if (now - (last.get(error.message) ?? 0) < MINUTE) return;
		last.set(error.message, now);
		log.error({ part, err: error }, error.message);
	};
}

/**
 * Refuses a Redis that could lose jobs: one that evicts keys, is a replica, or fails to write its file. One that
 * fsyncs nothing, or hides its settings, is refused unless `accept`ed; `everysec` is warned about.
 */
export async function refuseUnsafeRedis(redis: Redis, { accept, log }: { accept: boolean; log: Log }): Promise<void> {
	const info = await redis.info();
	const value = (key: string) => new RegExp(`^${key}:(.*?)\\r?$`, 'm').exec(info)?.[1];
	const policy = value('maxmemory_policy');
	const wrong = [
		value('role') !== 'master' && `it is a ${value('role')}, not a master`,
		policy !== undefined &&
			policy !== 'noeviction' &&
			`its maxmemory-policy is ${policy}, which drops jobs when memory is short; it has to be noeviction`,
		value('aof_last_write_status') === 'err' && 'it cannot write its file',
	].filter((reason) => reason !== false);
	if (wrong.length)
		throw new Fault('unavailable', `this Redis is not safe for jobs: ${wrong.join('; ')}`, {
			hint: 'Set: maxmemory-policy noeviction, appendonly yes.',
		});
	const doubt =
		policy === undefined
			? 'it hides its settings'
			: value('aof_enabled') !== '1'
				? 'it has no append-only file, so jobs are lost when it stops'
				: null;
	if (doubt && !accept)
		throw new Fault('unavailable', `this Redis may lose jobs: ${doubt}`, {
			hint: 'Turn on appendonly, or accept the risk with REELSMITH_ACCEPT_REDIS=true.',
		});
	if (doubt) log.warn(`Redis: ${doubt}; accepted by REELSMITH_ACCEPT_REDIS`);
	const fsync = await redis.config('GET', 'appendfsync').catch(() => null);
	if (Array.isArray(fsync) && fsync[1] !== 'always')
		log.warn(
			`Redis: appendfsync is ${String(fsync[1])}; a power cut may lose the last second, paid calls among it. Set it to always`,
		);
}

function urlParts(url: string) {
	const { protocol, hostname, port, username, password, pathname } = new URL(url);
	return {
		host: hostname,
		port: Number(port || 6379),
		...(username && { username: decodeURIComponent(username) }),
		...(password && { password: decodeURIComponent(password) }),
		...(pathname.length > 1 && { db: Number(pathname.slice(1)) }),
		...(protocol === 'rediss:' && { tls: {} }),
	};
}
