import { z } from 'zod';
import { AssetId, MediaFacts } from './asset.ts';
import { AspectRatio } from './vocabulary.ts';

const asset = AssetId;

/** What a clip was asked to be, for Check Quality; what is left out is not checked. */
export const Expected = z.object({
	seconds: z.number().positive().optional(),
	/** How far the length may be off. */
	toleranceSeconds: z.number().min(0).max(60).default(0.25),
	width: z.int().positive().optional(),
	height: z.int().positive().optional(),
	ratio: AspectRatio.optional(),
	fps: z
		.string()
		.regex(/^\d{1,6}(\/\d{1,6})?$/, 'is a whole number or a fraction such as 30000/1001')
		.optional(),
	/** Whether it must have sound, or must have none. */
	sound: z.boolean().optional(),
	/** Integrated loudness in LUFS, and how far it may be off. */
	loudness: z.number().min(-70).max(0).optional(),
	loudnessTolerance: z.number().min(0).max(30).default(2),
});
export type Expected = z.infer<typeof Expected>;

/** One look at one file, by its operation. */
export const InspectInput = z.discriminatedUnion('operation', [
	z.object({ operation: z.literal('probe'), asset }),
	z.object({
		operation: z.literal('scenes'),
		asset,
		/** How much of the picture must change from one frame to the next, 0 to 100. */
		threshold: z.number().min(1).max(100).default(10),
		/** Shorter scenes become part of the one before. */
		minSeconds: z.number().min(0).max(600).default(0.6),
		/** Whether each scene comes with a picture. */
		pictures: z.boolean().default(true),
	}),
	z.object({
		operation: z.literal('silence'),
		asset,
		/** Quieter than this counts as silence, in dB below full scale. */
		thresholdDb: z.number().min(-120).max(0).default(-50),
		minSeconds: z.number().min(0.01).max(600).default(0.5),
	}),
	z.object({
		operation: z.literal('quality'),
		asset,
		expected: Expected.prefault({}),
		/** Longest stretches that pass, in seconds. */
		mostBlackSeconds: z.number().min(0).max(600).default(0.5),
		mostFrozenSeconds: z.number().min(0).max(600).default(1.5),
		mostSilentSeconds: z.number().min(0).max(600).default(3),
	}),
	z.object({
		operation: z.literal('watermark'),
		asset,
		/** The logo to look for; left out, anything that stands still over a moving picture. */
		logo: AssetId.optional(),
		/** How sure it must be, 0 to 1. */
		threshold: z.number().min(0.1).max(1).default(0.7),
	}),
]);
export type InspectInput = z.infer<typeof InspectInput>;
export type InspectOperation = InspectInput['operation'];
export type InspectOf<O extends InspectOperation> = Extract<InspectInput, { operation: O }>;

export const Stretch = z.object({ from: z.number(), to: z.number(), seconds: z.number() });
export type Stretch = z.infer<typeof Stretch>;

/** Everything a probe can tell. */
export const ProbeReport = z.object({
	operation: z.literal('probe'),
	media: MediaFacts,
	kind: z.enum(['video', 'audio', 'picture']),
	container: z.string(),
	bytes: z.int(),
	bitsPerSecond: z.number().nullable(),
	/** Shape as people say it, say `16:9`; null for sound alone. */
	ratio: z.string().nullable(),
	rotation: z.number(),
	pixelFormat: z.string().nullable(),
	interlaced: z.boolean(),
	hdr: z.boolean(),
	/** Why its frames are not evenly timed, as half a sentence; null where they are. */
	uneven: z.string().nullable(),
	/** Carries a C2PA provenance record. */
	provenance: z.boolean(),
	audioTracks: z.int(),
	/** First frames that decode alone, in seconds: where a cut costs nothing. */
	cutPoints: z.array(z.number()),
});
export type ProbeReport = z.infer<typeof ProbeReport>;

export const SceneReport = z.object({
	operation: z.literal('scenes'),
	scenes: z.array(
		Stretch.extend({
			/** Counts from 1. */
			number: z.int(),
			/** How much changed where it begins, 0 to 100; null for the first. */
			score: z.number().nullable(),
			picture: AssetId.nullable(),
		}),
	),
	seconds: z.number(),
});
export type SceneReport = z.infer<typeof SceneReport>;

export const SilenceReport = z.object({
	operation: z.literal('silence'),
	silences: z.array(Stretch),
	silentSeconds: z.number(),
	seconds: z.number(),
	/** Whether nothing at all is heard, or there is no sound track. */
	silent: z.boolean(),
});
export type SilenceReport = z.infer<typeof SilenceReport>;

export const QUALITY_FINDINGS = [
	...['black', 'frozen', 'silent', 'clipped', 'no_sound', 'unexpected_sound'],
	...['length', 'size', 'ratio', 'rate', 'loudness'],
] as const;

export const QualityReport = z.object({
	operation: z.literal('quality'),
	/** What an IF node asks. */
	ok: z.boolean(),
	verdict: z.enum(['pass', 'fail']),
	/** What is wrong, in sentences that name the place; empty when it passes. */
	reasons: z.array(z.string()),
	findings: z.array(
		z.object({
			code: z.enum(QUALITY_FINDINGS),
			message: z.string(),
			from: z.number().optional(),
			to: z.number().optional(),
		}),
	),
	measured: z.object({
		seconds: z.number(),
		width: z.int().nullable(),
		height: z.int().nullable(),
		fps: z.string().nullable(),
		blackSeconds: z.number(),
		frozenSeconds: z.number(),
		silentSeconds: z.number(),
		/** LUFS and dBTP; null without sound or for silence. */
		loudness: z.number().nullable(),
		truePeak: z.number().nullable(),
		clippedSamples: z.int(),
	}),
});
export type QualityReport = z.infer<typeof QualityReport>;

export const WatermarkReport = z.object({
	operation: z.literal('watermark'),
	found: z.boolean(),
	/** How sure, 0 to 1. */
	score: z.number(),
	/** Where, in pixels of the picture; null when not found. */
	place: z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() }).nullable(),
	/** In words, say `bottom-right`. */
	region: z.string().nullable(),
	/** A picture of the place as it looks in the clip. */
	picture: AssetId.nullable(),
	framesLookedAt: z.int(),
});
export type WatermarkReport = z.infer<typeof WatermarkReport>;

export const InspectResult = z.discriminatedUnion('operation', [
	ProbeReport,
	SceneReport,
	SilenceReport,
	QualityReport,
	WatermarkReport,
]);
export type InspectResult = z.infer<typeof InspectResult>;
