import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Heard } from './listen.ts';

/**
 * How a section is kept in a file: what was heard in it, behind the length of that in 4 bytes, and then its frames in
 * ADTS, none where it was only heard.
 */
const LENGTH_BYTES = 4;
/** The energy of a cell is a 4-byte float; all of them are in base64. */
const Head = z.object({ energy: z.base64(), peak: z.number(), clipped: z.number() });
/** Read at first; what was heard in two seconds takes a tenth of it. */
const WINDOW_BYTES = 4096;

/** Writes a section: what was heard in it, and its frames. */
export async function writeKept(path: string, { energy, ...heard }: Heard, frames: Buffer[]): Promise<void> {
	const cells = Buffer.from(energy.buffer, energy.byteOffset, energy.byteLength).toString('base64');
	const head = Buffer.from(JSON.stringify({ ...heard, energy: cells }));
	const length = Buffer.alloc(LENGTH_BYTES);
	length.writeUInt32BE(head.length);
	// Another film may have the file that stood here.
	await rm(path, { force: true });
	await writeFile(path, Buffer.concat([length, head, ...frames]));
}

/** What was heard in a section; null where the file does not say. */
export async function heardIn(path: string): Promise<Heard | null> {
	const file = await open(path);
	try {
		const { buffer, bytesRead } = await file.read(Buffer.alloc(WINDOW_BYTES));
		const length = bytesRead < LENGTH_BYTES ? Infinity : buffer.readUInt32BE(0);
		if (LENGTH_BYTES + length > bytesRead) return null;
		const head = Head.safeParse(fromJson(buffer.toString('utf8', LENGTH_BYTES, LENGTH_BYTES + length)));
		if (!head.success) return null;
		const { energy, peak, clipped } = head.data;
		const cells = new Uint8Array(Buffer.from(energy, 'base64'));
		return { energy: new Float32Array(cells.buffer, 0, cells.length / 4), peak, clipped };
	} finally {
		await file.close();
	}
}

function fromJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

/** The frames of a section. */
export async function framesOf(path: string): Promise<Buffer> {
	const bytes = await readFile(path);
	return bytes.subarray(LENGTH_BYTES + bytes.readUInt32BE(0));
}
