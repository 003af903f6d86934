import { countedPicture } from './counted.ts';

/** H.264 as Veo writes it: High 3.1, B-pyramid, four reference frames, open GOP, 12288 units a second. */
export const VEO_LIKE = (crf: number, structure: string) => [
	...['-c:v', 'libx264', '-profile:v', 'high', '-level:v', '3.1', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'],
	...[
		'-video_track_timescale',
		'12288',
		'-crf',
		String(crf),
		'-x264-params',
		`keyint=250:bframes=3:b-pyramid=normal:ref=3:open-gop=1${structure}`,
	],
];
/** Sound as Veo writes it. */
export const AAC = ['-c:a', 'aac', '-b:a', '128k', '-ar', '48000', '-ac', '2'];
/** A picture or a sound that ffmpeg draws itself. */
export const lavfi = (graph: string) => ['-f', 'lavfi', '-i', graph];
/** Something that moves, at 24 frames a second. */
export const moving = (seconds: number, extra = '') => lavfi(`testsrc2=s=320x180:r=24:d=${seconds}${extra}`);
/** Noise that a seed repeats: no stretch of it is like another. */
export const noise = (seconds: number, seed: number) => lavfi(`anoisesrc=r=48000:a=0.3:seed=${seed}:d=${seconds}`);
/** H.264 as most programs write it. */
export const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'];
/** A clip whose frames are numbered and whose sound is noise of its own, as long as the picture or `longer` by some seconds. */
export const counted = (clip: number, frames: number, encode: string[], { rate = '24', longer = 0 } = {}) => {
	const [n, d = 1] = rate.split('/').map(Number) as [number, number?];
	return [...countedPicture(clip, frames, rate), ...noise((frames * d) / n + longer, 100 + clip), ...encode, ...AAC];
};
