import { z } from 'zod';
import { AssetId } from './asset.ts';

const Decibels = z.number().min(-60).max(20);

/** Music under the whole film. */
export const Music = z.object({
	asset: AssetId,
	/** Its level against the clips' own sound, in dB. */
	gainDb: Decibels.default(-12),
	/** Whether it steps back while somebody speaks. */
	duck: z.boolean().default(true),
	/** How far it steps back, in dB. */
	duckDb: z.number().min(0).max(40).default(10),
	/** Fades at the film's beginning and end, in seconds. */
	fadeInSeconds: z.number().min(0).max(30).default(1),
	fadeOutSeconds: z.number().min(0).max(30).default(3),
	/** Whether it begins anew when it is shorter than the film; else silence follows. It is always cut to the film's length. */
	loop: z.boolean().default(true),
	/** Seconds of the music left out at its beginning. */
	from: z.number().nonnegative().default(0),
});
export type Music = z.infer<typeof Music>;

/** Integrated loudness in LUFS (EBU R 128, ITU-R BS.1770-4) from which services turn down: −14 streaming, −16 podcasts, −23 broadcast. */
export const Loudness = z.number().min(-40).max(-8);

/** What the film sounds like. */
export const Sound = z.object({
	/** The clips' own sound, in dB, where no narration is heard; and how far it steps back under narration. */
	clipsDb: Decibels.default(0),
	clipsDuckDb: z.number().min(0).max(60).default(10),
	narrationDb: Decibels.default(0),
	music: Music.optional(),
	/** The whole film is brought to this; null leaves it as it is. */
	loudness: Loudness.nullable().default(-14),
});
export type Sound = z.infer<typeof Sound>;

/** What was measured and done about the film's loudness; levels in LUFS and dBTP, null for silence. */
export const LoudnessReport = z.object({
	target: z.number().nullable(),
	before: z.number().nullable(),
	after: z.number().nullable(),
	truePeak: z.number().nullable(),
	/** Gain that was applied, in dB. */
	gainDb: z.number(),
	/** Whether peaks had to be held down to stay below −1 dBTP. */
	limited: z.boolean(),
});
export type LoudnessReport = z.infer<typeof LoudnessReport>;
