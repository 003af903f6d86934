import { z } from 'zod';
import { Asset, AssetId } from './asset.ts';
import { CaptionLine, Captions, SpokenText, Word } from './caption.ts';
import { Logo, Target, TitleCard } from './look.ts';
import { LoudnessReport, Sound } from './sound.ts';
import { Transition } from './transition.ts';

/** A piece on a timeline. `cutFrom` and `cutTo` are seconds of the clip, rounded to whole frames. */
export const TimelineClip = z
	.object({
		/** The clip, or the job that is making it: then the film's pieces are made while later clips are still being made. */
		asset: AssetId.optional(),
		job: z.string().min(1).max(100).optional(),
		cutFrom: z.number().nonnegative().optional(),
		cutTo: z.number().positive().optional(),
		/** How the clip before leads into this one; of no account on the first. */
		transition: Transition.default('cut'),
		/** Length of the transition in seconds; of no account for a cut. */
		transitionSeconds: z.number().positive().max(10).default(0.5),
		/** A recording of somebody speaking over this clip; it begins with the clip. */
		narration: AssetId.optional(),
		/** What is said over this clip, for captions. */
		text: SpokenText.default(''),
		/** When each word of it is said, counted from the clip's first frame shown (or the narration's beginning). */
		words: z.array(Word).max(2000).optional(),
		/** Captions at times of their own, instead of `text`. */
		captions: z.array(CaptionLine).max(2000).optional(),
		/** A chapter of this title begins with this clip. */
		chapter: z.string().trim().min(1).max(200).optional(),
	})
	.refine(({ asset, job }) => (asset === undefined) !== (job === undefined), {
		message: 'give either the clip or the job that makes it',
		path: ['asset'],
	});
export type TimelineClip = z.infer<typeof TimelineClip>;

export const JOINTS = ['encoded', 'hidden'] as const;

/** The edit list that the stitch reads. */
export const Timeline = z.object({
	clips: z.array(TimelineClip).min(1).max(2000),
	target: Target.prefault({}),
	/** Cards before the first and behind the last clip. */
	cards: z.object({ first: TitleCard.optional(), last: TitleCard.optional() }).default({}),
	sound: Sound.prefault({}),
	captions: Captions.prefault({}),
	logo: Logo.optional(),
	/**
	 * What becomes of a clip behind a transition: `encoded` up to its next frame that decodes alone, which plays
	 * everywhere; or copied, with the frames it needs `hidden` in the file for an instant each, which costs far less.
	 */
	joints: z.enum(JOINTS).default('encoded'),
});
export type Timeline = z.infer<typeof Timeline>;

export const MISSING = ['stop', 'leaveOut'] as const;

const Tag = z.string().trim().min(1).max(1000);

export const StitchInput = z.object({
	timeline: Timeline,
	/** The film's title; also its file name, with `.mp4` added. */
	title: z.string().trim().min(1).max(200).default('Film'),
	/** What players and archives show about the film. */
	tags: z
		.object({
			artist: Tag.optional(),
			description: Tag.optional(),
			comment: Tag.optional(),
			copyright: Tag.optional(),
			genre: Tag.optional(),
			date: Tag.optional(),
		})
		.default({}),
	/** The picture that file lists show: one of the film's own, none, or a given picture. */
	cover: z.union([z.enum(['none', 'film']), AssetId]).default('none'),
	/** What to do about a clip whose job did not make it: nothing without it, or the film without that clip. */
	missing: z.enum(MISSING).default('stop'),
});
export type StitchInput = z.infer<typeof StitchInput>;

/** One piece of the film's picture and why it was copied or encoded. */
export const SegmentReport = z.object({
	/** Which clips of the timeline it shows, counted from 0: one, or two in a transition; none for a title card. */
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
	/** Pieces of picture and sound found in the cache, of how many. */
	cacheHits: z.int(),
	pieces: z.int(),
	/** Processor seconds of every ffmpeg run for it. */
	cpuSeconds: z.number(),
	/** Null for a film without sound. */
	loudness: LoudnessReport.nullable(),
	/** What the sources had and the film has not, say a C2PA manifest. */
	lost: z.array(z.string()),
	/** What was done otherwise than one might expect, say narration that runs into the next clip. */
	notes: z.array(z.string()),
});
export type StitchReport = z.infer<typeof StitchReport>;

export const StitchResult = z.object({ asset: Asset, report: StitchReport });
export type StitchResult = z.infer<typeof StitchResult>;
