import { z } from 'zod';
import type { House } from '../house.ts';
import { WireError } from '../wire/errors.ts';
import { VIDEO_MODELS, type Resolution, type VideoModel } from './models.ts';
import { operationsOf, outcomeOf, type Operation } from './operations.ts';

/** What a valid request for a video asks for. */
export type OmniRequest = {
	model: VideoModel;
	prompt: string;
	seconds: number;
	resolution: Resolution;
	ratio: '16:9' | '9:16';
	seed: number | null;
	deliver: 'data' | 'uri';
	background: boolean;
	store: boolean;
	task: string | null;
	images: number;
	videos: number;
	previous: Operation | null;
};

/** Length when none is asked for: the model decides, and usually takes about ten seconds. */
const USUAL_SECONDS = 10;
const MOST_IMAGES = 10;
/** The tag by which a prompt goes on where the last turn ended. Source: ai.google.dev/gemini-api/docs/omni. */
const EXTENDS = '<PREVIOUS_VIDEO>';

const Part = z.looseObject({
	type: z.string(),
	text: z.string().optional(),
	data: z.string().optional(),
	uri: z.string().optional(),
	mime_type: z.string().optional(),
});
export type Part = z.infer<typeof Part>;

const Format = z.looseObject({
	type: z.literal('video', { error: "must be 'video' for this model" }).optional(),
	resolution: z.enum(['360p', '720p', '1080p', '4k']).default('720p'),
	aspect_ratio: z.enum(['16:9', '9:16']).optional(),
	duration: z
		.string()
		.regex(/^\d+(\.\d+)?s$/, 'must be a duration such as "8s"')
		.optional(),
	delivery: z.enum(['inline', 'uri']).default('inline'),
	gcs_uri: z.string().optional(),
});

const TASKS = ['text_to_video', 'image_to_video', 'reference_to_video', 'edit', 'extend', 'upscale'] as const;
const Body = z.looseObject({
	model: z.string(),
	input: z.unknown(),
	background: z.boolean().default(false),
	store: z.boolean().default(true),
	stream: z.boolean().default(false),
	previous_interaction_id: z.string().optional(),
	response_format: z.preprocess((value) => (Array.isArray(value) ? value : [value ?? {}]), z.array(Format).min(1)),
	generation_config: z
		.looseObject({
			seed: z
				.int()
				.min(0)
				.max(2 ** 32 - 1)
				.optional(),
			video_config: z.looseObject({ task: z.enum(TASKS).optional() }).optional(),
		})
		.optional(),
});

/** Fields that Gemini Omni Flash does not take. Source: the model's page, "unsupported features". */
const REFUSED = ['system_instruction', 'safety_settings', 'tools'];
const REFUSED_CONFIG = ['temperature', 'top_p', 'top_k', 'stop_sequences', 'negative_prompt'];

/** Checks a request for a video as the Interactions API does. Throws a WireError of that API for everything it refuses. */
export function parseOmniRequest(house: House, given: unknown): OmniRequest {
	const body = parseBody(given);
	const model = VIDEO_MODELS.find((row) => row.id === body.model && row.api === 'omni');
	if (!model) throw new WireError(404, `Model ${body.model} not found.`, { code: 'model_not_found' });
	refuseFields(given as Record<string, unknown>);
	const parts = partsOf(body.input);
	const format = body.response_format[0]!;
	const task = body.generation_config?.video_config?.task ?? null;
	const previous = previousOf(house, body.previous_interaction_id ?? null);
	checkFlags(body, task, format.aspect_ratio);
	checkFiles(house, parts);
	return {
		model,
		prompt: promptOf(parts),
		seconds: secondsOf(model, format.duration, promptOf(parts), previous),
		resolution: format.resolution,
		ratio: format.aspect_ratio ?? inheritedRatio(previous),
		seed: body.generation_config?.seed ?? null,
		deliver: format.delivery === 'uri' ? 'uri' : 'data',
		background: body.background,
		store: body.store,
		task,
		images: parts.filter((part) => part.type === 'image').length,
		videos: parts.filter((part) => part.type === 'video').length,
		previous,
	};
}

function parseBody(given: unknown) {
	const parsed = Body.safeParse(given ?? {});
	if (parsed.success) return parsed.data;
	const first = parsed.error.issues[0]!;
	throw new WireError(400, `Invalid input at '${pathText(first.path)}': ${first.message}.`, {
		code: 'invalid_request',
	});
}

const pathText = (path: PropertyKey[]) =>
	path.map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at ? '.' : ''}${String(key)}`)).join('');

function refuseFields(body: Record<string, unknown>): void {
	const config = (body.generation_config ?? {}) as Record<string, unknown>;
	const name = REFUSED.find((field) => field in body) ?? REFUSED_CONFIG.find((field) => field in config);
	if (name)
		throw new WireError(400, `Parameter '${name}' is not supported by this model.`, { code: 'invalid_request' });
	if (body.stream === true)
		throw new WireError(501, 'Streaming is not part of the rehearsal.', { code: 'unimplemented' });
}

/** The input's parts, however they were wrapped: one string, a list of parts, or `user_input` steps. */
export function partsOf(input: unknown): Part[] {
	if (typeof input === 'string') return [{ type: 'text', text: input }];
	const list = Array.isArray(input) ? input : [input];
	const flat = list.flatMap((item: unknown) => {
		const content = (item as { content?: unknown } | null)?.content;
		return Array.isArray(content)
			? (content as unknown[])
			: typeof content === 'string'
				? [{ type: 'text', text: content }]
				: [item];
	});
	const parsed = z.array(Part).safeParse(flat);
	if (parsed.success && parsed.data.length > 0) return parsed.data;
	throw new WireError(400, "Invalid input at 'input'.", { code: 'invalid_request' });
}

/** All text parts as one prompt; empty for a request that has none. */
export function promptOf(parts: Part[]): string {
	return parts.flatMap((part) => (part.type === 'text' && part.text ? [part.text] : [])).join('\n');
}

function previousOf(house: House, id: string | null): Operation | null {
	if (id === null) return null;
	const previous = operationsOf(house).get(id);
	if (!previous || !previous.stored) throw new WireError(404, `Interaction ${id} not found.`, { code: 'not_found' });
	if (outcomeOf(house, previous).state === 'running') {
		throw new WireError(400, `Interaction ${id} is still in progress.`, { code: 'failed_precondition' });
	}
	return previous;
}

function checkFlags(body: z.infer<typeof Body>, task: string | null, ratio: string | undefined): void {
	const refuse = (message: string) => {
		throw new WireError(400, message, { code: 'invalid_request' });
	};
	if (!body.store && body.background) refuse("'background' requires 'store' to be true.");
	if (task && body.previous_interaction_id) refuse("'task' cannot be combined with 'previous_interaction_id'.");
	if (task === 'extend' && ratio)
		refuse("'aspect_ratio' cannot be set for task 'extend': it is inherited from the source video.");
}

function checkFiles(house: House, parts: Part[]): void {
	if (parts.filter((part) => part.type === 'image').length > MOST_IMAGES) {
		throw new WireError(400, `At most ${MOST_IMAGES} images are supported.`, { code: 'invalid_request' });
	}
	for (const part of parts) {
		if (part.type === 'text' || part.data) continue;
		const id = /\/files\/([a-z0-9-]+)/.exec(part.uri ?? '')?.[1];
		if (part.uri?.startsWith('gs://')) continue;
		if (!id)
			throw new WireError(400, `Unsupported file uri: ${part.uri ?? '(none)'}.`, { code: 'invalid_request' });
		if (house.state.table('files').get(id)) continue;
		throw new WireError(403, `You do not have permission to access the File ${id} or it may not exist.`, {
			code: 'permission_denied',
		});
	}
}

/**
 * How long the new clip is: as asked, else as long as the clip it edits, else what the model usually takes. Extending the
 * last turn (a prompt tag) adds to what is there. Throws a 400 that names the model's shortest and longest.
 */
function secondsOf(
	model: VideoModel,
	duration: string | undefined,
	prompt: string,
	previous: Operation | null,
): number {
	const { min, max } = model.seconds as { min: number; max: number };
	const before = previous?.clips[0]?.seconds ?? null;
	const longer = before !== null && prompt.includes(EXTENDS);
	if (duration === undefined)
		return longer || before === null ? (before ?? 0) + Math.min(USUAL_SECONDS, max) : before;
	const seconds = Number(duration.slice(0, -1));
	if (seconds < min || seconds > max) {
		throw new WireError(400, `Video duration must be between ${min} and ${max} seconds, got ${seconds}.`, {
			code: 'invalid_request',
		});
	}
	return longer ? before + seconds : seconds;
}

const inheritedRatio = (previous: Operation | null) =>
	previous && previous.clips[0]!.height > previous.clips[0]!.width ? ('9:16' as const) : ('16:9' as const);
