/** Random numbers in [0, 1). */
export type Random = () => number;

/** Numbers in [0, 1) that a seed repeats (mulberry32, public domain). */
export function seeded(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** One of these, each as likely. */
export const pick = <T>(random: Random, among: readonly T[]): T => among[Math.floor(random() * among.length)]!;
