import { copyFile, rename, rm } from 'node:fs/promises';
import type { Tools } from '../ffmpeg.ts';

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

const ASK_SECONDS = 20;

/** Whether this ffmpeg has a filter or an encoder; asked each time, which takes 50 ms and knows of no other ffmpeg. */
export async function has(
	tools: Tools,
	list: 'filters' | 'encoders',
	name: string,
	signal: AbortSignal,
): Promise<boolean> {
	const { stdout } = await tools.ffmpeg({ args: [`-${list}`], about: 'ffmpeg', seconds: ASK_SECONDS, signal });
	return new RegExp(`^\\s*\\S+\\s+${name}\\s`, 'm').test(stdout);
}
