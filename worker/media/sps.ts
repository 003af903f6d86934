import type { Colour } from './picture.ts';

/** What an H.264 sequence parameter set says, of the plain kind: 8 bit, 4:2:0, whole frames, square pixels. */
export type PlainSps = { width: number; height: number; colour: Colour };

/** Profiles whose parameter sets have no chroma part, and those that have one (ITU-T H.264 §7.3.2.1.1). */
const SIMPLE_PROFILES = [66, 77, 88];
const HIGH_PROFILE = 100;
/** Colour codes by name as ffmpeg writes them (ITU-T H.264 tables E-3 to E-5); other codes are not plain. */
const PRIMARIES: Record<number, string> = { 1: 'bt709', 2: 'unknown', 5: 'bt470bg', 6: 'smpte170m', 9: 'bt2020' };
const TRANSFERS: Record<number, string> = {
	1: 'bt709',
	2: 'unknown',
	6: 'smpte170m',
	16: 'smpte2084',
	18: 'arib-std-b67',
};
const SPACES: Record<number, string> = { 1: 'bt709', 2: 'unknown', 5: 'bt470bg', 6: 'smpte170m', 9: 'bt2020nc' };
/** aspect_ratio_idc of an aspect that is not said, and of a square one (table E-1). */
const SQUARE = [0, 1];

/**
 * Reads the one sequence parameter set of an avcC box (ITU-T H.264 §7.3.2.1, ISO/IEC 14496-15 §5.3.3.1). Null for
 * everything that is not plain or that this reader does not know: then ffprobe is asked.
 */
export function plainSps(avcC: Buffer): PlainSps | null {
	if (avcC.length < 8 || (avcC[5]! & 31) !== 1) return null;
	const length = avcC.readUInt16BE(6);
	const unit = avcC.subarray(8, 8 + length);
	if (unit.length < length || length < 5 || (unit[0]! & 31) !== 7) return null;
	try {
		return parse(bitReader(unescaped(unit.subarray(1))));
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}

type Bits = { take(count: number): number; unsigned(): number; signed(): number };

function parse(bits: Bits): PlainSps | null {
	const profile = bits.take(8);
	bits.take(16);
	bits.unsigned();
	if (profile === HIGH_PROFILE) {
		const [chroma, luma8, chroma8] = [bits.unsigned(), bits.unsigned(), bits.unsigned()];
		const [transformBypass, scalingMatrix] = [bits.take(1), bits.take(1)];
		if (chroma !== 1 || luma8 || chroma8 || transformBypass || scalingMatrix) return null;
	} else if (!SIMPLE_PROFILES.includes(profile)) return null;
	bits.unsigned();
	skipOrder(bits);
	bits.unsigned();
	bits.take(1);
	const [columns, rows, wholeFrames] = [bits.unsigned() + 1, bits.unsigned() + 1, bits.take(1)];
	if (!wholeFrames) return null;
	bits.take(1);
	const [left, right, top, bottom] = bits.take(1)
		? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()]
		: [0, 0, 0, 0];
	const colour = bits.take(1) ? usability(bits) : UNSAID;
	return colour && { width: columns * 16 - 2 * (left + right), height: rows * 16 - 2 * (top + bottom), colour };
}

/** pic_order_cnt_type and what hangs on it. */
function skipOrder(bits: Bits): void {
	const type = bits.unsigned();
	if (type === 0) bits.unsigned();
	if (type !== 1) return;
	bits.take(1);
	bits.signed();
	bits.signed();
	for (let left = bits.unsigned(); left > 0; left--) bits.signed();
}

const UNSAID: Colour = { range: 'tv', space: 'unknown', transfer: 'unknown', primaries: 'unknown' };

/** Aspect and colour of the video usability information; what follows them is of no account here. */
function usability(bits: Bits): Colour | null {
	if (bits.take(1) && !SQUARE.includes(bits.take(8))) return null;
	if (bits.take(1)) bits.take(1);
	if (!bits.take(1)) return UNSAID;
	bits.take(3);
	const fullRange = bits.take(1);
	if (fullRange) return null;
	if (!bits.take(1)) return UNSAID;
	const [primaries, transfer, space] = [PRIMARIES[bits.take(8)], TRANSFERS[bits.take(8)], SPACES[bits.take(8)]];
	return primaries && transfer && space ? { range: 'tv', space, transfer, primaries } : null;
}

/** Without the bytes that keep a start code from turning up inside (§7.4.1: 00 00 03 stands for 00 00). */
function unescaped(bytes: Buffer): Buffer {
	const plain = [];
	for (let at = 0, zeros = 0; at < bytes.length; at++) {
		if (zeros >= 2 && bytes[at] === 3) {
			zeros = 0;
			continue;
		}
		zeros = bytes[at] === 0 ? zeros + 1 : 0;
		plain.push(bytes[at]!);
	}
	return Buffer.from(plain);
}

/** Bits from the highest on, and Exp-Golomb numbers (§9.1). Throws RangeError behind the end. */
function bitReader(bytes: Buffer): Bits {
	let at = 0;
	const bit = () => (bytes.readUInt8(at >> 3) >> (7 - (at++ & 7))) & 1;
	const take = (count: number) => {
		let value = 0;
		for (let left = count; left > 0; left--) value = value * 2 + bit();
		return value;
	};
	const unsigned = () => {
		let zeros = 0;
		while (!bit()) if (++zeros > 32) throw new RangeError('a number of more than 32 bits');
		return 2 ** zeros - 1 + take(zeros);
	};
	const signed = () => {
		const code = unsigned();
		return code & 1 ? (code + 1) / 2 : -code / 2;
	};
	return { take, unsigned, signed };
}
