import type { FileHandle } from 'node:fs/promises';

/**
 * Reads a file at any place, much at once, so that small reads beside each other cost one. What it answers with is
 * shorter at the end of the file, and overwritten by a later read.
 */
export function windowReader(file: FileHandle, windowBytes: number): (at: number, bytes: number) => Promise<Buffer> {
	let window = Buffer.alloc(0);
	let [start, filled] = [0, 0];
	return async (at, bytes) => {
		if (at < start || at + bytes > start + filled) {
			if (bytes > window.length) window = Buffer.alloc(Math.max(bytes, windowBytes));
			start = at;
			filled = (await file.read(window, 0, window.length, at)).bytesRead;
		}
		return window.subarray(at - start, Math.min(at - start + bytes, filled));
	};
}
