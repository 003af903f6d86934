import { z } from 'zod';
import { WireError } from '../wire/errors.ts';

/** Checks the body of a control call. Throws a 400 that says what does not fit. */
export function checked<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
	const parsed = schema.safeParse(body ?? {});
	if (!parsed.success) throw new WireError(400, z.prettifyError(parsed.error));
	return parsed.data;
}
