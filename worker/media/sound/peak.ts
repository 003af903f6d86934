import { BLOCK } from './mix.ts';

/** Samples on each side that a value between two samples is computed from. */
const REACH = 16;
const TAPS = 2 * REACH;
/** Values between two samples: four times the rate (ITU-R BS.1770-4 annex 2). */
const BETWEEN = [0.25, 0.5, 0.75];
/** Shape of the window of the interpolation (J. F. Kaiser, 1974): 90 dB of rejection. */
const KAISER_BETA = 9;
/** A peak between two samples stands less than this over the higher one, but for sound at the very edge of the band. */
const MOST_OVER = 2;

const KERNELS = BETWEEN.map(kernel);
const { abs, max } = Math;

/** Takes blocks of stereo in order and hears of the samples, and the values between them, that pass `floor`. */
export type PeakMeter = {
	/** Highest value since this was asked last, in the unit of the blocks; the last samples pushed are not in it yet. */
	take(): number;
	push(block: Float64Array, length: number): void;
	/** Tells that no more comes. */
	end(): void;
};

/**
 * A meter of true peak. Without `heard` it only keeps the highest value, and computes values between samples nowhere
 * else than where they could pass it, which makes it cheap. With `heard` it tells each value above `floor` with the
 * sample it stands at or behind, counted from the first one pushed.
 */
export function openPeakMeter(floor = 0, heard?: (sample: number, value: number) => void): PeakMeter {
	const lines = [0, 1].map(() => new Float64Array(TAPS - 1 + BLOCK));
	let most = 0;
	let pushed = 0;
	const search = (line: Float64Array, length: number) => {
		const limit = () => (heard ? floor : most) / MOST_OVER;
		let [high, low] = [limit(), -limit()];
		for (let at = REACH - 1; at < REACH - 1 + length; at++) {
			const [here, next] = [line[at]!, line[at + 1]!];
			if (here <= high && here >= low && next <= high && next >= low) continue;
			const own = abs(here);
			let value = own;
			// Where four samples only rise or only fall there is no peak between the middle two.
			const [before, behind] = [line[at - 1]!, line[at + 2]!];
			if (
				!(before <= here && here <= next && next <= behind) &&
				!(before >= here && here >= next && next >= behind)
			)
				value = max(value, highestBetween(line, at));
			if (value > most) {
				most = value;
				[high, low] = [limit(), -limit()];
			}
			if (heard && value > floor) heard(pushed + at - (TAPS - 1), value);
		}
	};
	const push = (block: Float64Array, length: number) => {
		for (const [channel, line] of lines.entries()) {
			for (let n = 0; n < length; n++) {
				const value = block[n * 2 + channel]!;
				line[TAPS - 1 + n] = value;
				// The peak is no lower than any sample: where samples are far below all others nothing is computed.
				if (value > most) most = value;
				else if (-value > most) most = -value;
			}
			search(line, length);
			line.copyWithin(0, length, length + TAPS - 1);
		}
		pushed += length;
	};
	const take = () => {
		const taken = most;
		most = 0;
		return taken;
	};
	return { take, push, end: () => push(new Float64Array(TAPS * 2), TAPS) };
}

/** The highest of the values between the samples at `at` and `at + 1`; one loop for the three, which is the cost of it. */
function highestBetween(line: Float64Array, at: number): number {
	const [first, second, third] = KERNELS as [Float64Array, Float64Array, Float64Array];
	let [one, two, three] = [0, 0, 0];
	for (let tap = 0, from = at - REACH + 1; tap < TAPS; tap++) {
		const sample = line[from + tap]!;
		one += sample * first[tap]!;
		two += sample * second[tap]!;
		three += sample * third[tap]!;
	}
	return max(abs(one), abs(two), abs(three));
}

/** A windowed sinc that gives the value `part` of the way from one sample to the next. */
function kernel(part: number): Float64Array {
	const taps = Float64Array.from({ length: TAPS }, (_, tap) => {
		const distance = tap - (REACH - 1) - part;
		const sinc = distance === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance);
		return (sinc * bessel(KAISER_BETA * Math.sqrt(Math.max(0, 1 - (distance / REACH) ** 2)))) / bessel(KAISER_BETA);
	});
	const sum = taps.reduce((total, each) => total + each, 0);
	return taps.map((each) => each / sum);
}

/** The modified Bessel function of the first kind and order 0, by its series. */
function bessel(x: number): number {
	let [sum, term] = [1, 1];
	for (let n = 1; term > sum * 1e-12; n++) {
		term *= (x / 2 / n) ** 2;
		sum += term;
	}
	return sum;
}
