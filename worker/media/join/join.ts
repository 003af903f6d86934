import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Captions } from '../../contract/caption.ts';
import type { StitchInput } from '../../contract/timeline.ts';
import { FILM } from '../film.ts';
import type { Plan } from '../plan.ts';
import { secondsOf } from '../rate.ts';
import { box, LAST_IN_32_BITS } from './box.ts';
import { layOut } from './lane.ts';
import { pictureTrack } from './picture.ts';
import { soundTrack } from './sound.ts';
import { userData } from './tags.ts';
import { captionTrack, chapterTrack } from './text.ts';
import { movieHeader, trackBox, type FilmTrack } from './track.ts';
import { writeFilm } from './write.ts';

/** What the film carries besides picture and sound. `cover` is a JPEG in the job's folder. */
export type Wrapping = {
	title: string;
	tags: StitchInput['tags'];
	/** How the captions' track is to be, or null for none. */
	captions: Captions | null;
	cover: string | null;
};

/**
 * Joins the pieces of picture and the one sound track into an MP4 that starts fast, at about the speed of copying and
 * in memory that does not grow with the film. Exact because nothing is guessed: all pieces count on one timescale and
 * carry their own parameter sets, and every sample's time follows from the plan. All files lie in `folder`; returns the
 * path of the film there.
 */
export async function joinFilm(
	plan: Plan,
	files: { pictures: string[]; sound: { name: string; samples: number } | null },
	wrapping: Wrapping,
	job: { folder: string; signal: AbortSignal; progress: (share: number) => void },
): Promise<string> {
	const { target, frames, cues } = plan;
	const inFolder = (name: string) => join(job.folder, name);
	const clock = { timescale: target.timescale, duration: frames * target.ticks };
	const chapters = plan.chapters.map((chapter) => ({ ...chapter, title: chapter.title.replace(/\s+/g, ' ') }));
	const pictures = await pictureTrack(plan, files.pictures.map(inFolder));
	const tracks: FilmTrack[] = [
		pictures,
		...(files.sound ? [await soundTrack(inFolder(files.sound.name), files.sound.samples)] : []),
		...(wrapping.captions && cues.length ? [captionTrack(cues, clock, wrapping.captions.language)] : []),
		...(chapters.length ? [chapterTrack(chapters, target.ticks, clock)] : []),
	];
	const lanes = tracks.map(({ lane }) => lane);
	const { chunks, bytes } = layOut(lanes);
	const cover = wrapping.cover === null ? null : await readFile(inFolder(wrapping.cover));
	const begins = chapters.map(({ title, start }) => ({ title, seconds: secondsOf(start, target.rate) }));
	const about = userData(wrapping, cover, begins);
	const header = (sync: number[], begin: number) =>
		box(
			'moov',
			movieHeader(clock, tracks.length + 1),
			...tracks.map((track, index) =>
				trackBox(
					track,
					index + 1,
					clock,
					{
						chunks: chunks.filter(({ lane }) => lane === index),
						begin,
						wide: begin + bytes > LAST_IN_32_BITS,
					},
					index ? null : sync,
					chapters.length ? tracks.length : null,
				),
			),
			about,
		);
	const out = inFolder(FILM);
	await writeFilm(out, { lanes, chunks, bytes, nalLength: pictures.nalLength, header }, job);
	return out;
}
