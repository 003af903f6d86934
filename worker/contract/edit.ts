import { z } from 'zod';
import { Asset, AssetId } from './asset.ts';
import { CaptionLine, Captions } from './caption.ts';
import { Colour, Fit, Logo, TitleCard } from './look.ts';
import { Loudness, Music } from './sound.ts';
import { StitchReport } from './timeline.ts';
import { AspectRatio } from './vocabulary.ts';

const Side = z.int().min(16).max(7680).multipleOf(2);
const asset = AssetId;
/** A file name for the result; made from the source's where left out. */
const name = z.string().trim().min(1).max(200).optional();

export const AUDIO_FORMATS = ['aac', 'mp3', 'wav'] as const;

/** One edit of one file, by its operation. */
export const EditInput = z.discriminatedUnion('operation', [
	z.object({
		operation: z.literal('trim'),
		asset,
		name,
		from: z.number().nonnegative().default(0),
		to: z.number().positive().optional(),
	}),
	z.object({
		operation: z.literal('aspect'),
		asset,
		name,
		ratio: AspectRatio,
		fit: Fit.default('pad'),
		colour: Colour.default('#000000'),
	}),
	z.object({
		operation: z.literal('resize'),
		asset,
		name,
		width: Side.optional(),
		height: Side.optional(),
		fit: Fit.default('pad'),
		colour: Colour.default('#000000'),
	}),
	z.object({ operation: z.literal('speed'), asset, name, factor: z.number().min(0.1).max(10) }),
	z.object({ operation: z.literal('music'), asset, name, music: Music, loudness: Loudness.nullable().default(-14) }),
	z.object({ operation: z.literal('loudness'), asset, name, loudness: Loudness.default(-14) }),
	z.object({
		operation: z.literal('captions'),
		asset,
		name,
		captions: Captions,
		lines: z.array(CaptionLine).min(1).max(2000),
	}),
	z.object({ operation: z.literal('logo'), asset, name, logo: Logo }),
	z.object({
		operation: z.literal('titleCard'),
		name,
		card: TitleCard,
		width: Side.default(1280),
		height: Side.default(720),
		fps: z
			.string()
			.regex(/^\d{1,6}(\/\d{1,6})?$/, 'is a whole number or a fraction such as 30000/1001')
			.default('24'),
	}),
	z.object({ operation: z.literal('audio'), asset, name, format: z.enum(AUDIO_FORMATS).default('aac') }),
	/** `at`: the frame at this second; the best one where left out. */
	z.object({
		operation: z.literal('thumbnail'),
		asset,
		name,
		at: z.number().nonnegative().optional(),
		width: Side.default(1280),
	}),
	z.object({
		operation: z.literal('contactSheet'),
		asset,
		name,
		columns: z.int().min(1).max(12).default(4),
		rows: z.int().min(1).max(12).default(4),
		/** Of the whole sheet, in pixels. */
		width: Side.default(1920),
	}),
]);
export type EditInput = z.infer<typeof EditInput>;
export type EditOperation = EditInput['operation'];
/** The input of one operation. */
export type EditOf<O extends EditOperation> = Extract<EditInput, { operation: O }>;

export const EditResult = z.object({
	operation: z.string(),
	asset: Asset,
	/** What was copied and encoded; null for results that are no video. */
	report: StitchReport.nullable(),
	/** What was done otherwise than one might expect. */
	notes: z.array(z.string()),
});
export type EditResult = z.infer<typeof EditResult>;
