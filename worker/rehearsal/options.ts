import { availableParallelism } from 'node:os';
import { z } from 'zod';

/** The port people find the rehearsal on when they do not choose one. */
const DEFAULT_PORT = 8485;
/** How long a video operation appears to take: long enough to see it waiting, short enough to watch. */
const DEFAULT_SECONDS = 6;

const Environment = z.object({
	REHEARSAL_PORT: z.coerce.number().int().min(0).max(65_535).default(DEFAULT_PORT),
	REHEARSAL_HOST: z.string().min(1).default('127.0.0.1'),
	REHEARSAL_DATA: z.string().min(1).default('.reelsmith/rehearsal'),
	REHEARSAL_FOOTAGE: z.string().optional(),
	REHEARSAL_SECONDS: z.coerce.number().min(0).max(3600).default(DEFAULT_SECONDS),
	REHEARSAL_WORKERS: z.coerce.number().int().min(1).max(64).optional(),
});

/** What a rehearsal server is started with. `seconds` is how long a video operation appears to take. */
export type RehearsalOptions = {
	/** Folder for state, file contents and made clips; created when missing. */
	data: string;
	/** 0 asks the system for a free port. */
	port?: number;
	host?: string;
	/** Folder whose .mp4 files are served, in order, instead of made clips. */
	footage?: string;
	seconds?: number;
	/** How many ffmpeg processes may run at once. */
	workers?: number;
	/** How long an uploaded file stays in PROCESSING, in milliseconds. */
	processingMs?: number;
};

export type Options = Required<Omit<RehearsalOptions, 'footage'>> & { footage: string | null };

/** Fills in what the caller left out: loopback, a free port, six seconds, half the cores, one second of PROCESSING. */
export function completeOptions(given: RehearsalOptions): Options {
	return {
		data: given.data,
		port: given.port ?? 0,
		host: given.host ?? '127.0.0.1',
		footage: given.footage || null,
		seconds: given.seconds ?? DEFAULT_SECONDS,
		workers: given.workers ?? Math.max(1, Math.floor(availableParallelism() / 2)),
		processingMs: given.processingMs ?? 1000,
	};
}

/** Reads the options from REHEARSAL_* variables. Throws a zod error that names the variable which does not fit. */
export function readOptions(environment: NodeJS.ProcessEnv): RehearsalOptions {
	const env = Environment.parse(environment);
	return {
		data: env.REHEARSAL_DATA,
		port: env.REHEARSAL_PORT,
		host: env.REHEARSAL_HOST,
		seconds: env.REHEARSAL_SECONDS,
		...(env.REHEARSAL_FOOTAGE ? { footage: env.REHEARSAL_FOOTAGE } : {}),
		...(env.REHEARSAL_WORKERS ? { workers: env.REHEARSAL_WORKERS } : {}),
	};
}
