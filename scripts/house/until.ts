import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
	/** What is waited for, in words; stands in the message when the time is over. */
	what: string;
	timeoutMs?: number;
	everyMs?: number;
	signal?: AbortSignal;
}

/**
 * Asks `check` again and again until it answers something else than undefined or false, and gives that back.
 * Throws after `timeoutMs` (60 s unless told), with the last error of `check` as its cause; an error of `check`
 * itself only means "not yet", unless it is marked by `giveUp`.
 */
export async function until<T>(check: () => Promise<T | undefined | false>, options: UntilOptions): Promise<T> {
	const end = Date.now() + (options.timeoutMs ?? 60_000);
	let cause: unknown;
	for (;;) {
		try {
			const found = await check();
			if (found !== undefined && found !== false) return found;
		} catch (error) {
			if (error instanceof GiveUp) throw error;
			cause = error;
		}
		options.signal?.throwIfAborted();
		if (Date.now() >= end) throw new Error(`waited in vain for ${options.what}`, { cause });
		await pause(options.everyMs ?? 200, undefined, { signal: options.signal });
	}
}

/** Thrown inside a check of `until` to end the waiting at once: what is waited for cannot come any more. */
export class GiveUp extends Error {}
