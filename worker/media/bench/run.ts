import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Media } from '../index.ts';
import { requestOf, type TestPiece } from '../testing/engine.ts';
import type { Case, Entry } from './cases.ts';
import { rightness } from './rightness.ts';
import { measure, type Measured } from './measure.ts';
import type { Delivered, Order } from './ours.ts';

/** What one entry took, by the median of its runs. */
export type Row = {
	case: string;
	title: string;
	name: string;
	base: boolean;
	runs: number;
	wallSeconds: number;
	cpuSeconds: number;
	peakMegabytes: number;
	/** Of the engine alone: the call without starting Node, and what is left of it when joining begins. */
	callSeconds: number | null;
	callCpuSeconds: number | null;
	joinSeconds: number | null;
	/** Share of the film's seconds that was copied. */
	copied: number | null;
	/** `right`, or what is wrong with the film. */
	right: string;
};

/** Whether a way came to its end: what one took that was broken off compares with nothing. */
export const hasFinished = ({ right }: Row): boolean => !right.startsWith('failed');

/** What counts when ways are compared: of the engine the call alone, because a worker starts Node once for all films. */
export const spentOf = ({ callCpuSeconds, cpuSeconds }: Row): number => callCpuSeconds ?? cpuSeconds;

type Once = Measured & { delivered: Delivered | null };
const OURS_PROGRAM = join(import.meta.dirname, 'ours.ts');
const MEGABYTE = 1024 * 1024;

/** Runs every entry of a case so many times, one after the other and then again, and judges what the first round made. */
export async function runCase(
	each: Case,
	repeats: number,
	folder: string,
	media: Media,
	say: (line: string) => void,
): Promise<Row[]> {
	const taken = new Map<string, Once[]>(each.entries.map(({ name }) => [name, []]));
	const right = new Map<string, string>();
	for (let round = 0; round < repeats; round++) {
		for (const entry of each.entries) {
			const out = join(folder, 'out.mp4');
			const once = await runEntry(entry, each, folder, out);
			taken.get(entry.name)!.push(once);
			say(`${each.id}: ${entry.name}: ${once.wallSeconds.toFixed(2)} s, ${once.cpuSeconds.toFixed(2)} cpu s`);
			if (round === 0) right.set(entry.name, await rightness(entry, each, once, out, media));
			rmSync(out, { force: true });
		}
		rmSync(join(folder, 'caches'), { recursive: true, force: true });
	}
	return each.entries.map((entry) => rowOf(each, entry.name, taken.get(entry.name)!, right.get(entry.name)!));
}

async function runEntry(entry: Entry, each: Case, folder: string, out: string): Promise<Once> {
	const work = join(folder, 'work');
	mkdirSync(work, { recursive: true });
	try {
		if ('rival' in entry) {
			const paths = each.pieces.map(({ path }) => path);
			return { ...(await measure(entry.rival.command(paths, work, out), work)), delivered: null };
		}
		const requested = (pieces: TestPiece[]) => ({ ...requestOf(pieces, entry.film), out });
		const order = (early: boolean): Order => ({
			request: requested(entry.pieces),
			before: entry.after ? requested(entry.after) : null,
			folder: join(folder, 'caches', entry.name),
			early,
		});
		const ours = async (early: boolean) => {
			const file = join(work, 'order.json');
			writeFileSync(file, JSON.stringify(order(early)));
			return measure([process.execPath, OURS_PROGRAM, file], work);
		};
		if (entry.early) await ours(true);
		const measured = await ours(false);
		const delivered = measured.exitCode === 0 ? (JSON.parse(measured.stdout) as Delivered) : null;
		// What the worker did before does not count.
		const own = entry.after &&
			delivered && { wallSeconds: delivered.callSeconds, cpuSeconds: delivered.callCpuSeconds };
		return { ...measured, ...own, delivered };
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

function rowOf(each: Case, name: string, runs: Once[], right: string): Row {
	const middle = (value: (once: Once) => number) => median(runs.map(value));
	const report = runs[0]!.delivered?.report ?? null;
	return {
		case: each.id,
		title: each.title,
		name,
		base: name === each.base,
		runs: runs.length,
		wallSeconds: middle(({ wallSeconds }) => wallSeconds),
		cpuSeconds: middle(({ cpuSeconds }) => cpuSeconds),
		peakMegabytes: middle(({ peakBytes }) => peakBytes) / MEGABYTE,
		callSeconds: report && middle(({ delivered }) => delivered?.callSeconds ?? NaN),
		callCpuSeconds: report && middle(({ delivered }) => delivered?.callCpuSeconds ?? NaN),
		joinSeconds: report && middle(({ delivered }) => delivered?.joinSeconds ?? NaN),
		copied: report && report.copiedSeconds / report.seconds,
		right,
	};
}

function median(values: number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
