/** A JSON schema, or the OpenAPI subset of `responseSchema`, after `normalise`. */
export type Schema = {
	type?: string;
	enum?: unknown[];
	const?: unknown;
	format?: string;
	description?: string;
	title?: string;
	properties?: Record<string, Schema>;
	required?: string[];
	items?: Schema;
	prefixItems?: Schema[];
	minItems?: number;
	maxItems?: number;
	minimum?: number;
	maximum?: number;
	exclusiveMinimum?: number;
	exclusiveMaximum?: number;
	minLength?: number;
	maxLength?: number;
	multipleOf?: number;
};

type Raw = Record<string, unknown>;

/** References deeper than this are cycles; the filler stops there. */
const DEEPEST = 24;

/**
 * Brings a schema to one plain form: references put in place, the first usable branch of anyOf and oneOf taken, allOf
 * merged, types in lower case, numbers as numbers (`responseSchema` writes "INTEGER" and minItems "1").
 */
export function normalise(given: unknown): Schema {
	return plain(given, given as Raw, 0);
}

function plain(given: unknown, root: Raw, depth: number): Schema {
	if (typeof given !== 'object' || given === null || depth > DEEPEST) return {};
	const raw = resolve(given as Raw, root, depth);
	const list = (value: unknown) => (Array.isArray(value) ? value : []);
	const numbers = [
		'minItems',
		'maxItems',
		'minimum',
		'maximum',
		'exclusiveMinimum',
		'exclusiveMaximum',
		'minLength',
		'maxLength',
		'multipleOf',
	];
	const properties = raw.properties as Raw | undefined;
	return {
		...pick(raw, ['enum', 'const', 'format', 'description', 'title', 'required']),
		...Object.fromEntries(
			numbers.filter((name) => raw[name] !== undefined).map((name) => [name, Number(raw[name])]),
		),
		...(typeOf(raw) ? { type: typeOf(raw) } : {}),
		...(properties ? { properties: mapValues(properties, (value) => plain(value, root, depth + 1)) } : {}),
		...(raw.items ? { items: plain(raw.items, root, depth + 1) } : {}),
		...(raw.prefixItems ? { prefixItems: list(raw.prefixItems).map((one) => plain(one, root, depth + 1)) } : {}),
	} as Schema;
}

function resolve(raw: Raw, root: Raw, depth: number): Raw {
	if (depth > DEEPEST) return {};
	if (typeof raw.$ref === 'string') return resolve({ ...follow(raw.$ref, root) }, root, depth + 1);
	const branches = (raw.anyOf ?? raw.oneOf) as Raw[] | undefined;
	if (Array.isArray(branches) && branches.length > 0) {
		const rest = { ...raw, anyOf: undefined, oneOf: undefined };
		const values = branches.flatMap(valuesOf);
		if (branches.every((branch) => valuesOf(branch).length > 0))
			return { ...rest, type: branches[0]!.type, enum: values };
		const usable = branches.find((branch) => typeOf(resolve(branch, root, depth + 1)) !== 'null') ?? branches[0]!;
		return { ...rest, ...resolve(usable, root, depth + 1) };
	}
	if (Array.isArray(raw.allOf))
		return merge(
			raw,
			(raw.allOf as Raw[]).map((one) => resolve(one, root, depth + 1)),
		);
	return raw;
}

/** The values a branch names one by one: a choice between constants is an enum. */
const valuesOf = (branch: Raw): unknown[] =>
	'const' in branch ? [branch.const] : Array.isArray(branch.enum) ? branch.enum : [];

function merge(raw: Raw, parts: Raw[]): Raw {
	const join = (sum: Raw, part: Raw): Raw => ({
		...sum,
		...part,
		properties: { ...(sum.properties as Raw), ...(part.properties as Raw) },
		required: [...((sum.required as string[]) ?? []), ...((part.required as string[]) ?? [])],
	});
	return parts.reduce(join, { ...raw, allOf: undefined });
}

function follow(reference: string, root: Raw): Raw {
	if (reference === '#') return root;
	const steps = reference.replace(/^#\//, '').split('/');
	const found = steps.reduce<unknown>(
		(at, step) => (at as Raw | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')],
		root,
	);
	return (found as Raw | undefined) ?? {};
}

function typeOf(raw: Raw): string | undefined {
	const named = Array.isArray(raw.type)
		? (raw.type as string[]).find((type) => type.toLowerCase() !== 'null')
		: raw.type;
	if (typeof named === 'string') return named.toLowerCase();
	if (raw.properties) return 'object';
	return raw.items || raw.prefixItems ? 'array' : undefined;
}

const pick = (raw: Raw, names: string[]) =>
	Object.fromEntries(names.filter((name) => raw[name] !== undefined).map((name) => [name, raw[name]]));
const mapValues = <T>(raw: Raw, change: (value: unknown) => T) =>
	Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, change(value)]));
