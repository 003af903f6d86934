import { open, type FileHandle } from 'node:fs/promises';
import { Fault } from '../base/errors.ts';
import type { Format } from './sniff.ts';

/**
 * Refuses a file that ends before its own header says, for the formats that say so (ISO files are checked by their
 * tables instead). Throws `media`, naming the file. A half file decodes with exit 0 and half the frames.
 */
export async function refuseHalfFile(path: string, format: Format, name: string): Promise<void> {
	const file = await open(path);
	try {
		const { size } = await file.stat();
		const missing = await missingBytes(file, size, format);
		if (missing > 0)
			throw new Fault('media', `${name} is cut short: ${missing} bytes are missing at its end`, {
				hint: 'The upload or download broke off. Bring the file again.',
			});
	} finally {
		await file.close();
	}
}

async function missingBytes(file: FileHandle, size: number, format: Format): Promise<number> {
	const read = async (at: number, length: number) => {
		const bytes = Buffer.alloc(length);
		return bytes.subarray(0, (await file.read(bytes, 0, length, at)).bytesRead);
	};
	if (format === 'matroska') return (await matroskaEnd(read)) - size;
	if (format === 'webp') return (await read(0, 8)).readUInt32LE(4) + 8 - size;
	if (format === 'wav') return wavEnd(await read(0, 8)) - size;
	if (format === 'png') return (await read(Math.max(0, size - 64), 64)).includes('IEND') ? 0 : 1;
	if (format === 'jpeg') return (await hasJpegEnd(read, size)) ? 0 : 1;
	return 0;
}

/** Encoders that write to a pipe leave 0 or 0xffffffff as the length: then the header says nothing. */
function wavEnd(head: Buffer): number {
	const length = head.readUInt32LE(4);
	return length === 0 || length >= 0xffff_ff00 ? 0 : length + 8;
}

/** The end-of-image marker, which some cameras follow with padding (ITU-T T.81 table B.1). */
async function hasJpegEnd(read: (at: number, length: number) => Promise<Buffer>, size: number): Promise<boolean> {
	const tail = 65_536;
	return (await read(Math.max(0, size - tail), tail)).includes(Buffer.from([0xff, 0xd9]));
}

/**
 * Where a Matroska file's Segment ends (RFC 8794 §4 and 5, RFC 9559): the EBML header's length, then the Segment's
 * id 0x18538067 and length. All length bits set means unknown, as live streams have it: then 0.
 */
async function matroskaEnd(read: (at: number, length: number) => Promise<Buffer>): Promise<number> {
	const head = await read(0, 12);
	const ebml = variableInt(head, 4);
	const at = 4 + ebml.length + ebml.value;
	const segment = await read(at, 12);
	if (segment.length < 12 || segment.readUInt32BE(0) !== 0x18538067) return 0;
	const { value, length, unknown } = variableInt(segment, 4);
	return unknown ? 0 : at + 4 + length + value;
}

function variableInt(bytes: Buffer, at: number): { value: number; length: number; unknown: boolean } {
	const first = bytes[at] ?? 0;
	const length = Math.clz32(first) - 23;
	if (length > 8 || at + length > bytes.length) return { value: 0, length: 1, unknown: true };
	let value = first & (0xff >> length);
	let ones = value === 0xff >> length;
	for (let index = 1; index < length; index++) {
		value = value * 256 + bytes[at + index]!;
		ones &&= bytes[at + index] === 0xff;
	}
	return { value, length, unknown: ones };
}
