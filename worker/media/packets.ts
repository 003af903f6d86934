import type { Ask } from './probe.ts';
import { framesIn, makeRate, type Rate } from './rate.ts';

/** What the packets of a picture stream say, in seconds. */
export type Packets = { frames: number; first: number; seconds: number; lastFrameSeconds: number };

/** Rates that cameras and editors use, tried before any other. */
const USUAL: Rate[] = [
	{ n: 24, d: 1 },
	{ n: 25, d: 1 },
	{ n: 30, d: 1 },
	{ n: 24_000, d: 1001 },
	{ n: 30_000, d: 1001 },
	{ n: 50, d: 1 },
	{ n: 60, d: 1 },
	{ n: 60_000, d: 1001 },
	{ n: 15, d: 1 },
	{ n: 12, d: 1 },
];
/** A rate read by ffprobe is believed within this distance from the average. */
const NEAR = 0.01;
const SLOWEST = 1;
const FASTEST = 60;

/**
 * Lists the packets of a stream whose tables say nothing simple (edit lists, varying rates, fragments, Matroska) and
 * counts those that are shown. `unit` is the stream's time base in seconds.
 */
export async function readPackets(ask: Ask, stream: number, unit: number): Promise<Packets> {
	const entries = ['-select_streams', String(stream), '-show_entries', 'packet=pts,duration,flags', '-of', 'csv=p=0'];
	const shown: { time: number; length: number }[] = [];
	for (const line of (await ask(...entries)).split('\n')) {
		const [pts = '', duration = '', flags = ''] = line.split(',');
		if (!/^-?\d+$/.test(pts) || flags.includes('D')) continue;
		shown.push({ time: Number(pts) * unit, length: Number(duration) * unit || 0 });
	}
	shown.sort((a, b) => a.time - b.time);
	const [first, last] = [shown[0]?.time ?? 0, shown.at(-1)];
	const span = (last?.time ?? 0) - first;
	const lastFrameSeconds = last?.length || (shown.length > 1 ? span / (shown.length - 1) : 1 / 24);
	return { frames: shown.length, first, seconds: span + lastFrameSeconds, lastFrameSeconds };
}

/** The rate to call a stream's: what ffprobe read where the average agrees, else the usual rate nearest to it. */
export function usualRate(read: Rate | null, average: number): Rate {
	const near = (rate: Rate) => Math.abs((average * rate.d) / rate.n - 1);
	if (read && read.n / read.d <= FASTEST && near(read) < NEAR) return read;
	const best = USUAL.toSorted((a, b) => near(a) - near(b))[0]!;
	if (near(best) < NEAR) return best;
	return makeRate(Math.min(FASTEST, Math.max(SLOWEST, framesIn(average, { n: 1, d: 1 }))), 1)!;
}
