import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../base/errors.ts';
import type { Cache } from './cache.ts';
import type { Tools } from './ffmpeg.ts';
import { userInput } from './input.ts';
import type { Probe } from './probe.ts';

/** Width of a thumbnail; never larger than the picture. */
const WIDTH = 640;
/** Pictures looked at: four a second of the first two minutes, the most typical of the first 64 that are not black. */
const LOOK = 'fps=4';
const LOOK_SECONDS = 120;
/** A picture is black when 80 % of its pixels are (ffmpeg's blackframe counts luma below 32 as black). */
const NOT_BLACK =
	'blackframe=amount=0,metadata=select:key=lavfi.blackframe.pblack:value=80:function=less,thumbnail=n=64';
const RUN_SECONDS = 120;
const MOST_BYTES = 16 * 1024 * 1024;

type Kitchen = { tools: Tools; cache: Cache };

/**
 * Writes a JPEG of a clip or picture to `out`: a typical frame, never a black one unless the clip is black, which is
 * then shown from its middle. Throws `media` for sound alone and for pictures that do not decode.
 */
export async function makeThumbnail(
	{ tools, cache }: Kitchen,
	path: string,
	probe: Probe,
	out: string,
	signal: AbortSignal,
): Promise<void> {
	const { video } = probe;
	if (!video) throw new Fault('media', 'sound alone has no thumbnail');
	const scratch = await cache.scratch();
	const made = join(scratch, 'thumbnail.jpg');
	const width = Math.min(WIDTH, Math.max(2, video.width));
	const height = Math.max(2, Math.round((width * video.height) / video.width / 2) * 2);
	const fit = `scale=${width}:${height},setsar=1`;
	const attempt = async (options: string[], filters: string) => {
		const args = [
			'-y',
			'-filter_threads',
			'1',
			...userInput(path, probe.format, ...options),
			'-map',
			`0:${video.stream}`,
		];
		const output = [
			'-vf',
			filters,
			'-frames:v',
			'1',
			'-c:v',
			'mjpeg',
			'-pix_fmt',
			'yuvj420p',
			'-q:v',
			'3',
			'-f',
			'image2',
			'-update',
			'1',
		];
		const run = { folder: scratch, about: 'the thumbnail', seconds: RUN_SECONDS, fileBytes: MOST_BYTES, signal };
		await tools.ffmpeg({ ...run, args: [...args, ...output, 'thumbnail.jpg'] });
		return ((await stat(made).catch(() => null))?.size ?? 0) > 0;
	};
	try {
		const done =
			(probe.kind !== 'picture' &&
				(await attempt(['-t', String(LOOK_SECONDS)], `${LOOK},${fit},${NOT_BLACK}`))) ||
			(probe.kind !== 'picture' && (await attempt(['-ss', (probe.seconds / 2).toFixed(3)], fit))) ||
			(await attempt([], fit));
		if (!done) throw new Fault('media', 'no frame of it decodes');
		await copyFile(made, out);
	} finally {
		await cache.drop(scratch);
	}
}
