import type { SmallFrames } from './small.ts';

/** Where a new scene begins: its first frame (the middle one of a gradual change), how much changed, 0 to 100. */
export type Border = { frame: number; score: number; gradual: boolean };

/** A cut stands out this many times from the changes around it; in fast motion every frame differs from the next. */
const STANDS_OUT = 2.5;
/** Changes around a cut that it is compared with, to either side. */
const AROUND = 8;
/** A flash is over after this long, and then the picture is back to less than a third of the change. */
const FLASH_SECONDS = 0.25;
const BACK = 1 / 3;
/** Half lengths of the windows in which a dissolve, a wipe or a whirl takes place. */
const HALF_SECONDS = [0.25, 0.5, 1];
/** A gradual change must be this much larger than one that comes at once: pictures change by motion alone, too. */
const GRADUAL_FACTOR = 2;
/** Before and behind a gradual change the picture is settled: it changes by less than this share of the whole. */
const SETTLED = 1 / 3;
/** Frames worked on at once. */
const BLOCK = 512;
/** Grey levels of the mean difference that make a score of 100. */
const FULL = 255 / 100;

/**
 * Finds where one picture becomes another: cuts (one frame to the next), and gradual changes (the picture before and
 * the picture behind are each settled and differ). Flashes are no borders. `frames` are small colour pictures, on
 * which noise and small motions weigh little; `threshold` is the mean change of a cut, 0 to 100.
 */
export async function findBorders(
	frames: SmallFrames,
	framesPerSecond: number,
	threshold: number,
	signal: AbortSignal,
): Promise<Border[]> {
	const halves = HALF_SECONDS.map((seconds) => Math.max(2, Math.round(seconds * framesPerSecond)));
	const flash = Math.max(1, Math.round(FLASH_SECONDS * framesPerSecond));
	const margin = Math.max(2 * halves.at(-1)!, flash, AROUND) + 1;
	const [cuts, gradual]: [Border[], Change[]] = [[], []];
	for (let from = 0; from < frames.count; from += BLOCK) {
		signal.throwIfAborted();
		const to = Math.min(frames.count, from + BLOCK);
		const block = await frames.read(from - margin, to - from + 2 * margin);
		const far = (a: number, b: number) => distance(block.at(a), block.at(b));
		const steps = Float64Array.from({ length: block.count }, (_, index) =>
			index ? far(block.first + index - 1, block.first + index) : 0,
		);
		for (let frame = Math.max(1, from); frame < to; frame++) {
			const score = steps[frame - block.first]!;
			if (score >= threshold && standsOut(steps, frame - block.first) && !isFlash(far, frame, score, flash))
				cuts.push({ frame, score, gradual: false });
			const change = changeAround(far, frame, halves, threshold * GRADUAL_FACTOR, frames.count);
			if (change) gradual.push({ frame, gradual: true, ...change });
		}
	}
	return [...cuts, ...centres(gradual, cuts)].sort((a, b) => a.frame - b.frame);
}

type Far = (a: number, b: number) => number;
/** `margin`: how clear the change is, the shorter the better. */
type Change = Border & { half: number; margin: number };

function standsOut(steps: Float64Array, at: number): boolean {
	const around = [...steps.subarray(Math.max(1, at - AROUND), at), ...steps.subarray(at + 1, at + 1 + AROUND)];
	const median = around.sort((a, b) => a - b)[Math.floor(around.length / 2)] ?? 0;
	return steps[at]! >= STANDS_OUT * median;
}

/** Whether the picture is back where it was shortly after this change, or came here from where it is now. */
function isFlash(far: Far, frame: number, score: number, length: number): boolean {
	for (let away = 1; away <= length; away++) {
		if (far(frame - 1, frame + away) < score * BACK || far(frame - 1 - away, frame) < score * BACK) return true;
	}
	return false;
}

/** The shortest window around a frame that holds a whole change; shorter ones tell better where it is. */
function changeAround(far: Far, frame: number, halves: number[], least: number, count: number) {
	for (const half of halves) {
		if (frame - half < 0 || frame + half >= count) break;
		const score = far(frame - half, frame + half);
		if (score < least) continue;
		const before = far(Math.max(0, frame - 2 * half), frame - half);
		const behind = far(frame + half, Math.min(count - 1, frame + 2 * half));
		const unrest = Math.max(before, behind);
		if (unrest <= score * SETTLED) return { half, score, margin: (score - unrest) / Math.sqrt(half) };
	}
	return null;
}

/** One border for each run of frames at which a gradual change was seen, in the middle of the best of it; none at a cut. */
function centres(changes: Change[], cuts: Border[]): Border[] {
	const kept: Change[] = [];
	const near = (a: Border, b: Border, half: number) => Math.abs(a.frame - b.frame) <= 2 * half;
	for (const change of changes.toSorted((a, b) => b.margin - a.margin || a.half - b.half)) {
		if (kept.some((other) => near(change, other, Math.max(change.half, other.half)))) continue;
		if (cuts.some((cut) => near(change, cut, change.half))) continue;
		kept.push(middle(change, changes));
	}
	return kept.map(({ frame, score, gradual }) => ({ frame, score, gradual }));
}

/** Neighbours that are as good make a plateau; its middle is the middle of the change. */
const PLATEAU = 0.9;

function middle(best: Change, changes: Change[]): Change {
	const level = changes.filter(
		({ frame, margin, half }) =>
			half === best.half && Math.abs(frame - best.frame) <= half && margin >= best.margin * PLATEAU,
	);
	const sum = level.reduce((total, { frame }) => total + frame, 0);
	return { ...best, frame: Math.round(sum / level.length) };
}

/** Mean difference of two pictures, 0 to 100. */
export function distance(a: Buffer, b: Buffer): number {
	let sum = 0;
	for (let at = 0; at < a.length; at++) sum += Math.abs(a[at]! - b[at]!);
	return sum / a.length / FULL;
}
