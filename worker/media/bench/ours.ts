/**
 * One film by the engine in a process of its own, so that its time and memory can be told apart: `node ours.ts
 * order.json`. Prints the report and how long the call and the join in it took. Without bubblewrap, because the system
 * loses count of processor time in process namespaces; it adds some 10 ms to each run of ffmpeg.
 */
import { readFileSync } from 'node:fs';
import { makeLog } from '../../base/log.ts';
import type { StitchReport } from '../../contract/timeline.ts';
import { openMedia, type StitchRequest } from '../index.ts';

export type Order = {
	request: StitchRequest;
	cache: string;
	/** Instead of the film: make what can be made while the last clip is missing. */
	early: boolean;
};

export type Delivered = { report: StitchReport | null; callSeconds: number; joinSeconds: number };

const DEADLINE_MS = 3_600_000;

if (import.meta.main) {
	const order = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Order;
	console.log(JSON.stringify(await deliver(order)));
}

async function deliver({ request, cache, early }: Order): Promise<Delivered> {
	const tools = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', sandbox: 'off' } as const;
	const media = await openMedia({ ...tools, cache, log: makeLog('silent') });
	const begun = performance.now();
	let joining = 0;
	const progress = (_: number, activity: string) => {
		if (/joining/i.test(activity)) joining ||= performance.now();
	};
	const options = { signal: AbortSignal.timeout(DEADLINE_MS), progress };
	if (early) {
		await media.prepare({ ...request, clips: [...request.clips.slice(0, -1), null] }, options);
		return { report: null, callSeconds: (performance.now() - begun) / 1000, joinSeconds: 0 };
	}
	const report = await media.stitch(request, options);
	const ended = performance.now();
	return { report, callSeconds: (ended - begun) / 1000, joinSeconds: joining ? (ended - joining) / 1000 : 0 };
}
