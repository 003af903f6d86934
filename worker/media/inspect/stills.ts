import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { userInput } from '../input.ts';
import type { Picture } from '../picture.ts';
import { framesIn, secondsOf } from '../rate.ts';
import type { Shop } from '../stitch.ts';
import { decodeDeadline, evenly, framesOf, type Clip, type Job } from './clip.ts';

/** Stretches of frames [from, to). */
export type Frames = { from: number; to: number };

/** A frame is black when 98 % of its pixels are below 10 % of the range between black and white: ffmpeg's own default. */
const BLACK = 'blackdetect=d=0:pic_th=0.98:pix_th=0.10';
/** Pictures stand still while the mean difference stays below this share of full scale (-60 dB, ffmpeg's default). */
const STILL_DIFFERENCE = 0.001;
/** Shorter stillness is not told: animation on twos and slow beginnings stand still for some frames. */
const SHORTEST_STILL = 0.25;
const NOTES = 'stills.txt';
const MOST_NOTES = 64 * 1024 * 1024;
const NOTE = /^frame:(\d+)|^lavfi\.(?:black|freezedetect\.freeze)_(start|end)=([\d.]+)/;

/**
 * Finds where the picture is black and where it stands still, to the frame, in one decode. `longest` is the stillness
 * that passes. What is black is told as black alone.
 */
export async function findStills(
	shop: Pick<Shop, 'tools' | 'pool' | 'slots'>,
	clip: Clip,
	longest: number,
	{ folder, signal, progress }: Job,
): Promise<{ black: Frames[]; frozen: Frames[] }> {
	const video = clip.probe.video!;
	const frames = framesOf(video);
	const least = Math.max(2 / 3 / (video.rate.n / video.rate.d), Math.min(SHORTEST_STILL, longest));
	const frozen = `freezedetect=n=${STILL_DIFFERENCE}:d=${least.toFixed(6)}`;
	const chain = [evenly(video), BLACK, frozen, `metadata=mode=print:file=${NOTES}`];
	const run = {
		args: [
			...['-y', '-nostats', '-progress', 'pipe:1', '-threads', String(shop.slots), '-filter_threads', '1'],
			...userInput(clip.path, clip.probe.format),
			...['-map', `0:${video.stream}`, '-vf', chain.join(','), '-f', 'null', '-'],
		],
		folder,
		about: clip.name,
		seconds: decodeDeadline(clip),
		fileBytes: MOST_NOTES,
		signal,
		progress: (done: { frames: number }) =>
			progress(Math.min(1, done.frames / frames), `Looked at ${done.frames} of ${frames} frames`),
	};
	await shop.pool(() => shop.tools.ffmpeg(run), signal);
	const notes = await readFile(join(folder, NOTES), 'utf8');
	await rm(join(folder, NOTES));
	return readNotes(notes, video);
}

/**
 * Stretches out of what ffmpeg's `metadata` filter printed: a line for the frame, then what was found there. A stretch
 * that is open at the end reaches to the last frame. The frame is believed rather than the time, which has six digits.
 */
export function readNotes(notes: string, video: Picture): { black: Frames[]; frozen: Frames[] } {
	const found: Record<'black' | 'frozen', Frames[]> = { black: [], frozen: [] };
	const total = framesOf(video);
	let frame = 0;
	for (const line of notes.split('\n')) {
		const [, number, what, value] = NOTE.exec(line) ?? [];
		if (number !== undefined) frame = Number(number);
		if (!what) continue;
		const kind = line.startsWith('lavfi.black') ? 'black' : 'frozen';
		const begin = kind === 'black' ? frame : framesIn(Number(value), video.rate);
		if (what === 'start') found[kind].push({ from: begin, to: total });
		else found[kind].at(-1)!.to = Math.min(total, frame);
	}
	return { black: found.black, frozen: found.frozen.flatMap((each) => outside(each, found.black)) };
}

/** What is left of a stretch outside of others. */
function outside(stretch: Frames, others: Frames[]): Frames[] {
	let left = [stretch];
	for (const { from, to } of others)
		left = left.flatMap((each) =>
			to <= each.from || from >= each.to
				? [each]
				: [
						{ from: each.from, to: from },
						{ from: to, to: each.to },
					].filter((part) => part.to - part.from > 1),
		);
	return left;
}

/** All of them in seconds. */
export const secondsIn = (stretches: Frames[], { rate }: Picture): number =>
	secondsOf(
		stretches.reduce((sum, { from, to }) => sum + to - from, 0),
		rate,
	);
