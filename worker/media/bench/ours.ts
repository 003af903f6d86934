/**
 * One film by the engine in a process of its own, so that its time and memory can be told apart: `node ours.ts
 * order.json`. Prints the report and how long the call and the join in it took. Without bubblewrap, because the system
 * loses count of processor time in process namespaces; it adds some 10 ms to each run of ffmpeg.
 */
import { readFileSync } from 'node:fs';
import type { StitchReport } from '../../contract/timeline.ts';
import type { StitchRequest } from '../index.ts';
import { openTestMedia } from '../testing/engine.ts';
import { childrenSeconds } from './measure.ts';

export type Order = {
	request: StitchRequest;
	/** Where the engine keeps its pieces. */
	folder: string;
	/** A film that this worker has made before; it is not measured. */
	before: StitchRequest | null;
	/** Instead of the film: make what can be made while the last clip is missing. */
	early: boolean;
};

/** What the call took, without what starting Node and opening the engine take, which a worker does once. */
export type Delivered = {
	report: StitchReport | null;
	callSeconds: number;
	callCpuSeconds: number;
	joinSeconds: number;
};

const DEADLINE_MS = 3_600_000;

if (import.meta.main) {
	const order = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Order;
	console.log(JSON.stringify(await deliver(order)));
}

async function deliver({ request, before, folder, early }: Order): Promise<Delivered> {
	const media = await openTestMedia(folder, 'off');
	if (before) await media.stitch(before, { signal: AbortSignal.timeout(DEADLINE_MS), progress: () => undefined });
	const [begun, cpuBefore] = [performance.now(), cpuSeconds()];
	let joining = 0;
	const progress = (_: number, activity: string) => {
		if (/joining/i.test(activity)) joining ||= performance.now();
	};
	const options = { signal: AbortSignal.timeout(DEADLINE_MS), progress };
	if (early) {
		await media.prepare({ ...request, clips: [...request.clips.slice(0, -1), null] }, options);
		return { report: null, callSeconds: 0, callCpuSeconds: 0, joinSeconds: 0 };
	}
	const report = await media.stitch(request, options);
	const ended = performance.now();
	return {
		report,
		callSeconds: (ended - begun) / 1000,
		callCpuSeconds: cpuSeconds() - cpuBefore,
		joinSeconds: joining ? (ended - joining) / 1000 : 0,
	};
}

/** Processor seconds of this process and of its children that have ended. */
function cpuSeconds(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1e6 + childrenSeconds();
}
