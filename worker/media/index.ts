import { availableParallelism } from 'node:os';
import type { MediaFacts } from '../contract/asset.ts';
import type { StitchReport } from '../contract/timeline.ts';
import type { Log } from '../base/log.ts';
import { openCache } from './cache.ts';
import { readCapabilities } from './capabilities.ts';
import { onDisk } from './disk.ts';
import { openTools } from './ffmpeg.ts';
import { makePool } from './pool.ts';
import { editMedia, type Edited, type EditRequest } from './edit/edit.ts';
import { inspectMedia, type Found, type InspectRequest } from './inspect/inspect.ts';
import { factsOf, probeFile, type Probe } from './probe.ts';
import { prepareFilm, stitchFilm, type EarlyRequest, type StitchOptions, type StitchRequest } from './stitch.ts';
import { makeThumbnail } from './thumbnail.ts';

export type { Probe } from './probe.ts';
export type { Edited, EditRequest } from './edit/edit.ts';
export type { Found, InspectRequest } from './inspect/inspect.ts';
export type { ClipFile, EarlyRequest, StitchRequest } from './stitch.ts';

/** The film engine: everything the worker does with ffmpeg. */
export type Media = {
	/** Whether ffmpeg runs inside bubblewrap, and its version. */
	sandboxed: boolean;
	version: string;
	/** What a file is; `media` naming it when it is not allowed, cut short or without a frame. */
	probe(path: string, options: { name: string; signal: AbortSignal }): Promise<Probe>;
	/** The part of a probe that travels with an asset. */
	facts(probe: Probe): MediaFacts;
	/** A JPEG of a clip or a picture, never black unless the clip is. */
	thumbnail(path: string, probe: Probe, out: string, options: { signal: AbortSignal }): Promise<void>;
	/** A film from a timeline; nothing is at `out` before it is whole. */
	stitch(request: StitchRequest, options: StitchOptions): Promise<StitchReport>;
	/** Makes what can be made of a film whose later clips are still missing; answers how many pieces there are. */
	prepare(request: EarlyRequest, options: StitchOptions): Promise<number>;
	/** One edit of one file; nothing is at `out` before it is whole. */
	edit(request: EditRequest, options: StitchOptions): Promise<Edited>;
	/** One look at one file; pictures of what was found lie in the folder that is given. */
	inspect(request: InspectRequest, options: StitchOptions): Promise<Found>;
};

export type MediaOptions = {
	ffmpeg: string;
	ffprobe: string;
	sandbox: 'auto' | 'require' | 'off';
	/** Folder for the pieces of films; also for temporary files. */
	cache: string;
	/** Most bytes that pieces may take. */
	cacheBytes?: number;
	log: Log;
};

/** Room for the pieces of about three hours of 1080p film. */
const CACHE_BYTES = 20 * 1024 ** 3;

/**
 * Opens the film engine: finds ffmpeg and ffprobe, asks what they can do, tries the sandbox. Throws `invalid_input`
 * naming the missing piece.
 */
export async function openMedia(options: MediaOptions): Promise<Media> {
	const tools = await openTools(options);
	const { version } = await readCapabilities(tools);
	const cache = await openCache(options.cache, options.cacheBytes ?? CACHE_BYTES);
	const { sandboxed } = tools.sandbox;
	options.log[sandboxed ? 'info' : 'warn']({ ffmpeg: version, sandboxed }, 'film engine open');
	const slots = availableParallelism();
	const pool = makePool(slots);
	const probe = (path: string, name: string, signal: AbortSignal) => probeFile(tools, path, { name, signal });
	const making = new Map<string, Promise<void>>();
	const probed = new Map<string, Probe>();
	const shop = { tools, cache, pool, slots, making, log: options.log, version, probe, probed };
	return {
		sandboxed,
		version,
		probe: (path, { name, signal }) => probe(path, name, signal),
		facts: factsOf,
		thumbnail: (path, probed, out, { signal }) =>
			pool(() => makeThumbnail({ tools, cache }, path, probed, out, { signal }), signal),
		stitch: (request, stitching) => onDisk(stitchFilm(shop, request, stitching)),
		prepare: (request, stitching) => onDisk(prepareFilm(shop, request, stitching)),
		edit: (request, editing) => onDisk(editMedia(shop, request, editing)),
		inspect: (request, looking) => onDisk(inspectMedia(shop, request, looking)),
	};
}
