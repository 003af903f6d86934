import { open } from 'node:fs/promises';
import { Fault } from '../base/errors.ts';

/** The containers Reelsmith reads, and the demuxer of ffmpeg that each is forced to. */
export const FORMATS = {
	mov: { demuxer: 'mov', what: 'video' },
	matroska: { demuxer: 'matroska', what: 'video' },
	wav: { demuxer: 'wav', what: 'audio' },
	mp3: { demuxer: 'mp3', what: 'audio' },
	aac: { demuxer: 'aac', what: 'audio' },
	flac: { demuxer: 'flac', what: 'audio' },
	ogg: { demuxer: 'ogg', what: 'audio' },
	jpeg: { demuxer: 'jpeg_pipe', what: 'picture' },
	png: { demuxer: 'png_pipe', what: 'picture' },
	webp: { demuxer: 'webp_pipe', what: 'picture' },
} as const;
export type Format = keyof typeof FORMATS;

/** Bytes at the start of a file that tell its format. */
const HEAD_BYTES = 64;

/**
 * Tells a file's format by its first bytes, never by its name: a playlist called `.mp4` would make ffmpeg open other
 * people's files. Throws `media` for everything that is not on the list.
 */
export async function sniff(path: string, name: string): Promise<Format> {
	const file = await open(path);
	try {
		const head = Buffer.alloc(HEAD_BYTES);
		const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
		const tag = tagBytes(head);
		const behind = tag ? await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, tag) : null;
		const tagged = behind && formatOf(behind.buffer.subarray(0, behind.bytesRead));
		const format = tagged === 'aac' || tagged === 'flac' ? tagged : formatOf(head.subarray(0, bytesRead));
		if (format) return format;
		throw new Fault(
			'media',
			`${name} is ${bytesRead ? 'no video, sound or picture that Reelsmith reads' : 'empty'}`,
			{
				hint: 'Use MP4, MOV or WebM for video, WAV, MP3, M4A, AAC, FLAC or OGG for sound, JPEG, PNG or WebP for pictures.',
			},
		);
	} finally {
		await file.close();
	}
}

/**
 * Bytes of the ID3 tag in front of a sound, 0 where there is none: its length has seven bits a byte (ID3v2.4 §3.1). It
 * belongs to MP3, but some programs put it before AAC and FLAC too.
 */
function tagBytes(head: Buffer): number {
	if (head.toString('latin1', 0, 3) !== 'ID3') return 0;
	return 10 + [6, 7, 8, 9].reduce((sum, at) => sum * 128 + (head[at]! & 127), 0);
}

/** Box types that may stand first in an ISO or QuickTime file (ISO/IEC 14496-12 §4.2; QuickTime File Format). */
const FIRST_BOXES = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'styp', 'pnot']);

/** The format that a file with these first bytes has; null for an unknown one. */
export function formatOf(head: Buffer): Format | null {
	const text = (from: number, to: number) => head.toString('latin1', from, to);
	if (head.length >= 8 && FIRST_BOXES.has(text(4, 8))) return 'mov';
	if (head.length >= 4 && head.readUInt32BE(0) === 0x1a45dfa3) return 'matroska';
	if (text(0, 4) === 'RIFF' && text(8, 12) === 'WAVE') return 'wav';
	if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
	if (text(0, 4) === 'fLaC') return 'flac';
	if (text(0, 5) === 'OggS\0') return 'ogg';
	if (text(0, 4) === '\x89PNG') return 'png';
	if (text(0, 3) === '\xff\xd8\xff') return 'jpeg';
	if (text(0, 3) === 'ID3') return 'mp3';
	return framed(head);
}

/** Headerless MPEG audio: twelve sync bits; the two layer bits are 0 for ADTS AAC (ISO/IEC 13818-7) and not for MP3. */
function framed(head: Buffer): Format | null {
	if (head.length < 4 || head[0] !== 0xff || (head[1]! & 0xe0) !== 0xe0) return null;
	const layer = (head[1]! >> 1) & 3;
	if (layer === 0) return (head[1]! & 0xf0) === 0xf0 ? 'aac' : null;
	return layer === 1 ? 'mp3' : null;
}
