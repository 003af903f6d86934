import { readdirSync, rmSync } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Options } from '../options.ts';
import type { State } from '../state/state.ts';
import { encodeClip } from './encode.ts';
import { createLane } from './lane.ts';
import { clipHash, type ClipSpec } from './spec.ts';

export type ClipMaker = {
	/** Path of the finished clip; the same spec is made once. Rejects when ffmpeg fails. */
	make(spec: ClipSpec): Promise<string>;
	/** Runs other work of ffmpeg under the same limit. */
	run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
	/** Resolves when nothing runs any more. */
	settled(): Promise<void>;
};

/** Makes clips with a limited number of ffmpeg processes and keeps them on disk; or serves a folder of real footage in turn. */
export function createClipMaker(options: Options, state: State, closing: AbortSignal): ClipMaker {
	sweep(state.path('clips', ''));
	const lane = createLane(options.workers);
	const making = new Map<string, Promise<string>>();
	const make = async (spec: ClipSpec): Promise<string> => {
		if (options.footage) return footageClip(options.footage, spec.turn);
		const hash = clipHash(spec);
		const target = state.path('clips', `${hash}.mp4`);
		if (await exists(target)) return target;
		await lane.run(() => encodeClip(spec, target, closing));
		return target;
	};
	const once = (spec: ClipSpec) => {
		const hash = `${clipHash(spec)} ${spec.turn}`;
		const running = making.get(hash);
		if (running) return running;
		const made = make(spec).finally(() => making.delete(hash));
		making.set(hash, made);
		return made;
	};
	return { make: once, run: (work) => lane.run(() => work(closing)), settled: lane.settled };
}

/** What a killed server left half made. */
function sweep(folder: string): void {
	const left = readdirSync(folder).filter((name) => name.startsWith('making-'));
	for (const name of left) rmSync(join(folder, name), { recursive: true, force: true });
}

async function footageClip(folder: string, turn: number): Promise<string> {
	const names = (await readdir(folder)).filter((name) => name.toLowerCase().endsWith('.mp4')).sort();
	if (names.length === 0) throw new Error('the footage folder has no .mp4 file');
	return join(folder, names[turn % names.length]!);
}

async function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
