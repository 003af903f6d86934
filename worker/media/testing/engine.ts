import { join } from 'node:path';
import type { z } from 'zod';
import { makeLog } from '../../base/log.ts';
import { Timeline, type TimelineClip } from '../../contract/timeline.ts';
import { openMedia, type Media, type StitchRequest } from '../index.ts';
import { asClip } from './clips.ts';

/** A clip of a test's timeline: a file, and whatever else the timeline may say of it. */
export type TestPiece = { path: string; narration?: string } & Omit<
	z.input<typeof TimelineClip>,
	'asset' | 'job' | 'narration'
>;

/** The rest of a test's timeline; files by path. */
export type TestFilm = Omit<z.input<typeof Timeline>, 'clips' | 'sound' | 'logo'> & {
	sound?: Omit<NonNullable<z.input<typeof Timeline>['sound']>, 'music'> & { music?: { path: string } & object };
	logo?: { path: string } & object;
	title?: string;
	tags?: StitchRequest['tags'];
	cover?: StitchRequest['cover'];
	signal?: AbortSignal;
	/** Name of the film in the folder. */
	name?: string;
};

/** The film engine in a folder of the test's own. */
export const openTestMedia = (folder: string, sandbox: 'auto' | 'off' = 'auto'): Promise<Media> =>
	openMedia({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', sandbox, cache: join(folder, 'cache'), log: makeLog('silent') });

/** A timeline over files, and every file it names, as the stitch takes them. */
export function requestOf(pieces: TestPiece[], { sound, logo, title = 'A test', ...film }: TestFilm = {}) {
	const clips = pieces.map(({ path }) => asClip(path));
	const files = new Map<string, ReturnType<typeof asClip>>();
	const file = (path: string) => {
		const named = asClip(path);
		files.set(named.id, named);
		return named.id;
	};
	const byAsset = ({ path, ...rest }: { path: string } & object) => ({ ...rest, asset: file(path) });
	const { signal: _, name: __, tags, cover, ...rest } = film;
	const timeline = Timeline.parse({
		...rest,
		clips: pieces.map(({ path, narration, ...piece }, index) => ({
			...piece,
			asset: clips[index]!.id,
			...(narration && { narration: file(narration) }),
		})),
		...(sound && { sound: { ...sound, ...(sound.music && { music: byAsset(sound.music) }) } }),
		...(logo && { logo: byAsset(logo) }),
	});
	return { clips, timeline, title, tags, cover, files: Object.fromEntries(files) };
}

/** Stitches files into `folder/film.mp4`; answers with the report, the film's path and every progress heard. */
export async function stitchTest(media: Media, folder: string, pieces: TestPiece[], film: TestFilm = {}) {
	const request = requestOf(pieces, film);
	const out = join(folder, film.name ?? 'film.mp4');
	const heard: { done: number; activity: string }[] = [];
	const progress = (done: number, activity: string) => void heard.push({ done, activity });
	const signal = film.signal ?? AbortSignal.timeout(60_000);
	const report = await media.stitch({ ...request, out }, { signal, progress });
	return { report, out, heard, timeline: request.timeline };
}
