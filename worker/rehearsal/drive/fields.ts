import { WireError } from '../wire/errors.ts';
import { FILE_FIELDS } from './show.ts';

/** A parsed `fields` parameter: what to keep of an object; an empty map keeps everything below. */
type Mask = Map<string, Mask>;

/**
 * Applies a partial-response mask such as `nextPageToken,files(id,owners/emailAddress)` to an answer. Throws Drive's 400
 * for a mask that cannot be read, or that names a field a file does not have.
 */
export function applyFields<T>(value: T, fields: string): Partial<T> {
	const mask = parseFields(fields);
	checkFile(mask, isFile(value));
	return keep(value, mask) as Partial<T>;
}

const isFile = (value: unknown) => (value as { kind?: string } | null)?.kind === 'drive#file';
const invalid = (name: string) =>
	new WireError(400, `Invalid field selection ${name}`, { reason: 'invalidParameter', location: 'fields' });

function checkFile(mask: Mask, file: boolean): void {
	if (file) {
		const unknown = [...mask.keys()].find((name) => name !== '*' && !FILE_FIELDS.has(name));
		if (unknown) throw invalid(unknown);
		return;
	}
	for (const [name, below] of mask) checkFile(below, name === 'file' || name === 'files');
}

function parseFields(text: string): Mask {
	const state = { text: text.replace(/\s+/g, ''), at: 0 };
	const mask = parseList(state);
	if (state.at < state.text.length) throw invalid(text);
	return mask;
}

function parseList(state: { text: string; at: number }): Mask {
	const mask: Mask = new Map();
	for (;;) {
		parsePath(state, mask);
		if (state.text[state.at] !== ',') return mask;
		state.at += 1;
	}
}

function parsePath(state: { text: string; at: number }, mask: Mask): void {
	const name = /^[\w*-]+/.exec(state.text.slice(state.at))?.[0];
	if (!name) throw invalid(state.text);
	state.at += name.length;
	const below = mask.get(name) ?? (new Map() as Mask);
	mask.set(name, below);
	if (state.text[state.at] === '/') {
		state.at += 1;
		parsePath(state, below);
	} else if (state.text[state.at] === '(') {
		state.at += 1;
		for (const [key, value] of parseList(state)) below.set(key, value);
		if (state.text[state.at] !== ')') throw invalid(state.text);
		state.at += 1;
	}
}

function keep(value: unknown, mask: Mask): unknown {
	if (mask.size === 0 || typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map((item) => keep(item, mask));
	const all = mask.get('*');
	const kept = Object.entries(value).flatMap(([name, item]) => {
		const below = mask.get(name) ?? all;
		return below ? [[name, keep(item, below)] as const] : [];
	});
	return Object.fromEntries(kept);
}
