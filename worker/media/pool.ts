/** Runs at most so many functions at a time, in the order they came. */
export type Pool = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/**
 * A pool of `slots`, shared by all jobs of a process, so that two films at once do not start twice as many encoders as
 * there are cores. A waiting function whose signal aborts never starts.
 */
export function makePool(slots: number): Pool {
	let free = slots;
	const waiting: (() => void)[] = [];
	const enter = async (signal: AbortSignal) => {
		if (free > 0) return void free--;
		await new Promise<void>((resolve, reject) => {
			const leave = () => {
				waiting.splice(waiting.indexOf(start), 1);
				reject(signal.reason as Error);
			};
			const start = () => {
				signal.removeEventListener('abort', leave);
				resolve();
			};
			waiting.push(start);
			signal.addEventListener('abort', leave, { once: true });
		});
	};
	const leave = () => {
		const next = waiting.shift();
		if (next) next();
		else free++;
	};
	return async (work, signal) => {
		signal.throwIfAborted();
		await enter(signal);
		try {
			return await work();
		} finally {
			leave();
		}
	};
}

/**
 * Runs works side by side and waits until every one of them has ended; the first that fails ends the others, and its
 * error is thrown. Throws the signal's reason when that aborts.
 */
export async function allTogether(
	works: ((signal: AbortSignal) => Promise<void>)[],
	signal: AbortSignal,
): Promise<void> {
	const failed = new AbortController();
	const either = AbortSignal.any([signal, failed.signal]);
	const runs = works.map((work) =>
		work(either).catch((error: unknown) => {
			failed.abort(error);
			throw error;
		}),
	);
	const failure = (await Promise.allSettled(runs)).find(({ status }) => status === 'rejected');
	signal.throwIfAborted();
	if (failure) throw failed.signal.reason;
}
