import type { Assets } from '../assets/store.ts';
import type { Sources } from '../assets/source.ts';
import type { QueueName } from '../base/config.ts';
import type { Grant } from '../base/grant.ts';
import type { Log } from '../base/log.ts';
import type { Input, Result } from '../contract/job.ts';
import type { Problem, Refusal } from '../contract/problem.ts';
import type { Kind, Status } from '../contract/vocabulary.ts';
import type { Google } from '../google/index.ts';
import type { Media } from '../media/index.ts';

/** What jobs work with: the rooms of the floor below. */
export type Tools = {
	google: Google;
	media: Media;
	assets: Assets;
	sources: Sources;
	/** How often Google is asked about a clip, and for how long, in seconds. */
	pace: { pollSeconds: number; operationSeconds: number };
};

/** Another job, as far as one that waits for it must know. */
export type OtherJob = {
	id: string;
	batch: string;
	kind: Kind;
	status: Status;
	progress: number;
	result: unknown;
	problem: Problem | null;
};

/** What one run of a job has in its hands. */
export type Context = {
	id: string;
	grant: Grant;
	/** Aborts when the job is cancelled, the worker stops, or another worker took the job over. */
	signal: AbortSignal;
	log: Log;
	/** Does something once in the job's life: the result is remembered and given back on every later run. Results are small: ids and names. */
	step<T>(name: string, act: () => Promise<T>): Promise<T>;
	/**
	 * A step that costs money. The intent is on the disk before `act` sends its one request, and the result right
	 * after. Its own signal outlives a cancel and a stop: an answer that is on its way is worth the wait. Where an intent stands without a result, the job ends as `unknown` and nothing is sent again.
	 */
	paid<T>(name: string, act: (signal: AbortSignal) => Promise<T>): Promise<T>;
	/** Looks every so often until `look` gives something, which is then remembered. Between two looks the job holds no slot. */
	poll<T>(
		name: string,
		look: () => Promise<T | undefined>,
		pace: { everySeconds: number; forSeconds: number; activity: string },
	): Promise<T>;
	/** What was remembered under a name, and remembering it: for what changes while a step runs, such as an upload's address. */
	recall<T>(name: string): T | undefined;
	remember(name: string, value: unknown): Promise<void>;
	/** Other jobs of the same owner, in the order of the ids; throws `not_found`. */
	others(ids: string[]): Promise<OtherJob[]>;
	/** Notes that this job waits for those others and makes something of them: nobody else finds them again. */
	takeUp(others: OtherJob[]): Promise<void>;
	/** 0 to 1, and what is being done, for a person. */
	progress(fraction: number, activity: string): void;
	/** A private folder that is removed when the run ends. */
	scratch(): Promise<string>;
};

/** A job checked before it is taken: its request with defaults filled in, and what it will cost at most. */
export type Checked = { request: unknown; estimateUsd: number; basis: string } | { refusals: Refusal[] };

/** One kind of job. `check` costs nothing and starts nothing. */
export type JobKind<K extends Kind> = {
	queue: QueueName;
	check(input: Input<K>, tools: Tools): Checked;
	/** Which identity the job lacks, as a fault; null where it has all. */
	missing(input: Input<K>, grant: Grant, tools: Tools): Error | null;
	run(
		input: Input<K>,
		context: Context,
		tools: Tools,
		request: unknown,
	): Promise<{ result: Result<K>; costUsd: number | null }>;
	/** Stops what runs elsewhere, say Google's operation; the steps as remembered. Best effort. */
	cancel?(steps: Record<string, string>, grant: Grant, tools: Tools, signal: AbortSignal): Promise<void>;
	/** The name of the step after which money may have been spent. */
	paidStep?: string;
};
