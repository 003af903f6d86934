/**
 * Shows files to the film engine in a process of its own, so that what they cost can be told: `node besieged.ts folder
 * out file…`. Prints a line for each: what a probe and a stitch of it said, and how long they took.
 */
import { existsSync } from 'node:fs';
import { asFault } from '../../base/errors.ts';
import { Timeline } from '../../contract/timeline.ts';
import { sha256 } from '../../base/hash.ts';
import { openTestMedia } from '../testing/engine.ts';

export type Siege = { name: string; probe: Said; stitch: Said };
export type Said = { code: string; message: string; milliseconds: number };

const DEADLINE_MS = 60_000;

if (import.meta.main) {
	const [folder, out, ...paths] = process.argv.slice(2) as [string, string, ...string[]];
	const media = await openTestMedia(folder);
	for (const path of paths) {
		const [name, id] = [path.split('/').at(-1)!, sha256(path)];
		const options = { signal: AbortSignal.timeout(DEADLINE_MS), progress: () => undefined };
		const clips = [{ id, path, name }];
		const timeline = Timeline.parse({ clips: [{ asset: id, cutTo: 2 }] });
		const probe = await said(() => media.probe(path, { name, signal: AbortSignal.timeout(DEADLINE_MS) }));
		const stitch = await said(() => media.stitch({ clips, timeline, title: 'T', out }, options));
		if (stitch.code === 'done' && !existsSync(out)) stitch.code = 'nothing';
		console.log(JSON.stringify({ name, probe, stitch } satisfies Siege));
	}
}

async function said(act: () => Promise<unknown>): Promise<Said> {
	const begun = performance.now();
	const [code, message] = await act().then(
		() => ['done', ''],
		(error: unknown) => [asFault(error).code, asFault(error).message],
	);
	return { code: code!, message: message!, milliseconds: performance.now() - begun };
}
