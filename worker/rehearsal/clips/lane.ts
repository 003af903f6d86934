export type Lane = {
	run<T>(work: () => Promise<T>): Promise<T>;
	/** Resolves when everything that was started has ended, well or badly. */
	settled(): Promise<void>;
};

/** Runs asynchronous work, at most `width` pieces at once, in the order it came. */
export function createLane(width: number): Lane {
	const waiting: (() => void)[] = [];
	const all = new Set<Promise<unknown>>();
	let running = 0;
	const enter = async () => {
		if (running >= width) await new Promise<void>((go) => waiting.push(go));
		else running += 1;
	};
	const leave = () => {
		const next = waiting.shift();
		if (next) next();
		else running -= 1;
	};
	const run = async <T>(work: () => Promise<T>): Promise<T> => {
		await enter();
		try {
			return await work();
		} finally {
			leave();
		}
	};
	return {
		run<T>(work: () => Promise<T>) {
			const piece = run(work);
			const kept = piece.catch(() => undefined).finally(() => all.delete(kept));
			all.add(kept);
			return piece;
		},
		async settled() {
			await Promise.all(all);
		},
	};
}
