/** A step longer than this says every so often that it still runs. */
const STILL_EVERY_MS = 30_000;

/**
 * Says what set-up does, one line a step, with the seconds it took; silent where nothing had to be done.
 *
 * @param {(line: string) => void} log
 */
export function reporter(log) {
	const began = Date.now();
	let steps = 0;
	return {
		log,
		/**
		 * Announces `what`, runs `work`, says how long it took.
		 *
		 * @template T
		 * @param {string} what
		 * @param {() => Promise<T>} work
		 * @returns {Promise<T>}
		 */
		async step(what, work) {
			steps += 1;
			const start = Date.now();
			log(`  ${what} …`);
			const still = setInterval(() => log(`    still at it after ${seconds(start)} s`), STILL_EVERY_MS);
			try {
				return await work();
			} finally {
				clearInterval(still);
				log(`    ${seconds(start)} s`);
			}
		},
		end() {
			if (steps) log(`Everything is in place (${seconds(began)} s).`);
		},
	};
}

/** @typedef {ReturnType<typeof reporter>} Report */

/** @param {number} since */
const seconds = (since) => Math.round((Date.now() - since) / 1000);
