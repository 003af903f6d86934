import { Fault, asFault } from '../base/errors.ts';
import type { Grant } from '../base/grant.ts';
import type { Log } from '../base/log.ts';
import { SECOND } from '../base/time.ts';
import type { Assets } from '../assets/store.ts';
import type { Context } from './kind.ts';
import type { Store } from './store.ts';

/** Thrown to give the slot back: the job goes on after that many seconds. */
export class Later extends Error {
	override name = 'Later';
	readonly seconds: number;
	readonly activity: string;
	constructor(seconds: number, activity: string) {
		super(`later: ${activity}`);
		this.seconds = seconds;
		this.activity = activity;
	}
}

/** Progress is written at most this often. */
const PROGRESS_EVERY = 500;
/** A paid request has this long to answer. Longer than any answer seen; shorter than a stop would wait. */
const PAID_SECONDS = 90;

type Made = { context: Context; end: () => Promise<void> };

/** Builds what one run of a job works with. `lost` is called when a newer run took the job over. */
export async function makeContext(
	run: { id: string; owner: string; run: number; grant: Grant; signal: AbortSignal; log: Log; changed: () => void },
	{
		store,
		assets,
		collect,
	}: { store: Store; assets: Assets; collect: (batch: string, owner: string) => Promise<void> },
): Promise<Made> {
	const { id, grant, signal, log } = run;
	const memory = await store.steps(id);
	const scratches: (() => Promise<void>)[] = [];
	const meter = makeMeter();

	const context: Context = {
		id,
		grant,
		signal,
		log,
		recall: <T>(name: string) => (memory[name] === undefined ? undefined : (JSON.parse(memory[name]) as T)),
		async remember(name, value) {
			await store.remember(id, run.run, name, value);
			memory[name] = JSON.stringify(value ?? null);
		},
		async step<T>(name: string, act: () => Promise<T>) {
			if (memory[name] !== undefined) return JSON.parse(memory[name]) as T;
			signal.throwIfAborted();
			const value = await act();
			await context.remember(name, value);
			return value;
		},
		async paid<T>(name: string, act: (signal: AbortSignal) => Promise<T>) {
			if (memory[name] !== undefined) return JSON.parse(memory[name]) as T;
			signal.throwIfAborted();
			if (!(await store.intend(id, run.run, name))) throw sentBefore();
			const value = await act(AbortSignal.timeout(PAID_SECONDS * SECOND)).catch(async (thrown: unknown) => {
				const fault = asFault(thrown);
				// Everything but this one code says clearly that nothing was accepted.
				if (fault.code === 'unknown_outcome' || fault.code === 'internal') throw uncertain(fault);
				await store.refuse(id, name);
				throw fault;
			});
			await store.paid(id, name, value);
			memory[name] = JSON.stringify(value ?? null);
			signal.throwIfAborted();
			return value;
		},
		async poll<T>(
			name: string,
			look: () => Promise<T | undefined>,
			pace: { everySeconds: number; forSeconds: number; activity: string },
		) {
			if (memory[name] !== undefined) return JSON.parse(memory[name]) as T;
			// A little chance keeps many jobs from asking in the same moment.
			const pause = pace.everySeconds * (0.9 + Math.random() * 0.2);
			const began = context.recall<number>(`${name}:began`);
			if (began === undefined) {
				await context.remember(`${name}:began`, Date.now());
				throw new Later(pause, pace.activity);
			}
			const found = await look();
			if (found !== undefined) {
				await context.remember(name, found);
				return found;
			}
			if (Date.now() - began > pace.forSeconds * SECOND) throw tooLong(pace.forSeconds);
			throw new Later(pause, pace.activity);
		},
		async others(ids) {
			const found = await Promise.all(ids.map((other) => store.get(other, run.owner)));
			return found.map(({ data, batch, status, progress, result, problem }) => ({
				...{ id: data.id, batch, kind: data.kind, status },
				...{ progress, result, problem },
			}));
		},
		async takeUp(others) {
			for (const batch of new Set(others.map((other) => other.batch))) await collect(batch, run.owner);
		},
		progress: meter.set,
		async scratch() {
			const made = await assets.scratch();
			scratches.push(made.remove);
			return made.path;
		},
	};

	async function end(): Promise<void> {
		await meter.flush();
		await Promise.all(
			scratches.map((remove) =>
				remove().catch((error: unknown) => log.warn({ err: error }, 'a temporary folder stays')),
			),
		);
	}

	/** Writes the newest progress now and then, one write at a time. */
	function makeMeter() {
		let waiting: Record<string, string> | undefined;
		let writing: Promise<void> | undefined;
		let last = 0;
		const write = async () => {
			while (waiting) {
				const fields = waiting;
				waiting = undefined;
				last = Date.now();
				await store.update(id, run.run, fields).then(run.changed, () => undefined);
			}
		};
		const flush = () => (writing = (writing ?? Promise.resolve()).then(write));
		const set = (fraction: number, activity: string) => {
			waiting = { progress: String(Math.min(Math.max(fraction, 0), 1)), activity };
			if (Date.now() - last >= PROGRESS_EVERY) void flush();
		};
		return { set, flush };
	}

	return { context, end };
}

const PAY_AGAIN =
	'Nothing was sent a second time. Look into your Google account whether it was charged; then use Reelsmith Job → Retry with Pay Again to send it once more.';

const sentBefore = () =>
	new Fault(
		'unknown_outcome',
		'the paid request was about to be sent when the worker stopped; whether Google accepted it cannot be known',
		{ hint: PAY_AGAIN },
	);

const uncertain = (fault: Fault) =>
	new Fault(
		'unknown_outcome',
		`the paid request was sent, and whether Google accepted it cannot be known: ${fault.message}`,
		{ hint: PAY_AGAIN, cause: fault },
	);

const tooLong = (seconds: number) =>
	new Fault('unknown_outcome', `Google has not finished after ${Math.round(seconds / 60)} minutes`, {
		hint: 'It may still finish. Reelsmith Job → Retry looks again and pays nothing.',
	});
