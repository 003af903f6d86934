import { z } from 'zod';
import { ClipInput, ClipResult } from './clip.ts';
import { EditInput, EditResult } from './edit.ts';
import { InspectInput, InspectResult } from './inspect.ts';
import { Problem } from './problem.ts';
import { StoryboardInput, StoryboardResult } from './storyboard.ts';
import { StitchInput, StitchResult } from './timeline.ts';
import { ExportInput, ExportResult, ImportInput, ImportResult } from './transfer.ts';
import { Kind, Status } from './vocabulary.ts';

/** What goes into a job of each kind, and what comes out. */
export const INPUTS = {
	storyboard: StoryboardInput,
	clip: ClipInput,
	stitch: StitchInput,
	edit: EditInput,
	inspect: InspectInput,
	import: ImportInput,
	export: ExportInput,
} as const satisfies Record<Kind, z.ZodType>;

export const RESULTS = {
	storyboard: StoryboardResult,
	clip: ClipResult,
	stitch: StitchResult,
	edit: EditResult,
	inspect: InspectResult,
	import: ImportResult,
	export: ExportResult,
} as const satisfies Record<Kind, z.ZodType>;

export type Input<K extends Kind = Kind> = z.infer<(typeof INPUTS)[K]>;
export type Result<K extends Kind = Kind> = z.infer<(typeof RESULTS)[K]>;

/** Where in n8n a batch comes from. Jobs of an earlier run are found again by workflow, node, run index and item. */
export const Origin = z.object({
	workflowId: z.string().max(200).default(''),
	executionId: z.string().max(200).default(''),
	nodeId: z.string().max(200).default(''),
	nodeName: z.string().max(200).default(''),
	runIndex: z.int().nonnegative().default(0),
});
export type Origin = z.infer<typeof Origin>;

/** A job as the outside sees it. */
export const JobView = z.object({
	id: z.string(),
	batch: z.string(),
	/** Its place in the batch, from 0. */
	index: z.int(),
	kind: Kind,
	status: Status,
	/** 0 to 1. */
	progress: z.number(),
	/** What it is doing now, for a person. */
	activity: z.string(),
	input: z.unknown(),
	result: z.unknown().nullable(),
	problem: Problem.nullable(),
	estimateUsd: z.number(),
	/** What it cost; null while unknown. */
	costUsd: z.number().nullable(),
	attempts: z.int(),
	createdAt: z.iso.datetime(),
	startedAt: z.iso.datetime().nullable(),
	endedAt: z.iso.datetime().nullable(),
	/** Where in n8n it came from. */
	origin: Origin,
});
export type JobView = z.infer<typeof JobView>;
