import { z } from 'zod';

const Kind = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
	z.strictObject({ kind: z.literal(kind), ...shape });

/**
 * Everything that can be ordered to go wrong. The first group works on every route, the others on the routes named
 * beside them.
 */
export const Fault = z.discriminatedUnion('kind', [
	/** An error answer, in the form of the route. `afterAcceptance`: the work is done all the same, the answer lies. */
	Kind('http', {
		status: z.int().min(400).max(599),
		code: z.string().optional(),
		reason: z.string().optional(),
		message: z.string().optional(),
		retryAfterSeconds: z.number().optional(),
		retryInfoSeconds: z.number().optional(),
		afterAcceptance: z.boolean().default(false),
		asArray: z.boolean().default(false),
	}),
	/** The connection closes without an answer: before anything was done, or after all of it was. */
	Kind('drop', { when: z.enum(['before', 'after']) }),
	/** The answer comes late. `afterAcceptance`: the work is done first; otherwise a caller who gives up has asked for nothing. */
	Kind('slow', { ms: z.int().min(0).max(600_000), afterAcceptance: z.boolean().default(false) }),
	/** The body stops after so many bytes, and the connection closes. */
	Kind('truncate', { bytes: z.int().min(0).optional() }),
	/** Content-Length promises so many bytes more than there are. */
	Kind('wrongLength', { extra: z.int().min(1).default(1000) }),
	/** The body is something else altogether: bytes that are no mp4, text that is no JSON. */
	Kind('garbage', { text: z.string().default('<html><body>this is not what you asked for</body></html>') }),

	/** interactions.create, veo.start: the safety filter refuses. `filtered` is Veo's form of `empty`. */
	Kind('block', {
		as: z.enum(['http', 'failed', 'empty', 'filtered']),
		code: z.string().optional(),
		message: z.string().optional(),
	}),
	/** interactions.create, veo.start: the operation ends in an error. */
	Kind('fail', { code: z.union([z.string(), z.int()]).optional(), message: z.string().optional() }),
	/** interactions.create, veo.start: the operation never ends. */
	Kind('pending', {}),
	/** interactions.create, veo.start: how long the operation takes. */
	Kind('seconds', { seconds: z.number().min(0).max(86_400) }),
	/** interactions.create and .get, veo.start: how the video is handed over. */
	Kind('deliver', { as: z.enum(['data', 'uri']) }),
	/** interactions.create and .get: no `usage` in the finished interaction. */
	Kind('noUsage', {}),
	/** interactions.get: this word as status. */
	Kind('status', { word: z.string() }),

	/** files.download, files.get, files.upload: gone after 48 hours; or FAILED after PROCESSING. */
	Kind('expired', {}),
	Kind('fileFails', { message: z.string().optional() }),

	/**
	 * generateContent: `broken` text is no JSON, `breach` is JSON that breaks the schema, `cut` is MAX_TOKENS,
	 * `blocked` is a refused prompt, `safety` a refused answer, `fenced` JSON inside a Markdown fence.
	 */
	Kind('text', { as: z.enum(['broken', 'breach', 'cut', 'blocked', 'safety', 'fenced', 'empty']) }),

	/** drive.upload: the server keeps only so many bytes of what was sent, and says so by 308. */
	Kind('keepLess', { bytes: z.int().min(0) }),
	/** drive.upload: the upload URI is dead. */
	Kind('uploadGone', { status: z.union([z.literal(404), z.literal(410)]).default(404) }),
	/** drive.upload: the finished file has no md5 until it is released through the control API. */
	Kind('noMd5', {}),
	/** drive.changes: every change comes twice. */
	Kind('duplicateChanges', {}),
	/** drive.files.list: `incompleteSearch: true`, and half the files missing. */
	Kind('incomplete', {}),
]);
export type Fault = z.infer<typeof Fault>;

/** The fault of one kind among those that were ordered for a call. */
export function faultOf<K extends Fault['kind']>(faults: Fault[], kind: K): Extract<Fault, { kind: K }> | undefined {
	return faults.find((fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind);
}
