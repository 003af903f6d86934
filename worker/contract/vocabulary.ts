import { z } from 'zod';

/** The kinds of job the worker knows. A kind without a line in `jobs/registry.ts` does not compile. */
export const KINDS = ['storyboard', 'clip', 'stitch', 'edit', 'inspect', 'import', 'export'] as const;
export const Kind = z.enum(KINDS);
export type Kind = z.infer<typeof Kind>;

/**
 * The life of a job: queued → running ⇄ waiting → one of the four ends. `waiting` holds no slot;
 * `unknown` means that a paid request was sent and its outcome cannot be known.
 */
export const STATUSES = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'unknown'] as const;
export const Status = z.enum(STATUSES);
export type Status = z.infer<typeof Status>;

export const ENDS = ['succeeded', 'failed', 'cancelled', 'unknown'] as const satisfies readonly Status[];

/** Whether a job of this status will never change again by itself. */
export const hasEnded = (status: Status): boolean => (ENDS as readonly Status[]).includes(status);

export const AspectRatio = z.enum(['16:9', '9:16', '1:1', '4:5']);
export type AspectRatio = z.infer<typeof AspectRatio>;

export const Resolution = z.enum(['360p', '720p', '1080p', '4k']);
export type Resolution = z.infer<typeof Resolution>;

/** A money amount in US dollars, as Google's price lists state it. */
export const Usd = z.number().nonnegative();
