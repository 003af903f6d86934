import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Captions } from '../contract/caption.ts';
import type { StitchInput } from '../contract/timeline.ts';
import { srtOf } from './captions/srt.ts';
import type { Argument, Tools } from './ffmpeg.ts';
import { FILM } from './film.ts';
import type { Chapter, Plan } from './plan.ts';
import { rateText, unitAt } from './rate.ts';
import { soundTimes } from './sound/track.ts';

const [LIST, CHAPTERS, CAPTIONS] = ['list.ffconcat', 'chapters.txt', 'captions.srt'];
/** Microseconds: the finest unit that the list knows. */
const LIST_UNITS = 1_000_000;
const JOIN_SECONDS = 120;
/** Bytes a second that a disk copies at least. */
const DISK_BYTES_A_SECOND = 5e6;

/** What the film carries besides picture and sound. `cover` is a JPEG in the job's folder. */
export type Wrapping = {
	title: string;
	tags: StitchInput['tags'];
	/** How the captions' track is to be, or null for none. */
	captions: Captions | null;
	cover: string | null;
};

type Input = { options: Argument[]; output: string[] };

/**
 * Joins the pieces of picture and the one sound track by packet copy: seconds for an hour of film, and flat memory.
 * Four rules make it exact: pieces without SEI on one timescale, a list with explicit durations from rounded borders,
 * `-copyts`, and sound that is one track, in ADTS. All files lie in `folder`; returns the path of the film there.
 */
export async function joinFilm(
	plan: Plan,
	files: { pictures: string[]; sound: { name: string; samples: number } | null },
	wrapping: Wrapping,
	job: {
		folder: string;
		bytes: number;
		tools: Tools;
		signal: AbortSignal;
		progress: (seconds: number) => void;
	},
): Promise<string> {
	const { folder, bytes } = job;
	await writeFile(join(folder, LIST), listOf(plan, files.pictures));
	const inputs: Input[] = [
		{ options: ours('concat,mov', 'concat', LIST), output: ['-map', '0:v', '-c:v', 'copy'] },
		...(files.sound ? [soundInput(files.sound)] : []),
		...(await captionsInput(plan, wrapping.captions, folder)),
		...(await chaptersInput(plan, folder)),
		...(wrapping.cover ? [coverInput(wrapping.cover)] : []),
	];
	const outputs = inputs.flatMap(({ output }, index) => output.map((each) => each.replace('#', String(index))));
	const scale = String(plan.target.timescale);
	const args: Argument[] = [
		...['-y', '-nostats', '-progress', 'pipe:1', '-copyts'],
		...inputs.flatMap(({ options }) => options),
		// Chapters keep their titles: of `-map_metadata -1` these would go too.
		...['-map_metadata:g', '-1', '-map_metadata:s', '-1', ...outputs, ...tagsOf(wrapping)],
		...['-video_track_timescale', scale, '-movie_timescale', scale],
		...['-movflags', '+faststart', '-f', 'mp4', FILM],
	];
	await job.tools.ffmpeg({
		args,
		folder,
		about: 'joining the film',
		seconds: JOIN_SECONDS + bytes / DISK_BYTES_A_SECOND,
		fileBytes: bytes * 1.1 + 64 * 1024 * 1024,
		signal: job.signal,
		progress: ({ seconds }) => job.progress(seconds),
	});
	return join(folder, FILM);
}

/** A file of our own as an input, read as nothing but what it is. */
const ours = (formats: string, demuxer: string, name: string): Argument[] => [
	...['-protocol_whitelist', 'file', '-format_whitelist', formats, '-f', demuxer, '-i', name],
];

const soundInput = ({ name, samples }: { name: string; samples: number }): Input => ({
	options: ours('aac', 'aac', name),
	output: ['-map', '#:a', '-c:a', 'copy', '-bsf:a', soundTimes(samples)],
});

async function captionsInput({ cues }: Plan, captions: Captions | null, folder: string): Promise<Input[]> {
	if (!captions || !cues.length) return [];
	await writeFile(join(folder, CAPTIONS), srtOf(cues));
	const output = ['-map', '#:s', '-c:s', 'mov_text', '-metadata:s:s:0', `language=${captions.language}`];
	return [{ options: ours('srt', 'srt', CAPTIONS), output: [...output, '-disposition:s:0', 'default'] }];
}

async function chaptersInput({ chapters, target }: Plan, folder: string): Promise<Input[]> {
	if (!chapters.length) return [];
	await writeFile(join(folder, CHAPTERS), chaptersText(chapters, rateText(target.rate)));
	return [{ options: ours('ffmetadata', 'ffmetadata', CHAPTERS), output: ['-map_chapters', '#'] }];
}

const coverInput = (name: string): Input => ({
	options: ours('jpeg_pipe', 'jpeg_pipe', name),
	output: ['-map', '#:v', '-c:v:1', 'copy', '-disposition:v:1', 'attached_pic'],
});

/** Chapters as ffmpeg reads them, in frames; its own signs in titles are escaped (ffmpeg-formats, Metadata). */
function chaptersText(chapters: Chapter[], rate: string): string {
	const base = rate.split('/').reverse().join('/');
	const lines = chapters.map(({ title, start, frames }) =>
		[
			'[CHAPTER]',
			`TIMEBASE=${base}`,
			`START=${start}`,
			`END=${start + frames}`,
			`title=${metadataText(title)}`,
		].join('\n'),
	);
	return [';FFMETADATA1', ...lines, ''].join('\n');
}

/** On one line; a backslash at the end would swallow the next line even where it is escaped, so a space follows it. */
const metadataText = (text: string) =>
	text
		.replace(/\s+/g, ' ')
		.replace(/[=;#\\]/g, '\\$&')
		.replace(/\\$/, '$& ');

const tagsOf = ({ title, tags }: Wrapping): string[] =>
	Object.entries({ title, ...tags }).flatMap(([key, value]) =>
		value === undefined ? [] : ['-metadata', `${key}=${value}`],
	);

/**
 * The concat list. Each duration is the difference of two rounded instants, so that rounding never adds up. Hidden
 * frames take their instants from the piece before.
 */
function listOf({ segments, frames, target }: Plan, pictures: string[]): string {
	const begins = segments.map(
		({ start, hidden }) => instant(start, target) - (hidden * LIST_UNITS) / target.timescale,
	);
	const lines = begins.map((begin, index) => {
		const end = begins[index + 1] ?? instant(frames, target);
		const length = Math.round(end) - Math.round(begin);
		return `file '${pictures[index]}'\nduration ${(length / LIST_UNITS).toFixed(6)}\n`;
	});
	return `ffconcat version 1.0\n${lines.join('')}`;
}

/** When a frame of the film begins, in the list's units. */
const instant = (frame: number, { rate }: Plan['target']) => unitAt(frame, rate, LIST_UNITS);
