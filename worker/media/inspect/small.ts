import { open } from 'node:fs/promises';

/** Frames of raw video in a file, all of one size. `read` gives `count` of them from `first` on, clamped to the file. */
export type SmallFrames = {
	count: number;
	bytes: number;
	read(first: number, count: number): Promise<{ first: number; count: number; at: (frame: number) => Buffer }>;
	close(): Promise<void>;
};

/** Opens raw frames of `bytes` bytes each; what is no whole frame at the end is left out. */
export async function openFrames(path: string, bytes: number): Promise<SmallFrames> {
	const file = await open(path);
	const { size } = await file.stat();
	const total = Math.floor(size / bytes);
	return {
		count: total,
		bytes,
		async read(first, count) {
			const from = Math.max(0, Math.min(first, total));
			const to = Math.max(from, Math.min(first + count, total));
			const block = Buffer.alloc((to - from) * bytes);
			for (let filled = 0; filled < block.length;) {
				const { bytesRead } = await file.read(block, filled, block.length - filled, from * bytes + filled);
				if (!bytesRead) throw new RangeError('a file of frames became shorter');
				filled += bytesRead;
			}
			const at = (frame: number) => {
				const begin = (Math.max(from, Math.min(to - 1, frame)) - from) * bytes;
				return block.subarray(begin, begin + bytes);
			};
			return { first: from, count: to - from, at };
		},
		close: () => file.close(),
	};
}
