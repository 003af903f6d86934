import type { StitchReport, Timeline } from '../../contract/timeline.ts';
import type { Probe } from '../probe.ts';
import { readCounted, type Numbering, type Part } from './counted.ts';
import { coverOf, frameHashes, titlesOf } from './clips.ts';
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
	/** How each clip's frames are numbered; null where they are not. */
	numbered?: (Numbering | null)[];
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
		...judgePicture(film, judged),
		...judgeTracks(film, judged),
		...judgeChapters(judged, paper),
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

/** What every player must be told right: size, shape and kind of the pixels. */
function judgePicture({ streams }: Film, { report, timeline: { target } }: Judged): string[] {
	const {
		width,
		height,
		pix_fmt,
		sample_aspect_ratio = '1:1',
		profile,
	} = streams.find(({ codec_type }) => codec_type === 'video')!;
	const [across, down] = target.ratio?.split(':').map(Number) ?? [];
	const wanted = [target.width ?? report.width, target.height ?? report.height];
	const shape = !across || Math.abs(report.width / report.height / (across / down!) - 1) < 0.05;
	const square = sample_aspect_ratio === '1:1' || sample_aspect_ratio === '0:1';
	return [
		...(width === report.width && height === report.height ? [] : [`it is ${width}x${height}, reported otherwise`]),
		...(width === wanted[0] && height === wanted[1] && shape ? [] : [`it is ${width}x${height}, not as asked for`]),
		...(pix_fmt === 'yuv420p' && square ? [] : [`its pixels are ${pix_fmt}, ${sample_aspect_ratio}`]),
		...(/^(Constrained Baseline|Baseline|Main|High)$/.test(String(profile)) ? [] : [`its profile is ${profile}`]),
	];
}

/** Chapters begin with their clips, the first with the film, and are called what they were called. */
function judgeChapters({ out, timeline }: Judged, { clips, rate }: Paper): string[] {
	const wanted = timeline.clips.flatMap(({ chapter }, index) =>
		chapter ? [{ from: (clips[index]!.start * rate.d) / rate.n, title: chapter }] : [],
	);
	if (wanted[0]) wanted[0].from = 0;
	const found = titlesOf(out).chapters;
	const right = wanted.every(
		({ from, title }, index) =>
			found[index] &&
			Math.abs(found[index].from - from) < CHAPTER_SLACK &&
			plain(found[index].title) === plain(title),
	);
	if (right && found.length === wanted.length) return [];
	return [`its chapters are ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`];
}
const plain = (title: string) => title.replace(/\s+/g, ' ').trim();
/** Chapters are told in milliseconds to some players. */
const CHAPTER_SLACK = 0.002;

/** Picture and sound begin at 0 and last as long as the film; captions and chapters end by then; a cover has no time. */
function judgeTracks({ streams }: Film, { out, report }: Judged): string[] {
	const covers = streams.filter(({ disposition }) => disposition.attached_pic).length;
	const whole = !covers || coverOf(out).subarray(-2).equals(END_OF_IMAGE);
	return streams
		.filter(({ disposition }) => !disposition.attached_pic)
		.flatMap(({ codec_type, start_time, duration }) => {
			const [late, longer] = [Number(start_time), Number(duration) - report.seconds];
			if (codec_type === 'subtitle' || codec_type === 'data')
				return late + longer > LENGTH_SLACK ? [`${codec_type} lasts ${longer} s longer than the film`] : [];
			return [
				...(late === 0 ? [] : [`${codec_type} starts at ${start_time}`]),
				...(Math.abs(longer) < LENGTH_SLACK
					? []
					: [`${codec_type} lasts ${duration} instead of ${report.seconds}`]),
			];
		})
		.concat(covers > 1 ? [`it has ${covers} covers`] : [], whole ? [] : ['its cover ends early']);
}
/** What every JPEG ends with (ITU-T T.81 table B.1). */
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);
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
	const part = numbered.some(Boolean) ? partOf(timeline, report) : null;
	if (!part) return [];
	const numbers = readCounted(out, part);
	return paper.clips.flatMap((placed, index) => {
		const numbering = numbered[index];
		if (!numbering) return [];
		const { start, from, to, fadeIn, fadeOut, counted } = placed;
		const { rate, frames } = probes[index]!.video!;
		const ratio = ((numbering.rate ?? rate.n / rate.d) * paper.rate.d) / paper.rate.n;
		const last = numbering.first + (numbering.rate ? Infinity : frames - 1);
		const wrong = range(from + fadeIn, to - fadeOut).filter((frame) => {
			const seen = numbers[film.places[start + frame - from]!];
			const wanted = Math.min(last, numbering.first + frame * ratio);
			const slack = numbering.slack + (counted || ratio === 1 ? 0 : 1 + ratio / 2);
			return !seen || seen.clip !== numbering.clip || Math.abs(seen.frame - wanted) > slack;
		});
		return wrong.length
			? [`${wrong.length} frames of clip ${index + 1} are not in their place, the first is ${wrong[0]}`]
			: [];
	});
}

/** A bar of fewer pixels is too little to read. */
const LEAST_SIDE = 64;

/**
 * Where a numbered clip's picture, which is 16:9, lies in the film. Null where its bar, which lies across the top,
 * cannot be read: cut off, under captions or a logo.
 */
function partOf({ captions, logo, target }: Timeline, { width, height }: StitchReport): Part | null {
	const burned = captions.mode === 'burned' || captions.mode === 'both';
	const same = Math.abs(width / height - SHAPE) < 0.01;
	const covered = (burned && captions.place === 'top') || logo?.corner.startsWith('top');
	// Where bars stand beside the picture, what is drawn elsewhere in the film may reach its top.
	if (covered || (!same && (burned || logo || target.fit === 'crop'))) return null;
	const lines = Math.min(width / SHAPE, height);
	const size = { width: Math.round(lines * SHAPE), height: Math.round(lines) };
	if (size.width < LEAST_SIDE) return null;
	return { ...size, x: Math.round((width - size.width) / 2), y: Math.round((height - size.height) / 2) };
}
const SHAPE = 16 / 9;
