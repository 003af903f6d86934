/** The building blocks of an ISO file as it is written (ISO/IEC 14496-12 §4.2); `boxes.ts` reads them. */

/** A box: its length, its type in four letters, its content. */
export function box(type: string, ...content: Buffer[]): Buffer {
	const length = content.reduce((sum, part) => sum + part.length, 8);
	return Buffer.concat([u32(length), Buffer.from(type, 'latin1'), ...content]);
}

/** A box whose content begins with a version and flags. */
export const fullBox = (type: string, version: number, flags: number, ...content: Buffer[]): Buffer =>
	box(type, u32(version * 0x1000000 + flags), ...content);

export const u8 = (...values: number[]): Buffer => Buffer.from(values);

export function u16(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 2);
	for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
	return bytes;
}

export const u32 = (...values: number[]): Buffer => table32(values);

/** As many numbers as there are, also below zero. */
export function table32(values: ArrayLike<number>): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	for (let index = 0; index < values.length; index++) {
		const value = values[index]!;
		if (value < 0) bytes.writeInt32BE(value, index * 4);
		else bytes.writeUInt32BE(value, index * 4);
	}
	return bytes;
}

export function table64(values: ArrayLike<number>): Buffer {
	const bytes = Buffer.alloc(values.length * 8);
	for (let index = 0; index < values.length; index++) bytes.writeBigUInt64BE(BigInt(values[index]!), index * 8);
	return bytes;
}

/** The last byte that a place of 32 bits can tell, and the longest box whose length stands in them. */
export const LAST_IN_32_BITS = 0xffff_ffff;

/** Room for what is reserved or not used. */
export const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);

/** Text in UTF-8, cut before the letter that would pass so many bytes. */
export function cutUtf8(text: string, most: number): Buffer {
	const bytes = Buffer.from(text);
	let end = Math.min(most, bytes.length);
	while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end--;
	return bytes.subarray(0, end);
}
