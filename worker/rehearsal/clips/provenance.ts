import { readFile, writeFile } from 'node:fs/promises';

/** The rehearsal's own box type. Real clips carry a C2PA manifest here; a made one would be a forgery. */
const UUID = Buffer.from('5265656c736d69746852656865617273', 'hex');
const TEXT = Buffer.from('Made by the Reelsmith rehearsal: no model was asked and nothing was paid.');
/** Boxes on the way from the file's top to its tables of byte offsets. */
const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);

/**
 * Puts a `uuid` box between `ftyp` and the media data, where Veo 3.1 has its C2PA manifest: readers must be able to step
 * over it. Every byte offset in the file moves along. ISO/IEC 14496-12 describes the boxes.
 */
export async function addProvenanceBox(path: string): Promise<void> {
	const bytes = await readFile(path);
	const at = bytes.readUInt32BE(0);
	const box = Buffer.concat([Buffer.alloc(4), Buffer.from('uuid'), UUID, TEXT]);
	box.writeUInt32BE(box.length, 0);
	shiftOffsets(bytes, 0, bytes.length, box.length);
	await writeFile(path, Buffer.concat([bytes.subarray(0, at), box, bytes.subarray(at)]));
}

function shiftOffsets(bytes: Buffer, from: number, to: number, by: number): void {
	for (let at = from; at + 8 <= to;) {
		const size = boxSize(bytes, at, to);
		const type = bytes.toString('latin1', at + 4, at + 8);
		if (CONTAINERS.has(type)) shiftOffsets(bytes, at + 8, at + size, by);
		if (type === 'stco') shiftTable(bytes, at, by);
		at += size;
	}
}

function boxSize(bytes: Buffer, at: number, end: number): number {
	const size = bytes.readUInt32BE(at);
	if (size === 0) return end - at;
	return size === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size;
}

function shiftTable(bytes: Buffer, box: number, by: number): void {
	const count = bytes.readUInt32BE(box + 12);
	for (let index = 0; index < count; index += 1) {
		const at = box + 16 + index * 4;
		bytes.writeUInt32BE(bytes.readUInt32BE(at) + by, at);
	}
}
