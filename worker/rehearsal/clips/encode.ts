import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { drawPicture } from './picture.ts';
import { addProvenanceBox } from './provenance.ts';
import { clipColour, clipTone, FPS, hexColour, type ClipSpec } from './spec.ts';

/**
 * As measured on real Veo files: one IDR and no other sync frame, three B frames with a pyramid, open GOP. With preset
 * medium these give parameter sets that are byte-identical to Veo's own.
 */
const X264 = 'keyint=250:bframes=3:b-pyramid=normal:ref=3:open-gop=1:scenecut=0:threads=2';
/** Veo's mp4 timescale: 512 ticks a frame at 24 frames a second. */
const TIMESCALE = '12288';
/** Veo's sound is seldom as long as its picture: 7.902 s and 8.043 s beside 8 s of picture were found. */
const SOUND_SHORTER_BY = 0.098;
const SOUND_LONGER_BY = 0.043;
/** Longest time an encode may take: 4k on a busy machine. */
const DEADLINE_MS = 10 * 60_000;

/**
 * Encodes one clip to `target` as Veo encodes: H.264 High, 24 frames a second, AAC at 48 kHz whose length differs a
 * little from the picture's. The file appears whole or not at all. Rejects when ffmpeg fails or the signal aborts.
 */
export async function encodeClip(spec: ClipSpec, target: string, signal: AbortSignal): Promise<void> {
	const folder = await mkdtemp(join(dirname(target), 'making-'));
	try {
		await writeFile(join(folder, 'picture.ass'), drawPicture(spec));
		await execa('ffmpeg', ffmpegArguments(spec), {
			cwd: folder,
			cancelSignal: signal,
			timeout: DEADLINE_MS,
			stdin: 'ignore',
		});
		await addProvenanceBox(join(folder, 'clip.mp4'));
		await rename(join(folder, 'clip.mp4'), target);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function ffmpegArguments(spec: ClipSpec): string[] {
	const colour = hexColour(clipColour(spec)).replace('#', '0x');
	const picture = `color=c=${colour}:s=${spec.width}x${spec.height}:r=${FPS}:d=${spec.seconds}`;
	// Odd seeds imitate the one kind of Veo file, even seeds the other: other parameter sets, other sound length.
	const odd = spec.seed % 2 === 1;
	const quality = odd ? '18' : '20';
	return [
		...['-nostdin', '-y', '-v', 'error', '-f', 'lavfi', '-i', picture],
		...(spec.sound ? ['-f', 'lavfi', '-i', soundSource(spec, odd)] : []),
		// Not -frames:v: ffmpeg 5.1 ends the sound as well as soon as the picture has its frames.
		...['-vf', `ass=picture.ass,setsar=0,format=yuv420p,trim=end_frame=${Math.round(spec.seconds * FPS)}`],
		...['-c:v', 'libx264', '-profile:v', 'high', '-preset', 'medium', '-crf', quality, '-x264-params', X264],
		...(Math.max(spec.width, spec.height) === 1280 ? ['-level:v', '3.1'] : []),
		...['-video_track_timescale', TIMESCALE],
		...(spec.sound ? ['-c:a', 'aac', '-b:a', '128k', '-ar', '48000', '-ac', '2'] : []),
		...['-metadata', 'encoder=Reelsmith rehearsal', 'clip.mp4'],
	];
}

/** A soft tone of the clip's own pitch, and a short beep at each full second. */
function soundSource(spec: ClipSpec, odd: boolean): string {
	const seconds = spec.seconds + (odd ? -SOUND_SHORTER_BY : SOUND_LONGER_BY);
	const tone = `0.12*sin(2*PI*${clipTone(spec)}*t)`;
	const beep = '0.2*sin(2*PI*1760*t)*lt(mod(t\\,1)\\,0.06)';
	return `aevalsrc=${tone}+${beep}:s=48000:d=${seconds.toFixed(3)}`;
}
