import { z } from 'zod';
import { Fault } from './errors.ts';

const flag = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');
const port = z.coerce.number().int().min(0).max(65_535);
const origin = z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin);
const list = z
	.string()
	.transform((text) => text.split(',').map((part) => part.trim()))
	.pipe(z.array(z.string().min(1)));

/** Every setting of the worker, read from the environment once, here. `.env.example` explains each for users. */
const Settings = z.object({
	REELSMITH_HOST: z.string().default('127.0.0.1'),
	REELSMITH_PORT: port.default(8484),
	/** Where assets, segments and the private Redis live. */
	REELSMITH_DATA: z.string().min(1),
	/** One or more keys, separated by commas: `name:rsk_…` or `rsk_…`; or their SHA-256 as `name:sha256=…`. */
	REELSMITH_API_KEYS: list,
	/** Seals grants and signs preview addresses. */
	REELSMITH_SEAL_KEY: z.string().min(32, 'needs at least 32 characters'),
	/** How a browser reaches the worker; preview addresses begin with it. */
	REELSMITH_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
	/** Origins to which callbacks may be sent, separated by commas. */
	REELSMITH_CALLBACK_ORIGINS: list.pipe(z.array(origin)).default(['http://127.0.0.1:5678', 'http://localhost:5678']),
	REELSMITH_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
	/** US dollars a day after which no paid job is taken. */
	REELSMITH_BUDGET_USD_A_DAY: z.coerce.number().nonnegative().optional(),
	/** JSON rows that add to or override the models table. */
	REELSMITH_MODELS_FILE: z.string().optional(),
	/** Slots of each queue: `google=8,media=2,transfer=4,callback=4`. */
	REELSMITH_CONCURRENCY: z.string().default(''),
	/** Queues that this process works on; empty means all. */
	WORKER_QUEUES: list.or(z.literal('').transform(() => [])).default([]),
	/** Sources may be fetched from private addresses and by plain http: for tests and closed networks alone. */
	REELSMITH_ALLOW_PRIVATE_SOURCES: flag.default(false),
	/** A shared Redis; unset: the worker starts a private redis-server. */
	REDIS_URL: z.string().optional(),
	/** Accept a Redis that does not fsync, or hides its settings. */
	REELSMITH_ACCEPT_REDIS: flag.default(false),
	/** The stand-in for Google. Set: nothing is ever sent to Google. */
	REHEARSAL_URL: z.url({ protocol: /^https?$/ }).optional(),
	/** Identity of the worker's own, where a job brings none. */
	GEMINI_API_KEY: z.string().optional(),
	/** Path of a service-account or authorized-user JSON, as Google's libraries name it. */
	GOOGLE_APPLICATION_CREDENTIALS: z.string().optional(),
	GOOGLE_CLOUD_PROJECT: z.string().optional(),
	GOOGLE_CLOUD_LOCATION: z.string().default('us-central1'),
	FFMPEG_PATH: z.string().default('ffmpeg'),
	FFPROBE_PATH: z.string().default('ffprobe'),
	/** `auto` uses bubblewrap where it works; `require` refuses to start without; `off` never. */
	REELSMITH_SANDBOX: z.enum(['auto', 'require', 'off']).default('auto'),
	/** Seconds a clip's operation may take before it is given up on, though its name is kept. */
	REELSMITH_OPERATION_SECONDS: z.coerce.number().positive().default(1800),
	/** Seconds between two looks at an operation. */
	REELSMITH_POLL_SECONDS: z.coerce.number().positive().default(8),
});

const KINDS_OF_LOAD = { google: 8, media: 2, transfer: 4, callback: 4 };
export type QueueName = keyof typeof KINDS_OF_LOAD;
export const QUEUE_NAMES = Object.keys(KINDS_OF_LOAD) as QueueName[];

export type Config = ReturnType<typeof readConfig>;

/** Reads the configuration; throws `invalid_input` that names everything missing or wrong at once. */
export function readConfig(env: Record<string, string | undefined>) {
	const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
	const parsed = Settings.safeParse(given);
	if (!parsed.success) {
		const refusals = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
		throw new Fault('invalid_input', refusals.map(({ field, message }) => `${field}: ${message}`).join('; '), {
			hint: 'Set these in the environment or in .env; .env.example explains each.',
			refusals,
		});
	}
	const read = parsed.data;
	return {
		host: read.REELSMITH_HOST,
		port: read.REELSMITH_PORT,
		data: read.REELSMITH_DATA,
		apiKeys: read.REELSMITH_API_KEYS,
		sealKey: read.REELSMITH_SEAL_KEY,
		publicUrl: read.REELSMITH_PUBLIC_URL?.replace(/\/$/, ''),
		callbackOrigins: read.REELSMITH_CALLBACK_ORIGINS,
		logLevel: read.REELSMITH_LOG_LEVEL,
		budgetUsdADay: read.REELSMITH_BUDGET_USD_A_DAY ?? null,
		modelsFile: read.REELSMITH_MODELS_FILE,
		concurrency: readConcurrency(read.REELSMITH_CONCURRENCY),
		queues: readQueues(read.WORKER_QUEUES),
		allowPrivateSources: read.REELSMITH_ALLOW_PRIVATE_SOURCES,
		redisUrl: read.REDIS_URL,
		acceptRedis: read.REELSMITH_ACCEPT_REDIS,
		google: {
			rehearsalUrl: read.REHEARSAL_URL?.replace(/\/$/, ''),
			geminiKey: read.GEMINI_API_KEY,
			identityFile: read.GOOGLE_APPLICATION_CREDENTIALS,
			project: read.GOOGLE_CLOUD_PROJECT,
			location: read.GOOGLE_CLOUD_LOCATION,
			operationSeconds: read.REELSMITH_OPERATION_SECONDS,
			pollSeconds: read.REELSMITH_POLL_SECONDS,
		},
		media: {
			ffmpeg: read.FFMPEG_PATH,
			ffprobe: read.FFPROBE_PATH,
			sandbox: read.REELSMITH_SANDBOX,
		},
	};
}

function readConcurrency(text: string): Record<QueueName, number> {
	const slots = { ...KINDS_OF_LOAD };
	for (const part of text.split(',').filter(Boolean)) {
		const [, name, count] = /^(\w+)=(\d+)$/.exec(part.trim()) ?? [];
		if (!name || !(name in slots) || Number(count) < 1)
			throw new Fault(
				'invalid_input',
				`REELSMITH_CONCURRENCY: "${part}" is not one of ${QUEUE_NAMES.join(', ')} with a number, say google=8`,
			);
		slots[name as QueueName] = Number(count);
	}
	return slots;
}

function readQueues(names: string[]): QueueName[] {
	const wrong = names.filter((name) => !(name in KINDS_OF_LOAD));
	if (wrong.length)
		throw new Fault('invalid_input', `WORKER_QUEUES: ${wrong.join(', ')} is not one of ${QUEUE_NAMES.join(', ')}`);
	return names.length ? (names as QueueName[]) : QUEUE_NAMES;
}
