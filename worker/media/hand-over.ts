import { copyFile, rename, rm } from 'node:fs/promises';

/** Moves a finished file to where it belongs; over file systems by a copy beside it, so that `out` is whole or absent. */
export async function handOver(made: string, out: string): Promise<void> {
	try {
		await rename(made, out);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
		const near = `${out}.part`;
		await copyFile(made, near)
			.then(() => rename(near, out))
			.catch(async (failure: unknown) => {
				await rm(near, { force: true });
				throw failure;
			});
	}
}
