import type { StitchReport, Timeline } from '../../contract/timeline.ts';
import type { Probe } from '../probe.ts';
import { readCounted } from './counted.ts';
import { frameHashes } from './clips.ts';
import { readFilm, type Film } from './film.ts';
import { judgeSound } from './judgeSound.ts';
import { layOnPaper, type Paper } from './paper.ts';

export type Judged = {
	out: string;
	report: StitchReport;
	timeline: Timeline;
	/** The file of each clip and what a probe found in it. */
	paths: string[];
	probes: Probe[];
	/** Which clips carry numbered frames. */
	numbered?: boolean[];
};

/**
 * Everything that is wrong with a film, in words; empty for a right one. Frames, steps, sync samples, copied frames,
 * numbers on frames and the sound are compared with the sources and with sums of its own, never with the report alone.
 */
export async function judgeFilm(judged: Judged): Promise<string[]> {
	const { report, timeline, probes } = judged;
	const paper = layOnPaper(timeline, probes, report.fps);
	const film = await readFilm(judged.out);
	return [
		...judgeFrames(film, report, paper),
		...judgeTracks(film, report),
		...judgeCopies(film, judged, paper),
		...judgeNumbers(film, judged, paper),
		...(await judgeSound(judged, paper)),
	];
}

function judgeFrames(film: Film, report: StitchReport, paper: Paper): string[] {
	const wrong = [];
	if (film.complaints) wrong.push(`it does not decode cleanly: ${film.complaints.slice(0, 300)}`);
	if (paper.frames !== report.frames) wrong.push(`${report.frames} frames were planned instead of ${paper.frames}`);
	if (film.frames.length !== paper.frames)
		wrong.push(`it has ${film.frames.length} frames instead of ${paper.frames}`);
	if (film.uneven) wrong.push(`${film.uneven} frames are not one step behind the one before`);
	if (film.wrongSync.length)
		wrong.push(`samples ${film.wrongSync.slice(0, 5).join()} are listed wrongly as IDR or not`);
	const sum = report.segments.reduce((total, { seconds }) => total + framesOf(seconds, paper), 0);
	if (sum !== report.frames) wrong.push('the segments do not add up to the film');
	return wrong;
}

const framesOf = (seconds: number, { rate }: Paper) => Math.round((seconds * rate.n) / rate.d);

function judgeTracks({ streams }: Film, report: StitchReport): string[] {
	return streams
		.filter(({ codec_type, nb_frames }) => codec_type !== 'subtitle' && codec_type !== 'data' && nb_frames !== '1')
		.flatMap(({ codec_type, start_time, duration }) => [
			...(Number(start_time) === 0 ? [] : [`${codec_type} starts at ${start_time}`]),
			...(Math.abs(Number(duration) - report.seconds) < LENGTH_SLACK
				? []
				: [`${codec_type} lasts ${duration} instead of ${report.seconds}`]),
		]);
}
/** ffprobe prints microseconds, and a track counts in units of its own. */
const LENGTH_SLACK = 0.0001;

/** Copied frames against those of their clip, one by one. */
function judgeCopies(film: Film, { report, paths }: Judged, paper: Paper): string[] {
	let at = 0;
	return report.segments.flatMap(({ seconds, how, clips }) => {
		const [from, frames] = [at, framesOf(seconds, paper)];
		at += frames;
		if (how !== 'copied') return [];
		const { start, from: first } = paper.clips[clips[0]!]!;
		const source = hashesOf(paths[clips[0]!]!);
		const wrong = range(from, from + frames).filter((each) => film.frames[each] !== source[each - start + first]);
		return wrong.length
			? [`${wrong.length} copied frames of clip ${clips[0]! + 1} differ, the first at ${wrong[0]}`]
			: [];
	});
}

const hashed = new Map<string, string[]>();
function hashesOf(path: string): string[] {
	if (!hashed.has(path)) hashed.set(path, frameHashes(path));
	return hashed.get(path)!;
}

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

/**
 * Numbered frames outside transitions: each in its place, where the film has the clip's rate; else no further
 * off than the frame that is due when both rates are rounded.
 */
function judgeNumbers(film: Film, { out, timeline, probes, numbered = [], report }: Judged, paper: Paper): string[] {
	if (!numbered.includes(true) || !showsBar(timeline, report)) return [];
	const numbers = readCounted(out);
	return paper.clips.flatMap((placed, index) => {
		if (!numbered[index]) return [];
		const { start, from, to, fadeIn, fadeOut, counted } = placed;
		const { rate, frames } = probes[index]!.video!;
		const ratio = (rate.n * paper.rate.d) / (rate.d * paper.rate.n);
		const wrong = range(from + fadeIn, to - fadeOut).filter((frame) => {
			const seen = numbers[film.places[start + frame - from]!];
			const wanted = Math.min(frames - 1, frame * ratio);
			return !seen || Math.abs(seen.frame - wanted) > (counted ? 0 : 1 + ratio / 2);
		});
		return wrong.length
			? [`${wrong.length} frames of clip ${index + 1} are not in their place, the first is ${wrong[0]}`]
			: [];
	});
}

/** The bar lies across the top: not for films of another shape, with captions there or a logo in an upper corner. */
function showsBar({ captions, logo }: Timeline, { width, height }: StitchReport): boolean {
	const burned = captions.mode === 'burned' || captions.mode === 'both';
	return (
		Math.abs(width / height - 16 / 9) < 0.01 &&
		!(burned && captions.place === 'top') &&
		!logo?.corner.startsWith('top')
	);
}
