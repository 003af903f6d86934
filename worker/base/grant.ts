import { z } from 'zod';

/**
 * The Google identity that a job brings along: a Gemini API key, and the JSON of a service account or of an
 * authorized user, or a short-lived access token. It arrives in request headers, is sealed while the job
 * lives and deleted when it ends.
 */
export const Grant = z.object({
	geminiKey: z.string().min(1).optional(),
	/** JSON text, `type: service_account` or `type: authorized_user`. */
	googleIdentity: z.string().min(1).optional(),
});
export type Grant = z.infer<typeof Grant>;
