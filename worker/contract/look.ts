import { z } from 'zod';
import { AssetId } from './asset.ts';
import { AspectRatio } from './vocabulary.ts';

/** A colour as red, green and blue, two hexadecimal digits each. */
export const Colour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'is a colour such as #1A2B3C');

export const FITS = ['pad', 'blur', 'crop'] as const;
/** How a clip of another shape fills the film's picture: bars of a colour, a blurred copy of itself behind it, or cropped. */
export const Fit = z.enum(FITS);
export type Fit = z.infer<typeof Fit>;

const Side = z.int().min(16).max(7680).multipleOf(2);

/** What the film is to be. Left out: the size and rate that most of the running time already has. */
export const Target = z
	.object({
		width: Side.optional(),
		height: Side.optional(),
		/** The shape; its shorter side is then that of the clips. Instead of width and height. */
		ratio: AspectRatio.optional(),
		/** Frames a second: a number or an exact fraction such as `30000/1001`. */
		fps: z
			.string()
			.regex(/^\d{1,6}(\/\d{1,6})?$/, 'is a whole number or a fraction such as 30000/1001')
			.optional(),
		fit: Fit.default('pad'),
		/** Of the bars, where `fit` is `pad`. */
		colour: Colour.default('#000000'),
	})
	.refine(({ ratio, width, height }) => ratio === undefined || (width === undefined && height === undefined), {
		message: 'is given instead of width and height, not besides them',
		path: ['ratio'],
	});
export type Target = z.infer<typeof Target>;

export const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;

/** A picture laid over the film from first to last frame; its transparency is kept. */
export const Logo = z.object({
	asset: AssetId,
	corner: z.enum(CORNERS).default('top-right'),
	/** Its width as a share of the film's. */
	width: z.number().min(0.01).max(1).default(0.12),
	/** Its distance from both edges as a share of the film's shorter side. */
	margin: z.number().min(0).max(0.4).default(0.03),
	opacity: z.number().min(0).max(1).default(1),
});
export type Logo = z.infer<typeof Logo>;

/** A still picture with words on it, shown for some seconds. */
export const TitleCard = z.object({
	title: z.string().trim().min(1).max(300),
	subtitle: z.string().trim().max(500).default(''),
	seconds: z.number().min(0.2).max(60).default(3),
	background: Colour.default('#000000'),
	colour: Colour.default('#FFFFFF'),
	/** Fades in from and out to the background, in seconds; 0 for none. */
	fadeSeconds: z.number().min(0).max(5).default(0.5),
});
export type TitleCard = z.infer<typeof TitleCard>;
