/** Runs at most so much at a time, in the order it came; a work takes one slot, or as many as it needs. */
export type Pool = <T>(work: () => Promise<T>, signal: AbortSignal, needs?: number) => Promise<T>;

/**
 * A pool of `slots`, shared by all jobs of a process, so that two films at once do not start twice as many encoders as
 * there are cores. What needs more slots than there are gets all of them. A waiting work whose signal aborts never
 * starts.
 */
export function makePool(slots: number): Pool {
	let free = slots;
	const waiting: { needs: number; start: () => void }[] = [];
	/** Starts who is first in the row, as long as there is room for them; nobody overtakes. */
	const admit = () => {
		while (waiting[0] && waiting[0].needs <= free) {
			const { needs, start } = waiting.shift()!;
			free -= needs;
			start();
		}
	};
	const enter = (needs: number, signal: AbortSignal) =>
		new Promise<void>((resolve, reject) => {
			const leave = () => {
				waiting.splice(waiting.indexOf(place), 1);
				reject(signal.reason as Error);
				admit();
			};
			const start = () => {
				signal.removeEventListener('abort', leave);
				resolve();
			};
			const place = { needs, start };
			waiting.push(place);
			signal.addEventListener('abort', leave, { once: true });
			admit();
		});
	return async (work, signal, needs = 1) => {
		signal.throwIfAborted();
		const taken = Math.min(needs, slots);
		await enter(taken, signal);
		try {
			return await work();
		} finally {
			free += taken;
			admit();
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
