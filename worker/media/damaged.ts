/** A file that is not what it was when it was made: a power cut or a full disk does that. */
export class DamagedFile extends Error {
	readonly path: string;

	constructor(path: string, why: string) {
		super(`a kept piece is damaged: ${why}`);
		this.path = path;
	}
}
