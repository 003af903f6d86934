import { z } from 'zod';
import { Storyboard } from '../contract/storyboard.ts';

type Json = { [key: string]: unknown };

/** Keywords that Gemini does not take or ignores (https://ai.google.dev/gemini-api/docs/structured-output). */
const UNSUPPORTED = ['$schema', 'pattern', 'minLength', 'maxLength', 'uniqueItems', 'default'];
/** Large limits on nested arrays make Gemini refuse a schema as too complex; zod checks them afterwards. */
const CHECKED_AFTERWARDS = ['maxItems'];

/**
 * The storyboard's zod schema as JSON Schema for `responseJsonSchema`: constants as one-word enums, choices as
 * `anyOf`, nothing that Gemini does not know, and the shots' `seconds` bound to the lengths that the video
 * model makes.
 */
export function storyboardSchema(shotSeconds: number[]): Json {
	const schema = z.toJSONSchema(Storyboard, { override: ({ jsonSchema }) => simplify(jsonSchema as Json) }) as Json;
	delete schema.$schema;
	const shot = dig(schema, 'properties', 'scenes', 'items', 'properties', 'shots', 'items', 'properties');
	shot.seconds = { ...bind(shotSeconds), description: 'Length of the shot in whole seconds' };
	return schema;
}

function simplify(schema: Json): void {
	for (const key of [...UNSUPPORTED, ...CHECKED_AFTERWARDS]) delete schema[key];
	if ('const' in schema) {
		schema.enum = [schema.const];
		delete schema.const;
	}
	if ('oneOf' in schema) {
		schema.anyOf = schema.oneOf;
		delete schema.oneOf;
	}
	if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
	if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

/** Neighbouring lengths as a range, others as a list. */
function bind(lengths: number[]): Json {
	const [first = 1, last = first] = [lengths[0], lengths.at(-1)];
	const neighbours = last - first === lengths.length - 1;
	return neighbours ? { type: 'integer', minimum: first, maximum: last } : { type: 'integer', enum: lengths };
}

const dig = (schema: Json, ...path: string[]): Json => path.reduce((inner, key) => inner[key] as Json, schema);
