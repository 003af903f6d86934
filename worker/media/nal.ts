import type { FileHandle } from 'node:fs/promises';
import { windowReader } from './windows.ts';

/** Types of H.264 NAL units (ITU-T H.264 table 7-1). */
export const NAL = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8 } as const;

/** Window read at once while hopping through samples that lie one behind the other. */
const WINDOW_BYTES = 256 * 1024;

export type Nal = { type: number; bytes: number };

/**
 * A reader of the NAL units of samples in an ISO file: their types and sizes, without the pictures. It reads in
 * windows, because most hops are short. Throws RangeError where a length field leaves its sample.
 */
export function nalReader(file: FileHandle, nalLength: number): (position: number, size: number) => Promise<Nal[]> {
	const need = windowReader(file, WINDOW_BYTES);
	return async (position, size) => {
		const units: Nal[] = [];
		for (let at = position; at < position + size;) {
			const head = await need(at, nalLength + 1);
			if (head.length < nalLength + 1) throw new RangeError('a sample ends behind the file');
			const bytes = head.readUIntBE(0, nalLength);
			if (at + nalLength + bytes > position + size) throw new RangeError('a NAL unit leaves its sample');
			units.push({ type: head[nalLength]! & 31, bytes });
			at += nalLength + bytes;
		}
		return units;
	};
}

/** Whether one of these units is a slice of an IDR picture: the only picture that a decoder may start at anywhere. */
export const isIdr = (units: Nal[]): boolean => units.some(({ type }) => type === NAL.idr);

/** Whether these units bring what a decoder must know before the pictures (ITU-T H.264 §7.4.1.2.1). */
export const hasParameterSets = (units: Nal[]): boolean =>
	[NAL.sps, NAL.pps].every((wanted) => units.some(({ type }) => type === wanted));

/** The NAL units of a sample in memory. Throws RangeError where a length field leaves it. */
export function unitsIn(sample: Buffer, nalLength: number): Nal[] {
	const units: Nal[] = [];
	for (let at = 0; at < sample.length;) {
		const bytes = at + nalLength < sample.length ? sample.readUIntBE(at, nalLength) : Infinity;
		if (at + nalLength + bytes > sample.length) throw new RangeError('a NAL unit leaves its sample');
		units.push({ type: sample[at + nalLength]! & 31, bytes });
		at += nalLength + bytes;
	}
	return units;
}
