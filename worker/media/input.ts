import type { Argument } from './ffmpeg.ts';
import { FORMATS, type Format } from './sniff.ts';

/** Codecs a clip, a sound or a picture may hold; everything else is refused by name, for fewer doors into ffmpeg. */
export const CODECS = {
	video: ['h264', 'hevc', 'vp8', 'vp9', 'av1', 'mpeg4', 'mpeg2video', 'prores', 'dnxhd', 'mjpeg', 'qtrle', 'ffv1'],
	audio: ['aac', 'mp3', 'opus', 'vorbis', 'flac', 'alac', 'ac3', 'eac3'],
	picture: ['mjpeg', 'png', 'webp'],
} as const;

/** Uncompressed sound comes in many sample formats, all harmless. */
export const isAllowedAudio = (codec: string): boolean =>
	codec.startsWith('pcm_') || (CODECS.audio as readonly string[]).includes(codec);

/**
 * The options that must stand before a file a user gave us, for ffmpeg and ffprobe alike: only local files, only the
 * demuxer its first bytes called for. Without these a playlist named `.mp4` reads other people's files.
 */
export function userInput(path: string, format: Format, ...options: string[]): Argument[] {
	const { demuxer } = FORMATS[format];
	return [
		'-protocol_whitelist',
		'file',
		'-format_whitelist',
		demuxer,
		'-f',
		demuxer,
		...options,
		'-i',
		{ input: path },
	];
}
