import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argument, Tools } from './ffmpeg.ts';
import type { Plan } from './plan.ts';
import { unitAt } from './rate.ts';

const LIST = 'list.ffconcat';
/** Microseconds: the finest unit that the list knows. */
const LIST_UNITS = 1_000_000;
const JOIN_SECONDS = 120;
/** Bytes a second that a disk copies at least. */
const DISK_BYTES_A_SECOND = 5e6;

/**
 * Joins the pieces of picture and the one sound track by packet copy: seconds for an hour of film, and flat memory.
 * Four rules make it exact: pieces without SEI on one timescale, a list with explicit durations from rounded borders,
 * `-copyts`, and sound that was encoded once. All files lie in `folder`; returns the path of the film there.
 */
export async function joinFilm(
	plan: Plan,
	files: { pictures: string[]; sound: string | null },
	job: {
		folder: string;
		title: string;
		bytes: number;
		tools: Tools;
		signal: AbortSignal;
		progress: (seconds: number) => void;
	},
): Promise<string> {
	await writeFile(join(job.folder, LIST), listOf(plan, files.pictures));
	const scale = String(plan.target.timescale);
	const args: Argument[] = [
		...['-y', '-nostats', '-progress', 'pipe:1', '-copyts'],
		...['-protocol_whitelist', 'file', '-format_whitelist', 'concat,mov', '-f', 'concat', '-i', LIST],
		...(files.sound
			? ['-protocol_whitelist', 'file', '-format_whitelist', 'mov', '-f', 'mov', '-i', files.sound]
			: []),
		...['-map', '0:v', ...(files.sound ? ['-map', '1:a'] : []), '-c', 'copy', '-map_metadata', '-1'],
		...['-metadata', `title=${job.title}`, '-video_track_timescale', scale, '-movie_timescale', scale],
		...['-movflags', '+faststart', '-f', 'mp4', 'film.mp4'],
	];
	await job.tools.ffmpeg({
		args,
		folder: job.folder,
		about: 'joining the film',
		seconds: JOIN_SECONDS + job.bytes / DISK_BYTES_A_SECOND,
		fileBytes: job.bytes * 1.1 + 64 * 1024 * 1024,
		signal: job.signal,
		progress: ({ seconds }) => job.progress(seconds),
	});
	return join(job.folder, 'film.mp4');
}

/** The concat list. Each duration is the difference of two rounded instants, so that rounding never adds up. */
function listOf({ segments, target }: Plan, pictures: string[]): string {
	const lines = segments.map(({ start, frames }, index) => {
		const length = unitAt(start + frames, target.rate, LIST_UNITS) - unitAt(start, target.rate, LIST_UNITS);
		return `file '${pictures[index]}'\nduration ${(length / LIST_UNITS).toFixed(6)}\n`;
	});
	return `ffconcat version 1.0\n${lines.join('')}`;
}
