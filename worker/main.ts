import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openAssets } from './assets/store.ts';
import { openSources } from './assets/source.ts';
import { readConfig } from './base/config.ts';
import { asFault } from './base/errors.ts';
import { makeLog } from './base/log.ts';
import { SECOND } from './base/time.ts';
import { openGoogle } from './google/index.ts';
import { makeServer } from './http/server.ts';
import { openJobs } from './jobs/index.ts';
import type { Tools } from './jobs/kind.ts';
import { startPrivateRedis } from './jobs/redis/private.ts';
import { openMedia } from './media/index.ts';

/** The whole stop has to be over by then; a supervisor's patience usually ends a little later. */
const STOP_WITHIN = 40 * SECOND;

/** Reads the config, builds the house from the ground up, opens its door, and takes it down in the other order. */
async function main(): Promise<void> {
	const config = readConfig(process.env);
	const log = makeLog(config.logLevel);
	await mkdir(config.data, { recursive: true });
	const google = await openGoogle(config.google, { log, modelsFile: config.modelsFile });
	const media = await openMedia({ ...config.media, cache: join(config.data, 'segments'), log });
	const assets = await openAssets(join(config.data, 'assets'));
	const sources = openSources({ allowPrivate: config.allowPrivateSources });
	const tools: Tools = { google, media, assets, sources, pace: config.google };
	const own = config.redisUrl ? null : await startPrivateRedis(join(config.data, 'redis'), log);
	const jobs = await openJobs(config, { url: config.redisUrl ?? own!.url, alone: own !== null, tools, log });
	const server = await makeServer({ config, jobs, tools, log });
	const listening = await server.listen({ host: config.host, port: config.port });
	log.info(
		{ listening, rehearsal: google.rehearsal, queues: config.queues, sandboxed: media.sandboxed },
		'the worker is ready',
	);
	process.stdout.write(`${JSON.stringify({ listening })}\n`);

	let stopping = false;
	const stop = async (why: string, code = 0) => {
		if (stopping) return;
		stopping = true;
		log.info({ why }, 'stopping');
		setTimeout(() => process.exit(1), STOP_WITHIN).unref();
		try {
			await server.close();
			await jobs.close();
			await sources.close();
			await own?.stop();
		} catch (error) {
			log.error({ err: error }, 'the stop was not clean');
		}
		process.exit(code);
	};
	for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
	void own?.ended.then(() => stop('the private Redis ended', 1));
	// A promise nobody awaits is a bug; going on would hide it, stopping would cost other jobs their place.
	process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
}

main().catch((thrown: unknown) => {
	const { message, hint } = asFault(thrown);
	process.stderr.write(`The worker does not start: ${message}\n${hint ? `${hint}\n` : ''}`);
	if (!(asFault(thrown).code in { invalid_input: 1, unavailable: 1, conflict: 1, media: 1 }))
		process.stderr.write(`${(thrown as Error).stack}\n`);
	process.exit(1);
});
