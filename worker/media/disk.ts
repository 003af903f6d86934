import { Fault } from '../base/errors.ts';

/** What a full disk is to whoever asked for a film: it passes when somebody makes room. */
export const diskFull = (cause: unknown): Fault =>
	new Fault('unavailable', 'the disk of the worker is full', {
		hint: "Make room in the worker's data folder.",
		cause,
	});

/** Does what writes files; a disk without room (ENOSPC, EDQUOT: open(2)) is told as what it is. */
export async function onDisk<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw code === 'ENOSPC' || code === 'EDQUOT' ? diskFull(error) : error;
	}
}
