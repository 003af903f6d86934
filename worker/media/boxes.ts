import { open, type FileHandle } from 'node:fs/promises';
import { Fault } from '../base/errors.ts';

/** One piece of an edit list, in units of the movie (`duration`) and of the track (`mediaTime`; -1 is a gap). */
export type Edit = { duration: number; mediaTime: number; rate: number };

/** What the sample tables of one track say; times in units of `timescale`. */
export type Track = {
	id: number;
	/** `vide`, `soun` or another handler. */
	kind: string;
	/** Four-character code of the first sample description, say `avc1`; and how many descriptions there are. */
	format: string;
	descriptions: number;
	entry: SampleEntry;
	/** Shown turned, mirrored or stretched by its matrix. */
	turned: boolean;
	/** Bytes of a NAL unit's length field; 0 where there is no avcC. */
	nalLength: number;
	timescale: number;
	/** Length by the media header. */
	duration: number;
	/** Runs of equal values: how many samples, and their duration or composition offset. */
	durations: [count: number, value: number][];
	offsets: [count: number, value: number][];
	/** Sync samples counted from 0; null where every sample is one. */
	sync: number[] | null;
	edits: Edit[];
	sizes: Uint32Array;
	/** Where each sample begins in the file. */
	positions: Float64Array;
};

export type Movie = {
	timescale: number;
	/** Samples lie in fragments, which the tables do not list. */
	fragmented: boolean;
	/** Carries a C2PA manifest. */
	provenance: boolean;
	tracks: Track[];
};

/** A movie header larger than this is an attack or a film of days. */
const LARGEST_MOOV = 128 * 1024 * 1024;
/** More samples than this in a track are refused: 46 hours at 30 a second. */
const MOST_SAMPLES = 5_000_000;
/** More boxes than this side by side in a header, at the top of a file (ten hours of fragments of a second each have
 * 72000), or edits in a list are no film but an attack on memory. */
const MOST_CHILDREN = 10_000;
const MOST_TOP_BOXES = 100_000;
const MOST_EDITS = 10_000;
/** Runs that a table may have however few samples there are: plain PCM lists none of its samples. */
const FEW_RUNS = 1024;
/** The `uuid` box of a C2PA manifest (C2PA specification 2.1, A.4.1). */
const C2PA = 'd8fec3d61b0e483c92975828877ec481';

/**
 * Reads the tables of an ISO or QuickTime file (ISO/IEC 14496-12) without touching the media. Throws `media`, naming
 * the file, when a box or a sample ends behind the file's end (the file is cut short) or a table is nonsense.
 */
export async function readMovie(path: string, name: string): Promise<Movie> {
	const file = await open(path);
	try {
		const { size } = await file.stat();
		const top = await topBoxes(file, size, name);
		const moov = top.find(({ type }) => type === 'moov');
		if (!moov) throw cutShort(name, 'it has no movie header');
		if (moov.length > LARGEST_MOOV) throw new Fault('media', `${name} has a movie header of ${moov.length} bytes`);
		const bytes = Buffer.alloc(moov.length);
		await file.read(bytes, 0, moov.length, moov.start);
		const movie = parseMovie(
			bytes,
			top.some(({ uuid }) => uuid === C2PA),
		);
		for (const track of movie.tracks) refuseMissingSamples(track, size, name);
		return movie;
	} catch (error) {
		if (error instanceof RangeError) throw new Fault('media', `${name} has broken tables`, { cause: error });
		throw error;
	} finally {
		await file.close();
	}
}

type Box = { type: string; start: number; length: number; uuid?: string };

const cutShort = (name: string, why: string) =>
	new Fault('media', `${name} is cut short: ${why}`, {
		hint: 'The upload or download broke off. Bring the file again.',
	});

async function topBoxes(file: FileHandle, size: number, name: string): Promise<Box[]> {
	const boxes: Box[] = [];
	const head = Buffer.alloc(32);
	for (let at = 0; at + 8 <= size;) {
		const { bytesRead } = await file.read(head, 0, 32, at);
		const box = boxAt(head.subarray(0, bytesRead), 0, size - at);
		if (!/^[\x20-\x7e\xa9]{4}$/.test(box.type) && boxes.some(({ type }) => type === 'moov')) break;
		if (box.end > size - at)
			throw cutShort(name, `its '${box.type}' box goes ${box.end - (size - at)} bytes past the end`);
		const uuid = box.type === 'uuid' ? head.toString('hex', box.start, box.start + 16) : undefined;
		if (boxes.push({ type: box.type, start: at + box.start, length: box.end - box.start, uuid }) > MOST_TOP_BOXES)
			throw new RangeError('too many boxes');
		at += box.end;
	}
	return boxes;
}

/** Type, first byte of the content and end of the box at `at`; a size of 0 reaches to `room`, 1 has 64 bits. */
function boxAt(bytes: Buffer, at: number, room: number): { type: string; start: number; end: number } {
	const short = bytes.readUInt32BE(at);
	const type = bytes.toString('latin1', at + 4, at + 8);
	const length = short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? room : short;
	const header = short === 1 ? 16 : 8;
	if (length < header) throw new RangeError(`box of ${length} bytes`);
	return { type, start: at + header, end: at + length };
}

function children(bytes: Buffer): { type: string; content: Buffer }[] {
	const found = [];
	for (let at = 0; at + 8 <= bytes.length;) {
		const { type, start, end } = boxAt(bytes, at, bytes.length - at);
		if (end > bytes.length) throw new RangeError(`box ${type} leaves its parent`);
		if (found.push({ type, content: bytes.subarray(start, end) }) > MOST_CHILDREN)
			throw new RangeError('too many boxes');
		at = end;
	}
	return found;
}

/** The content of the box at this path of types; null where it is missing. */
function find(bytes: Buffer, ...types: string[]): Buffer | null {
	let content: Buffer | null = bytes;
	for (const wanted of types)
		content = content && (children(content).find(({ type }) => type === wanted)?.content ?? null);
	return content;
}

function parseMovie(moov: Buffer, provenance: boolean): Movie {
	const header = find(moov, 'mvhd');
	return {
		timescale: header ? timesOf(header).timescale : 1,
		fragmented: find(moov, 'mvex') !== null,
		provenance,
		tracks: parseTracks(moov),
	};
}

/** All tracks; a small header can claim many tracks of millions of samples each, so these are counted together. */
function parseTracks(moov: Buffer): Track[] {
	let samples = 0;
	return children(moov)
		.filter(({ type }) => type === 'trak')
		.map(({ content }) => {
			const track = parseTrack(content);
			samples += track.sizes.length;
			if (samples > 2 * MOST_SAMPLES) throw new RangeError(`${samples} samples`);
			return track;
		});
}

/** Timescale and duration of `mvhd` and `mdhd`, which begin alike: version 1 has 64-bit times. */
function timesOf(header: Buffer): { timescale: number; duration: number } {
	return header[0] === 1
		? { timescale: header.readUInt32BE(20), duration: Number(header.readBigUInt64BE(24)) }
		: { timescale: header.readUInt32BE(12), duration: header.readUInt32BE(16) };
}

function parseTrack(trak: Buffer): Track {
	const need = (...types: string[]) => {
		const content = find(trak, ...types);
		if (!content) throw new RangeError(`no ${types.at(-1)}`);
		return content;
	};
	const table = need('mdia', 'minf', 'stbl');
	const header = need('tkhd');
	const kind = need('mdia', 'hdlr').toString('latin1', 8, 12);
	const sizes = sampleSizes(find(table, 'stsz'), kind);
	const sync = find(table, 'stss');
	return {
		id: header.readUInt32BE(header[0] === 1 ? 20 : 12),
		kind,
		...timesOf(need('mdia', 'mdhd')),
		...description(find(table, 'stsd'), kind),
		turned: isTurned(header),
		durations: pairs(find(table, 'stts'), sizes.length, (bytes, at) => bytes.readUInt32BE(at)),
		offsets: pairs(find(table, 'ctts'), sizes.length, (bytes, at) => bytes.readInt32BE(at)),
		sync: sync && words(sync, 4).map((number) => number - 1),
		edits: edits(find(trak, 'edts', 'elst')),
		sizes,
		positions: samplePositions(table, sizes),
	};
}

/** The first sample description's own fields that a reader of plain files needs. */
export type SampleEntry = {
	width: number;
	height: number;
	avcC: Buffer | null;
	esds: Buffer | null;
	/** All of it: its fixed fields and the boxes behind them; nothing where it holds other things than boxes. */
	fields: Buffer;
	boxes: { type: string; content: Buffer }[];
	/** Holds boxes that change how it is shown: pixel aspect, colour, clean aperture and others. */
	more: boolean;
};

/** Fixed fields of a visual and of an audio sample entry, before the boxes in it (ISO/IEC 14496-12 §12.1.3, §12.2.3). */
const VISUAL_FIELDS = 78;
const AUDIO_FIELDS = 28;
/** Boxes of a visual entry that say nothing about the picture. */
const HARMLESS = new Set(['avcC', 'btrt']);

/** First sample description; of AVC also the length field's size, from avcC (ISO/IEC 14496-15 §5.3.3.1). */
function description(
	stsd: Buffer | null,
	kind: string,
): Pick<Track, 'format' | 'descriptions' | 'nalLength' | 'entry'> {
	const none = { width: 0, height: 0, avcC: null, esds: null, fields: Buffer.alloc(0), boxes: [], more: true };
	if (!stsd || stsd.length < 16) return { format: '', descriptions: 0, nalLength: 0, entry: none };
	const { type: format, start, end } = boxAt(stsd, 8, stsd.length - 8);
	const fields = stsd.subarray(start, Math.min(end, stsd.length));
	const descriptions = stsd.readUInt32BE(4);
	const inner = kind === 'vide' ? VISUAL_FIELDS : AUDIO_FIELDS;
	if (fields.length < inner) return { format, descriptions, nalLength: 0, entry: none };
	const boxes = innerBoxes(fields.subarray(inner));
	const content = (wanted: string) => boxes?.find(({ type }) => type === wanted)?.content ?? null;
	const avcC = content('avcC');
	const size =
		kind === 'vide' ? { width: fields.readUInt16BE(24), height: fields.readUInt16BE(26) } : { width: 0, height: 0 };
	const more = !boxes?.every(
		({ type, content: inside }) => HARMLESS.has(type) || (type === 'pasp' && isSquare(inside)),
	);
	return {
		format,
		descriptions,
		nalLength: avcC && avcC.length > 4 ? (avcC[4]! & 3) + 1 : 0,
		entry: { ...size, avcC, esds: content('esds'), fields: fields.subarray(0, inner), boxes: boxes ?? [], more },
	};
}

/** A pixel aspect of 1 to 1 (ISO/IEC 14496-12 §12.1.4). */
const isSquare = (pasp: Buffer) => pasp.length >= 8 && pasp.readUInt32BE(0) === pasp.readUInt32BE(4);

/** QuickTime's older entries hold other things than boxes: then null. */
function innerBoxes(bytes: Buffer): ReturnType<typeof children> | null {
	try {
		return children(bytes);
	} catch (error) {
		if (error instanceof RangeError) return null;
		throw error;
	}
}

/** The matrix that changes nothing: 1 0 0, 0 1 0, 0 0 1 in fixed point (ISO/IEC 14496-12 §8.3.2). */
const UPRIGHT = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];

function isTurned(header: Buffer): boolean {
	const at = header[0] === 1 ? 52 : 40;
	return UPRIGHT.some((value, index) => header.readInt32BE(at + index * 4) !== value);
}

/** The numbers of a full box that counts 32-bit words from `at` on. */
function words(box: Buffer, at: number): number[] {
	const count = box.readUInt32BE(at);
	if (at + 4 + count * 4 > box.length || count > MOST_SAMPLES) throw new RangeError(`${count} entries`);
	return Array.from({ length: count }, (_, index) => box.readUInt32BE(at + 4 + index * 4));
}

/** Runs of samples with a value each; every run has a sample, so there are no more runs than `samples`. */
function pairs(box: Buffer | null, samples: number, value: (bytes: Buffer, at: number) => number): [number, number][] {
	if (!box) return [];
	const count = box.readUInt32BE(4);
	if (8 + count * 8 > box.length || count > Math.max(samples, FEW_RUNS)) throw new RangeError(`${count} entries`);
	return Array.from({ length: count }, (_, index) => [box.readUInt32BE(8 + index * 8), value(box, 12 + index * 8)]);
}

function edits(elst: Buffer | null): Edit[] {
	if (!elst) return [];
	const [wide, count] = [elst[0] === 1, elst.readUInt32BE(4)];
	const length = wide ? 20 : 12;
	if (8 + count * length > elst.length || count > MOST_EDITS) throw new RangeError(`${count} edits`);
	return Array.from({ length: count }, (_, index) => {
		const at = 8 + index * length;
		return wide
			? {
					duration: Number(elst.readBigUInt64BE(at)),
					mediaTime: Number(elst.readBigInt64BE(at + 8)),
					rate: elst.readInt32BE(at + 16) / 65_536,
				}
			: {
					duration: elst.readUInt32BE(at),
					mediaTime: elst.readInt32BE(at + 4),
					rate: elst.readInt32BE(at + 8) / 65_536,
				};
	});
}

/** Sizes of the samples; empty for plain PCM, which has a sample of the same size for each 1/48000 s. */
function sampleSizes(stsz: Buffer | null, kind: string): Uint32Array {
	if (!stsz) return new Uint32Array(0);
	const [each, count] = [stsz.readUInt32BE(4), stsz.readUInt32BE(8)];
	if (!each) return Uint32Array.from(words(stsz, 8));
	if (kind === 'vide' && count > MOST_SAMPLES) throw new RangeError(`${count} samples`);
	return new Uint32Array(kind === 'vide' ? count : 0).fill(each);
}

/** Chunk offsets (stco, co64) and samples a chunk (stsc) as one file position for each sample. */
function samplePositions(table: Buffer, sizes: Uint32Array): Float64Array {
	const chunks = chunkPositions(table);
	const runs = chunkRuns(find(table, 'stsc'), chunks.length);
	const positions = new Float64Array(sizes.length);
	let sample = 0;
	let run = 0;
	for (let chunk = 0; chunk < chunks.length && sample < sizes.length; chunk++) {
		while (run + 1 < runs.length && runs[run + 1]!.first <= chunk) run++;
		let at = chunks[chunk]!;
		for (let left = runs[run]?.samples ?? 0; left > 0 && sample < sizes.length; left--) {
			positions[sample] = at;
			at += sizes[sample++]!;
		}
	}
	if (sample < sizes.length) throw new RangeError('samples without a chunk');
	return positions;
}

function chunkPositions(table: Buffer): number[] {
	const wide = find(table, 'co64');
	if (!wide) return words(find(table, 'stco') ?? Buffer.alloc(8), 4);
	const count = wide.readUInt32BE(4);
	if (8 + count * 8 > wide.length || count > MOST_SAMPLES) throw new RangeError(`${count} chunks`);
	return Array.from({ length: count }, (_, index) => Number(wide.readBigUInt64BE(8 + index * 8)));
}

function chunkRuns(stsc: Buffer | null, chunks: number): { first: number; samples: number }[] {
	if (!stsc) return [];
	const count = stsc.readUInt32BE(4);
	if (8 + count * 12 > stsc.length || count > Math.max(chunks, FEW_RUNS)) throw new RangeError(`${count} runs`);
	return Array.from({ length: count }, (_, index) => ({
		first: stsc.readUInt32BE(8 + index * 12) - 1,
		samples: stsc.readUInt32BE(12 + index * 12),
	}));
}

function refuseMissingSamples({ sizes, positions }: Track, fileSize: number, name: string): void {
	for (let sample = 0; sample < sizes.length; sample++) {
		if (positions[sample]! + sizes[sample]! > fileSize)
			throw cutShort(name, `only ${sample} of ${sizes.length} samples of a track are there`);
	}
}
