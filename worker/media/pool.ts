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
