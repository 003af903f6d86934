import { z } from 'zod';
import { Asset, AssetId } from './asset.ts';
import { Transition } from './storyboard.ts';

/** A piece on a timeline. `cutFrom` and `cutTo` are seconds of the clip, rounded to whole frames. */
export const TimelineClip = z.object({
	asset: AssetId,
	cutFrom: z.number().nonnegative().optional(),
	cutTo: z.number().positive().optional(),
	/** How the clip before leads into this one; of no account on the first. */
	transition: Transition.default('cut'),
	/** Length of the crossfade in seconds; of no account for a cut. */
	transitionSeconds: z.number().positive().max(10).default(0.5),
});
export type TimelineClip = z.infer<typeof TimelineClip>;

/** What the film is to be. Left out: the size and rate that most of the running time already has. */
export const Target = z.object({
	width: z.int().min(16).max(7680).multipleOf(2).optional(),
	height: z.int().min(16).max(7680).multipleOf(2).optional(),
	/** Frames a second: a number or an exact fraction such as `30000/1001`. */
	fps: z
		.string()
		.regex(/^\d{1,6}(\/\d{1,6})?$/, 'is a whole number or a fraction such as 30000/1001')
		.optional(),
});
export type Target = z.infer<typeof Target>;

/** The edit list that the stitch reads. */
export const Timeline = z.object({ clips: z.array(TimelineClip).min(1).max(2000), target: Target.default({}) });
export type Timeline = z.infer<typeof Timeline>;

export const StitchInput = z.object({
	timeline: Timeline,
	/** The film's title; also its file name, with `.mp4` added. */
	title: z.string().trim().min(1).max(200).default('Film'),
});
export type StitchInput = z.infer<typeof StitchInput>;

/** One piece of the film's picture and why it was copied or encoded. */
export const SegmentReport = z.object({
	/** Which clips of the timeline it shows, counted from 0: one, or two in a crossfade. */
	clips: z.array(z.int()),
	how: z.enum(['copied', 'encoded']),
	why: z.string(),
	seconds: z.number(),
	cached: z.boolean(),
});
export type SegmentReport = z.infer<typeof SegmentReport>;

export const StitchReport = z.object({
	width: z.int(),
	height: z.int(),
	fps: z.string(),
	frames: z.int(),
	seconds: z.number(),
	copiedSeconds: z.number(),
	encodedSeconds: z.number(),
	segments: z.array(SegmentReport),
	/** What the sources had and the film has not, say a C2PA manifest. */
	lost: z.array(z.string()),
});
export type StitchReport = z.infer<typeof StitchReport>;

export const StitchResult = z.object({ asset: Asset, report: StitchReport });
export type StitchResult = z.infer<typeof StitchResult>;
