import type { Config } from '../base/config.ts';
import type { Fault } from '../base/errors.ts';
import type { Grant } from '../base/grant.ts';
import type { Log } from '../base/log.ts';
import type { ClipInput } from '../contract/clip.ts';
import type { ModelsView } from '../contract/models.ts';
import type { Refusal } from '../contract/problem.ts';
import type { StoryboardInput } from '../contract/storyboard.ts';
import { openCatalog } from './catalog.ts';
import { noGeminiKey, noIdentity, noProject, vertexProject } from './clients.ts';
import { type Drive, openDrive } from './drive/index.ts';
import { openIdentities } from './identity.ts';
import { openOrigins } from './origins.ts';
import { type Room, type Waits, WAITS } from './room.ts';
import { checkClip, checkStoryboard, type ClipRequest, type StoryboardTerms } from './rules.ts';
import { type Brief, writeStoryboard, type Written } from './storyboard.ts';
import { openVideo, type Video } from './video/index.ts';

export type { Brief, ClipRequest, Drive, StoryboardTerms, Video, Waits, Written };
export type { DriveBrief, DriveDownload, Look, Upload, WatchState } from './drive/index.ts';

export type Google = {
	rehearsal: boolean;
	models(): ModelsView;
	/** The model's rules, before anything is paid: the request with its defaults and price, or the refusals. */
	checkClip(input: ClipInput): { request: ClipRequest; estimateUsd: number; basis: string } | { refusals: Refusal[] };
	checkStoryboard(input: StoryboardInput): StoryboardTerms | { refusals: Refusal[] };
	/** What is missing of an identity for this, as a Fault with the way out; null when all is there. */
	missing(what: 'video' | 'text' | 'drive', grant: Grant, model?: string): Fault | null;
	video: Video;
	text: {
		storyboard(
			input: StoryboardInput,
			brief: Brief,
			grant: Grant,
			signal: AbortSignal,
			progress?: (activity: string) => void,
		): Promise<Written>;
	};
	drive: Drive;
};

type Options = { log: Log; modelsFile?: string | undefined; waits?: Partial<Waits> };

/**
 * Everything that speaks to Google. With `rehearsalUrl` all of it speaks to the stand-in as a fixed invented
 * person, and no real secret is read or sent. Throws `invalid_input` for a wrong models file or identity file.
 */
export async function openGoogle(config: Config['google'], options: Options): Promise<Google> {
	const room: Room = {
		log: options.log,
		catalog: await openCatalog(options.modelsFile),
		identities: await openIdentities(config),
		origins: openOrigins(config.rehearsalUrl),
		location: config.location,
		waits: { ...WAITS, ...options.waits },
		...(config.project !== undefined && { project: config.project }),
	};
	return {
		rehearsal: room.origins.rehearsal,
		models: room.catalog.view,
		checkClip: (input) => checkClip(room.catalog, input),
		checkStoryboard: (input) => checkStoryboard(room.catalog, input),
		missing: (what, grant, model) => missing(room, what, grant, model),
		video: openVideo(room),
		text: {
			storyboard: (input, brief, grant, signal, progress) =>
				writeStoryboard(room, input, brief, grant, signal, progress),
		},
		drive: openDrive(room),
	};
}

function missing(room: Room, what: 'video' | 'text' | 'drive', grant: Grant, model?: string): Fault | null {
	const needsKey = () => (room.identities.geminiKey(grant) ? null : noGeminiKey());
	if (what === 'text') return needsKey();
	if (what === 'drive') return room.identities.hasGoogle(grant) ? null : noIdentity('Google Drive');
	const found = room.catalog.video(model);
	if ('refusal' in found || found.row.needs === 'geminiKey') return needsKey();
	if (!room.identities.hasGoogle(grant)) return noIdentity(found.row.name);
	return vertexProject(room, grant) ? null : noProject();
}
