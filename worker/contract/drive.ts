import { z } from 'zod';

/** What a watcher asks: what is new in this folder since my cursor? */
export const DriveChangesRequest = z.object({
	/** Id of the watched folder. */
	folder: z.string().trim().min(1),
	subfolders: z.boolean().default(false),
	/** `new`: each file once, when it first lies complete in the folder. `changed`: each new content of a file. */
	event: z.enum(['new', 'changed']).default('new'),
	/** Media types, say `video/*` or `text/plain`; empty means all. */
	types: z.array(z.string()).default([]),
	/** Whether files that lie there when the watch begins are delivered too. */
	existing: z.boolean().default(false),
	/** Seconds a Google document must rest before it counts as finished. */
	restSeconds: z.int().min(0).max(86_400).default(120),
	/** What the last answer gave; left out on the first call. */
	cursor: z.string().max(500).optional(),
	/** Only look: answer up to this many of the newest files and move no cursor. */
	sample: z.int().min(1).max(50).optional(),
});
export type DriveChangesRequest = z.infer<typeof DriveChangesRequest>;

export const DriveFile = z.object({
	id: z.string(),
	name: z.string(),
	mimeType: z.string(),
	bytes: z.int().nullable(),
	md5: z.string().nullable(),
	folder: z.string(),
	/** Folder names from the watched folder down, joined by `/`; empty for the watched folder itself. */
	path: z.string(),
	link: z.string().nullable(),
	createdAt: z.string(),
	modifiedAt: z.string(),
});
export type DriveFile = z.infer<typeof DriveFile>;

export const DriveChanges = z.object({
	files: z.array(DriveFile),
	cursor: z.string().nullable(),
	/** Files seen that are not complete yet; they come by a later call. */
	unfinished: z.int(),
});
export type DriveChanges = z.infer<typeof DriveChanges>;
