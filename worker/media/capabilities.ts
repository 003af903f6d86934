import { Fault } from '../base/errors.ts';
import { SECOND } from '../base/time.ts';
import type { Tools } from './ffmpeg.ts';

export type Capabilities = {
	/** ffmpeg's own version, say `5.1.9-0+deb12u1`: part of every cached piece's address. */
	version: string;
};

/** What the film engine is built on, by the list of ffmpeg that names it. */
const NEEDED = {
	filters: [
		'xfade',
		'fps',
		'scale',
		'pad',
		'tpad',
		'setsar',
		'trim',
		'aresample',
		'apad',
		'atrim',
		'blackframe',
		'thumbnail',
		'bwdif',
		'zscale',
		'tonemap',
		'ass',
	],
	encoders: ['libx264', 'aac', 'mjpeg'],
	bsfs: ['dump_extra', 'filter_units', 'h264_mp4toannexb', 'setts'],
};
const START_SECONDS = 20;

/**
 * Asks ffmpeg what it can do. Throws `invalid_input` that names every missing piece at once; a distribution's ffmpeg
 * since 5.0 has them all, some npm packages ship builds without `xfade` or libx264.
 */
export async function readCapabilities(tools: Tools): Promise<Capabilities> {
	const ask = async (list: string) => {
		const signal = AbortSignal.timeout(START_SECONDS * SECOND);
		return (await tools.ffmpeg({ args: [`-${list}`], about: 'ffmpeg', seconds: START_SECONDS, signal })).stdout;
	};
	const [version, ...lists] = await Promise.all(['version', ...Object.keys(NEEDED)].map(ask));
	const has = (list: string, name: string) => new RegExp(`(^|\\s)${name}(\\s|$)`, 'm').test(list);
	const missing = Object.values(NEEDED).flatMap((names, index) => names.filter((name) => !has(lists[index]!, name)));
	if (missing.length)
		throw new Fault('invalid_input', `this ffmpeg lacks ${missing.join(', ')}`, {
			hint: "Install the distribution's ffmpeg (5.0 or newer) or point FFMPEG_PATH and FFPROBE_PATH to a full build.",
		});
	return { version: /^ffmpeg version (\S+)/.exec(version!)?.[1] ?? 'unknown' };
}
