import { z } from 'zod';

/** A spoken word and when it is heard, in seconds from the beginning of what it is part of. */
export const Word = z
	.object({ text: z.string().trim().min(1).max(200), from: z.number().nonnegative(), to: z.number().nonnegative() })
	.refine(({ from, to }) => to >= from, { message: 'must not end before it begins', path: ['to'] });
export type Word = z.infer<typeof Word>;

/** Most letters of what is said over one clip. */
const LONGEST_TEXT = 5000;
export const SpokenText = z.string().trim().max(LONGEST_TEXT);

/** A line of captions at a given time; without one it is shown over the whole clip. Times count from the clip's first frame shown. */
export const CaptionLine = z
	.object({
		text: SpokenText.min(1),
		from: z.number().nonnegative().optional(),
		to: z.number().positive().optional(),
		/** When each word is said, in seconds from the clip's beginning. */
		words: z.array(Word).max(2000).optional(),
	})
	.refine(({ from = 0, to }) => to === undefined || to > from, { message: 'must be behind from', path: ['to'] });
export type CaptionLine = z.infer<typeof CaptionLine>;

export const CAPTION_STYLES = ['plain', 'box', 'karaoke'] as const;
export const CAPTION_MODES = ['none', 'soft', 'burned', 'both'] as const;
export const CAPTION_PLACES = ['bottom', 'middle', 'top'] as const;

/**
 * How captions are shown. `soft` is a track that the player can switch on and off and costs nothing; `burned` is part
 * of the picture, so that what carries captions is encoded; `both` is both.
 */
export const Captions = z.object({
	mode: z.enum(CAPTION_MODES).default('none'),
	/** `plain`: white with an outline. `box`: on a dark box. `karaoke`: each word lights up when it is said. */
	style: z.enum(CAPTION_STYLES).default('plain'),
	place: z.enum(CAPTION_PLACES).default('bottom'),
	/** Height of the letters as a share of the picture's shorter side. */
	size: z.number().min(0.02).max(0.2).default(0.06),
	/** ISO 639-2 code of the soft track's language, say `eng`. */
	language: z
		.string()
		.regex(/^[a-z]{3}$/, 'is a language code of three letters, say eng or deu')
		.default('und'),
});
export type Captions = z.infer<typeof Captions>;
