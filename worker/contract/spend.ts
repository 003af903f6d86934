import { z } from 'zod';
import { Kind } from './vocabulary.ts';

export const EstimateRequest = z.object({
	kind: Kind,
	jobs: z
		.array(z.object({ input: z.unknown() }))
		.min(1)
		.max(1000),
});
export type EstimateRequest = z.infer<typeof EstimateRequest>;

export const EstimateView = z.object({
	usd: z.number(),
	jobs: z.array(z.object({ usd: z.number(), basis: z.string() })),
});
export type EstimateView = z.infer<typeof EstimateView>;

/** What was spent and is promised on one day (UTC). `rehearsed` money was never paid. */
export const SpendView = z.object({
	day: z.string(),
	rehearsed: z.boolean(),
	spentUsd: z.number(),
	reservedUsd: z.number(),
	budgetUsd: z.number().nullable(),
	calls: z.int(),
});
export type SpendView = z.infer<typeof SpendView>;
