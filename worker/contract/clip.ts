import { z } from 'zod';
import { Asset } from './asset.ts';
import { AspectRatio, Resolution } from './vocabulary.ts';

/** One paid model call: text in, a clip out. What a model allows is checked against the models table before anything is paid. */
export const ClipInput = z.object({
	model: z.string().min(1).optional(),
	prompt: z.string().trim().min(1).max(20_000),
	seconds: z.number().positive().optional(),
	aspectRatio: AspectRatio.optional(),
	resolution: Resolution.optional(),
	/** Same seed, same request: as like a result as the model can make. */
	seed: z.int().min(0).max(4_294_967_295).optional(),
	/** Only where the model can be silent. */
	audio: z.boolean().optional(),
	negativePrompt: z.string().max(20_000).optional(),
	/** Which shot of the film this is, for messages. */
	shot: z.int().positive().optional(),
});
export type ClipInput = z.infer<typeof ClipInput>;

export const ClipResult = z.object({
	asset: Asset,
	model: z.string(),
	/** Google's own name of the paid work. */
	operation: z.string(),
	shot: z.int().nullable(),
	seed: z.int().nullable(),
	/** What Google says it cost; null means Google did not say, never that it was free. */
	costUsd: z.number().nullable(),
	estimateUsd: z.number(),
});
export type ClipResult = z.infer<typeof ClipResult>;
