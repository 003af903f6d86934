import { open, type FileHandle } from 'node:fs/promises';
import { hasParameterSets, isIdr, unitsIn } from '../nal.ts';
import { DamagedFile } from '../damaged.ts';
import { windowReader } from '../windows.ts';
import { box, LAST_IN_32_BITS, table64, u32 } from './box.ts';
import { CHUNK_BYTES, type Chunk, type Lane } from './lane.ts';

/** What is written at once; a chunk more always fits. */
const BUFFER_BYTES = 2 * CHUNK_BYTES;
/** Samples with gaps between them, as those of ADTS behind their headers, are read so much at once. */
const WINDOW_BYTES = 512 * 1024;

const FILE_TYPE = box('ftyp', Buffer.from('isom'), u32(0x200), Buffer.from('isomiso2avc1mp41'));

export type Film = {
	lanes: Lane[];
	chunks: Chunk[];
	/** Of all chunks. */
	bytes: number;
	/** The picture's lane is the first; so many bytes hold the length of a NAL unit in it. */
	nalLength: number;
	/**
	 * The movie's header for samples that decode alone and a place where the first chunk begins; the more such samples,
	 * the longer it is.
	 */
	header: (sync: number[], begin: number) => Buffer;
};

/**
 * Writes a film that starts fast: the header first, behind it the samples, each read once and copied. Which pictures
 * decode alone is only seen while they are copied, so the header goes last into the room that was left for it. Throws
 * the signal's reason when it aborts, DamagedFile where the pictures of a file are none.
 */
export async function writeFilm(
	out: string,
	film: Film,
	{ signal, progress }: { signal: AbortSignal; progress: (share: number) => void },
): Promise<void> {
	const { lanes, chunks, bytes, header } = film;
	const every = Array.from(lanes[0]!.sizes, (_, sample) => sample);
	const media = mediaHeader(bytes);
	const room = header(every, LAST_IN_32_BITS + 1).length + FREE_HEADER;
	const begin = FILE_TYPE.length + room + media.length;
	const file = await open(out, 'w');
	const reader = openReader();
	try {
		const writer = bufferedWriter(file, begin);
		const sync: number[] = [];
		for (const [index, chunk] of chunks.entries()) {
			signal.throwIfAborted();
			const copied = await writer.push(chunk.bytes, (into) => reader.read(chunk, lanes[chunk.lane]!, into));
			if (chunk.lane === 0) sync.push(...aloneIn(chunk, lanes[0]!, copied, film.nalLength));
			progress((index + 1) / chunks.length);
		}
		await writer.flush();
		const head = header(sync, begin);
		const free = box('free', Buffer.alloc(room - head.length - FREE_HEADER));
		await writeAll(file, Buffer.concat([FILE_TYPE, head, free, media]), 0);
	} finally {
		await reader.close();
		await file.close();
	}
}

/** A box of nothing fills the room behind the movie's header. */
const FREE_HEADER = 8;

/** The header of the box that holds the samples. */
function mediaHeader(bytes: number): Buffer {
	if (bytes + 8 <= LAST_IN_32_BITS) return Buffer.concat([u32(bytes + 8), Buffer.from('mdat')]);
	return Buffer.concat([u32(1), Buffer.from('mdat'), table64([bytes + 16])]);
}

/** The samples of a chunk that decode alone, wherever the decoder was before. */
function aloneIn({ first, samples, store }: Chunk, { sizes }: Lane, bytes: Buffer, nalLength: number): number[] {
	const alone = [];
	try {
		for (let [sample, at] = [first, 0]; sample < first + samples; at += sizes[sample++]!) {
			const units = unitsIn(bytes.subarray(at, at + sizes[sample]!), nalLength);
			if (!isIdr(units)) continue;
			if (!hasParameterSets(units)) throw new RangeError(`frame ${sample} lacks its parameter sets`);
			alone.push(sample);
		}
	} catch (error) {
		if (error instanceof RangeError && 'path' in store) throw new DamagedFile(store.path, error.message);
		throw error;
	}
	return alone;
}

/** Collects what is written one behind the other, so that it goes out in few pieces. */
function bufferedWriter(file: FileHandle, begin: number) {
	let [buffer, filled, at] = [Buffer.allocUnsafe(BUFFER_BYTES), 0, begin];
	const flush = async () => {
		await writeAll(file, buffer.subarray(0, filled), at);
		at += filled;
		filled = 0;
	};
	return {
		flush,
		/** Has so many bytes put into the place where they are written from; answers with them. */
		async push(bytes: number, put: (into: Buffer) => Promise<void>): Promise<Buffer> {
			if (filled + bytes > buffer.length) await flush();
			if (bytes > buffer.length) buffer = Buffer.allocUnsafe(bytes);
			const into = buffer.subarray(filled, filled + bytes);
			await put(into);
			filled += bytes;
			return into;
		},
	};
}

/** Reads chunks; of each lane the file that it comes from is kept open. */
function openReader() {
	type Source = { path: string; file: FileHandle; window: ReturnType<typeof windowReader> };
	const opened = new Map<number, Source>();
	const sourceOf = async (lane: number, path: string): Promise<Source> => {
		const kept = opened.get(lane);
		if (kept?.path === path) return kept;
		opened.delete(lane);
		await kept?.file.close();
		const file = await open(path);
		const source = { path, file, window: windowReader(file, WINDOW_BYTES) };
		opened.set(lane, source);
		return source;
	};
	return {
		async read({ lane, store, first, at, samples }: Chunk, { sizes }: Lane, into: Buffer): Promise<void> {
			if ('bytes' in store) return void Buffer.concat(store.bytes.slice(at, at + samples)).copy(into);
			const { positions, path } = store;
			const { file, window } = await sourceOf(lane, path);
			const begin = positions[at]!;
			let end = begin;
			for (let sample = 0; sample < samples && positions[at + sample] === end; sample++)
				end += sizes[first + sample]!;
			if (end - begin === into.length) return readAll(file, into, begin, path);
			for (let [sample, filled] = [0, 0]; sample < samples; sample++) {
				const read = await window(positions[at + sample]!, sizes[first + sample]!);
				if (read.length < sizes[first + sample]!) throw new DamagedFile(path, 'it ends too early');
				filled += read.copy(into, filled);
			}
		},
		async close(): Promise<void> {
			for (const { file } of opened.values()) await file.close();
		},
	};
}

async function readAll(file: FileHandle, into: Buffer, position: number, path: string): Promise<void> {
	for (let done = 0; done < into.length;) {
		const { bytesRead } = await file.read(into, done, into.length - done, position + done);
		if (!bytesRead) throw new DamagedFile(path, 'it ends too early');
		done += bytesRead;
	}
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
	for (let done = 0; done < bytes.length;)
		done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}
