import { z } from 'zod';
import { Asset, AssetId } from './asset.ts';

export const ImportInput = z.object({
	source: z.discriminatedUnion('from', [
		z.object({ from: z.literal('drive'), file: z.string().trim().min(1) }),
		z.object({ from: z.literal('url'), url: z.url({ protocol: /^https?$/ }) }),
	]),
	/** A name for the asset; the source's own name otherwise. */
	name: z.string().trim().min(1).max(200).optional(),
});
export type ImportInput = z.infer<typeof ImportInput>;

export const ImportResult = z.object({ asset: Asset });
export type ImportResult = z.infer<typeof ImportResult>;

export const ExportInput = z.object({
	asset: AssetId,
	destination: z.discriminatedUnion('to', [
		z.object({
			to: z.literal('drive'),
			/** Id of the Drive folder. */
			folder: z.string().trim().min(1),
			/** File name on Drive; the asset's own otherwise. */
			name: z.string().trim().min(1).max(400).optional(),
		}),
	]),
});
export type ExportInput = z.infer<typeof ExportInput>;

export const ExportResult = z.object({
	file: z.object({
		id: z.string(),
		name: z.string(),
		mimeType: z.string(),
		bytes: z.int(),
		md5: z.string(),
		link: z.string().nullable(),
		folder: z.string(),
	}),
});
export type ExportResult = z.infer<typeof ExportResult>;
