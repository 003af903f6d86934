import { join } from 'node:path';
import { makeLog } from '../../base/log.ts';
import { Timeline } from '../../contract/timeline.ts';
import { openMedia, type Media } from '../index.ts';
import { asClip } from './clips.ts';

type Piece = {
	path: string;
	cutFrom?: number;
	cutTo?: number;
	transition?: 'cut' | 'crossfade';
	transitionSeconds?: number;
};

/** The film engine in a folder of the test's own. */
export const openTestMedia = (folder: string, sandbox: 'auto' | 'off' = 'auto'): Promise<Media> =>
	openMedia({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', sandbox, cache: join(folder, 'cache'), log: makeLog('silent') });

/** Stitches files into `folder/film.mp4`; answers with the report, the film's path and every progress heard. */
export async function stitchTest(
	media: Media,
	folder: string,
	pieces: Piece[],
	{ target = {}, signal = AbortSignal.timeout(60_000) }: { target?: object; signal?: AbortSignal } = {},
) {
	const clips = pieces.map(({ path }) => asClip(path));
	const timeline = Timeline.parse({
		clips: pieces.map(({ path: _, ...piece }, index) => ({ ...piece, asset: clips[index]!.id })),
		target,
	});
	const out = join(folder, 'film.mp4');
	const heard: { done: number; activity: string }[] = [];
	const progress = (done: number, activity: string) => void heard.push({ done, activity });
	const report = await media.stitch({ clips, timeline, title: 'A test', out }, { signal, progress });
	return { report, out, heard };
}
