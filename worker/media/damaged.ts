/** A file that is not what it was when it was made: a power cut or a full disk does that. */
export class DamagedFile extends Error {
	readonly path: string;

	constructor(path: string, why: string) {
		super(`a kept piece is damaged: ${why}`);
		this.path = path;
	}
}

/** Does something with files; each that turns out to be damaged is mended, once, and then it is done again. */
export async function mending<T>(work: () => Promise<T>, mend: (damaged: DamagedFile) => Promise<void>): Promise<T> {
	const mended = new Set<string>();
	for (;;) {
		try {
			return await work();
		} catch (error) {
			if (!(error instanceof DamagedFile) || mended.has(error.path)) throw error;
			mended.add(error.path);
			await mend(error);
		}
	}
}
