import { z } from 'zod';

/** The content address of an asset: the SHA-256 of its bytes, in hex. */
export const AssetId = z.string().regex(/^[0-9a-f]{64}$/, 'is not the id of an asset (64 hexadecimal digits)');
export type AssetId = z.infer<typeof AssetId>;

/** What a probe found in a media file. Times in seconds, counted from the frames and not from the container. */
export const MediaFacts = z.object({
	seconds: z.number(),
	video: z
		.object({
			codec: z.string(),
			width: z.int(),
			height: z.int(),
			/** Frames a second as an exact fraction, say `24/1` or `30000/1001`. */
			fps: z.string(),
			frames: z.int(),
		})
		.nullable(),
	audio: z.object({ codec: z.string(), sampleRate: z.int(), channels: z.int(), seconds: z.number() }).nullable(),
});
export type MediaFacts = z.infer<typeof MediaFacts>;

/** A stored file, by reference: what travels through n8n instead of the bytes. */
export const Asset = z.object({
	id: AssetId,
	/** A file name for people; two assets may share it. */
	name: z.string(),
	mimeType: z.string(),
	bytes: z.int().nonnegative(),
	media: MediaFacts.nullable(),
	/** A small JPEG of the asset, itself an asset; null where there is no picture. */
	thumbnail: AssetId.nullable(),
	createdAt: z.iso.datetime(),
});
export type Asset = z.infer<typeof Asset>;

/** An asset in an answer: with a signed address that plays in a browser until it expires. */
export const AssetView = Asset.extend({ previewUrl: z.string(), previewExpiresAt: z.iso.datetime() });
export type AssetView = z.infer<typeof AssetView>;
