import { z } from 'zod';
import { AspectRatio, Resolution } from './vocabulary.ts';

/** A video model as nodes and people see it. */
export const VideoModelView = z.object({
	id: z.string(),
	name: z.string(),
	service: z.enum(['omni', 'veo']),
	default: z.boolean(),
	/** Allowed clip lengths in seconds. */
	seconds: z.array(z.int()),
	defaultSeconds: z.int(),
	resolutions: z.array(Resolution),
	defaultResolution: Resolution,
	aspectRatios: z.array(AspectRatio),
	/** `always` or `optional`: whether the sound can be left out. */
	audio: z.enum(['always', 'optional']),
	negativePrompt: z.boolean(),
	/** US dollars a second of clip by resolution, with sound. */
	usdPerSecond: z.partialRecord(Resolution, z.number()),
	/** When the price was read. */
	pricedOn: z.string(),
	/** Which identity it asks for. */
	needs: z.enum(['geminiKey', 'googleIdentity']),
});
export type VideoModelView = z.infer<typeof VideoModelView>;

export const TextModelView = z.object({
	id: z.string(),
	name: z.string(),
	default: z.boolean(),
	usdPerMillionIn: z.number(),
	usdPerMillionOut: z.number(),
	pricedOn: z.string(),
});
export type TextModelView = z.infer<typeof TextModelView>;

export const ModelsView = z.object({ video: z.array(VideoModelView), text: z.array(TextModelView) });
export type ModelsView = z.infer<typeof ModelsView>;
