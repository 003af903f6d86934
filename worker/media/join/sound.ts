import { open } from 'node:fs/promises';
import { AAC_FRAME, SAMPLE_RATE } from '../rate.ts';
import { adtsPlaces } from '../sound/adts.ts';
import { box, fullBox, u16, u32, u8, zeros } from './box.ts';
import type { FilmTrack } from './track.ts';

/** What a decoder has to know: AAC-LC (2), 48 kHz (3), two channels, in 5, 4 and 4 bits (ISO/IEC 14496-3 §1.6.2.1). */
const AAC_LC_48_STEREO = u16((2 << 11) | (3 << 7) | (2 << 3));
/** Descriptors of an elementary stream, with their types (ISO/IEC 14496-1 §7.2.6): MPEG-4 audio, an audio stream. */
const [STREAM, DECODER, CONFIG, SYNC, MPEG4_AUDIO, AUDIO_STREAM] = [3, 4, 5, 6, 0x40, 0x15];

/**
 * The film's one sound: AAC frames in ADTS, of which the first is heard before the film begins and the last only as far
 * as the film goes (ADTS knows neither). `samples` is the film's length.
 */
export async function soundTrack(path: string, samples: number): Promise<FilmTrack> {
	const { positions, sizes } = await framesIn(path);
	const durations = sizes.map((_, frame) =>
		frame < sizes.length - 1 ? AAC_FRAME : samples - (sizes.length - 2) * AAC_FRAME,
	);
	const bytes = sizes.reduce((sum, size) => sum + size, 0);
	return {
		lane: {
			timescale: SAMPLE_RATE,
			...{ sizes, durations, offsets: null },
			stores: [{ path, positions, samples: sizes.length }],
		},
		...{ handler: 'soun', name: 'Sound', language: 'und', enabled: true, group: 1 },
		header: fullBox('smhd', 0, 0, zeros(4)),
		entry: box(
			'mp4a',
			...[zeros(6), u16(1), zeros(8), u16(2, 16, 0, 0), u32(SAMPLE_RATE * 0x10000)],
			fullBox('esds', 0, 0, streamDescriptor(Math.round((bytes * 8 * SAMPLE_RATE) / samples))),
		),
		// A decoder needs the frame before the one it begins with (ISO/IEC 14496-12 §10.1, `roll`).
		more: [
			fullBox('sgpd', 1, 0, Buffer.from('roll'), u32(2, 1), u16(0xffff)),
			fullBox('sbgp', 0, 0, Buffer.from('roll'), u32(1, sizes.length, 1)),
		],
		begin: AAC_FRAME,
	};
}

async function framesIn(path: string): ReturnType<typeof adtsPlaces> {
	const file = await open(path);
	try {
		return await adtsPlaces(file);
	} finally {
		await file.close();
	}
}

function streamDescriptor(bitsASecond: number): Buffer {
	const decoder = descriptor(
		DECODER,
		u8(MPEG4_AUDIO, AUDIO_STREAM, 0, 0, 0),
		u32(bitsASecond, bitsASecond),
		descriptor(CONFIG, AAC_LC_48_STEREO),
	);
	// The file's own layout of the stream is told by number 2 (ISO/IEC 14496-14 §3.1.2).
	return descriptor(STREAM, u16(0), u8(0), decoder, descriptor(SYNC, u8(2)));
}

function descriptor(tag: number, ...content: Buffer[]): Buffer {
	const inner = Buffer.concat(content);
	return Buffer.concat([u8(tag, inner.length), inner]);
}
