export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Waits that many milliseconds; rejects with the signal's reason when it aborts first. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal?.aborted) return reject(signal.reason);
		const stop = () => {
			clearTimeout(timer);
			reject(signal?.reason);
		};
		const timer = setTimeout(() => {
			signal?.removeEventListener('abort', stop);
			resolve();
		}, ms);
		signal?.addEventListener('abort', stop, { once: true });
	});
}

/** Waits until a promise ends, well or not, for at most `ms` milliseconds; no timer is left behind. */
export async function ending(promise: Promise<unknown>, ms: number): Promise<void> {
	const enough = new AbortController();
	const ended = promise.then(
		() => undefined,
		() => undefined,
	);
	await Promise.race([ended, sleep(ms, enough.signal)]);
	enough.abort();
}

/** The caller's signal, or `ms` milliseconds, whichever comes first. Every outward call gets one. */
export const deadline = (ms: number, signal?: AbortSignal): AbortSignal =>
	signal ? AbortSignal.any([signal, AbortSignal.timeout(ms)]) : AbortSignal.timeout(ms);
