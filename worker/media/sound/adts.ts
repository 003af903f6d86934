import type { FileHandle } from 'node:fs/promises';
import { Fault } from '../../base/errors.ts';
import { windowReader } from '../windows.ts';

/** ADTS, the form in which AAC frames stand one behind the other, each with a header (ISO/IEC 13818-7 §6.2). */
const HEADER = 7;
const NO_CHECKSUM = 1;
/** A channel pair comes first in a frame of stereo (ISO/IEC 14496-3 §4.5.2.1). */
const PAIR = 1;

/** Read at once while hopping from header to header. */
const WINDOW_BYTES = 1024 * 1024;

/** Frames of AAC as views into their bytes. Throws `internal` for bytes that are none. */
export function adtsFrames(bytes: Buffer): Buffer[] {
	const frames: Buffer[] = [];
	for (let at = 0; at < bytes.length;) {
		const length = lengthAt(bytes, at);
		if (length === null || at + length > bytes.length) throw noAdts(at);
		frames.push(bytes.subarray(at, at + length));
		at += length;
	}
	return frames;
}

/** Where in a file of ADTS each frame lies, without its header. Throws `internal` where it is none. */
export async function adtsPlaces(file: FileHandle): Promise<{ positions: number[]; sizes: number[] }> {
	const { size } = await file.stat();
	const read = windowReader(file, WINDOW_BYTES);
	const [positions, sizes]: [number[], number[]] = [[], []];
	for (let at = 0; at < size;) {
		const length = lengthAt(await read(at, HEADER), 0);
		if (length === null || at + length > size) throw noAdts(at);
		positions.push(at + HEADER);
		sizes.push(length - HEADER);
		at += length;
	}
	return { positions, sizes };
}

/** Bytes of the frame whose header stands at `at`; null where none does. */
function lengthAt(bytes: Buffer, at: number): number | null {
	if (at + HEADER > bytes.length || bytes.readUInt16BE(at) >> 4 !== 0xfff || !(bytes[at + 1]! & NO_CHECKSUM))
		return null;
	const length = ((bytes[at + 3]! & 3) << 11) | (bytes[at + 4]! << 3) | (bytes[at + 5]! >> 5);
	return length < HEADER ? null : length;
}

const noAdts = (at: number) => new Fault('internal', `the encoded sound is no ADTS at byte ${at}`);

/**
 * Whether two frames of the same moment, from two encoders, are cut by the same window. A frame is heard overlapped
 * with the next; where two neighbours' windows fit each other the overlap cancels out (ISO/IEC 14496-3 §4.6.11), so one
 * encoder's frames may go on behind another's. Of frames that are not the same altogether only those are compared whose
 * two channels share a window; of others, no is the answer.
 */
export function sameWindow(a: Buffer, b: Buffer): boolean {
	if (a.equals(b)) return true;
	const [one, other] = [windowOf(a), windowOf(b)];
	return one !== null && one === other;
}

/** Sequence and shape of the window: after element, tag and the bit for a common window, and a reserved bit. */
function windowOf(frame: Buffer): number | null {
	const first = frame[HEADER] ?? 0;
	if (first >> 5 !== PAIR || !(first & 1)) return null;
	return (frame[HEADER + 1]! >> 4) & 7;
}
