import { WireError } from '../wire/errors.ts';
import { FOLDER, type Item } from './tree.ts';

type Test = (item: Item) => boolean;
/** What a query needs to know besides the item itself. */
export type QueryWorld = { root: string; trashed: Test; fullText(item: Item): string };

type Token = { kind: 'text' | 'word' | 'sign'; value: string };
type Reader = { tokens: Token[]; at: number; world: QueryWorld };

const invalid = () => new WireError(400, 'Invalid Value', { reason: 'invalid', location: 'q' });

/**
 * Reads a Drive search query: comparisons of name, mimeType, times, trashed, starred; `'id' in parents`;
 * `appProperties has { key='a' and value='b' }`; joined by and, or, not and parentheses. Throws Drive's 400 when it
 * cannot be read. Source: developers.google.com/workspace/drive/api/guides/ref-search-terms.
 */
export function parseQuery(query: string, world: QueryWorld): Test {
	if (query.trim() === '') return () => true;
	const reader: Reader = { tokens: tokenise(query), at: 0, world };
	const test = either(reader);
	if (reader.at < reader.tokens.length) throw invalid();
	return test;
}

function tokenise(query: string): Token[] {
	const pattern = /\s*(?:'((?:\\.|[^'\\])*)'|([A-Za-z][\w.]*)|(!=|<=|>=|[=<>(){}]))/y;
	const tokens: Token[] = [];
	const text = query.trimEnd();
	for (pattern.lastIndex = 0; pattern.lastIndex < text.length;) {
		const match = pattern.exec(text);
		if (!match) throw invalid();
		if (match[1] !== undefined) tokens.push({ kind: 'text', value: match[1].replace(/\\(.)/g, '$1') });
		else if (match[2] !== undefined) tokens.push({ kind: 'word', value: match[2] });
		else tokens.push({ kind: 'sign', value: match[3]! });
	}
	return tokens;
}

function take(reader: Reader, value?: string): Token {
	const token = reader.tokens[reader.at];
	if (!token || (value !== undefined && (token.kind === 'text' || token.value.toLowerCase() !== value)))
		throw invalid();
	reader.at += 1;
	return token;
}

function next(reader: Reader, value: string): boolean {
	const token = reader.tokens[reader.at];
	if (!token || token.kind === 'text' || token.value.toLowerCase() !== value) return false;
	reader.at += 1;
	return true;
}

function either(reader: Reader): Test {
	const tests = [both(reader)];
	while (next(reader, 'or')) tests.push(both(reader));
	return (item) => tests.some((test) => test(item));
}

function both(reader: Reader): Test {
	const tests = [single(reader)];
	while (next(reader, 'and')) tests.push(single(reader));
	return (item) => tests.every((test) => test(item));
}

function single(reader: Reader): Test {
	if (next(reader, 'not')) {
		const test = single(reader);
		return (item) => !test(item);
	}
	if (next(reader, '(')) {
		const test = either(reader);
		take(reader, ')');
		return test;
	}
	const first = take(reader);
	return first.kind === 'text' ? membership(reader, first.value) : comparison(reader, first.value);
}

/** `'id' in parents`, `'you@example.com' in owners`. */
function membership(reader: Reader, value: string): Test {
	take(reader, 'in');
	const list = take(reader).value;
	const id = value === 'root' ? reader.world.root : value;
	if (list === 'parents') return (item) => item.parents.includes(id);
	if (list === 'owners' || list === 'writers' || list === 'readers') return () => true;
	throw invalid();
}

function comparison(reader: Reader, field: string): Test {
	const operator = take(reader).value.toLowerCase();
	if (operator === 'has') return pairs(reader, field);
	const { value } = take(reader);
	const test = comparisons[field];
	if (!test) throw invalid();
	return test(reader.world, operator, value);
}

function pairs(reader: Reader, field: string): Test {
	if (field !== 'appProperties' && field !== 'properties') throw invalid();
	take(reader, '{');
	take(reader, 'key');
	take(reader, '=');
	const key = take(reader).value;
	take(reader, 'and');
	take(reader, 'value');
	take(reader, '=');
	const { value } = take(reader);
	take(reader, '}');
	return (item) => item[field][key] === value;
}

type Comparison = (world: QueryWorld, operator: string, value: string) => Test;

const compare = (operator: string, left: string, right: string): boolean => {
	if (operator === '=') return left === right;
	if (operator === '!=') return left !== right;
	if (operator === '<') return left < right;
	if (operator === '<=') return left <= right;
	if (operator === '>') return left > right;
	if (operator === '>=') return left >= right;
	throw invalid();
};

const comparisons: Record<string, Comparison> = {
	// Drive compares names without case, and `contains` looks at the beginnings of words.
	name: (_world, operator, value) => {
		const wanted = value.toLowerCase();
		if (operator !== 'contains') return (item) => compare(operator, item.name.toLowerCase(), wanted);
		return (item) =>
			` ${item.name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')}`.includes(
				` ${wanted.replace(/[^\p{L}\p{N}]+/gu, ' ')}`,
			);
	},
	mimeType: (_world, operator, value) =>
		operator === 'contains'
			? (item) => item.mimeType.startsWith(value)
			: (item) => compare(operator, item.mimeType, value),
	fullText: (world, _operator, value) => (item) => world.fullText(item).toLowerCase().includes(value.toLowerCase()),
	trashed: (world, operator, value) => (item) => compare(operator, String(world.trashed(item)), value.toLowerCase()),
	starred: (_world, operator, value) => (item) => compare(operator, String(item.starred), value.toLowerCase()),
	createdTime: (_world, operator, value) => timed(operator, value, (item) => item.createdTime),
	modifiedTime: (_world, operator, value) => timed(operator, value, (item) => item.modifiedTime),
	sharedWithMe: () => () => false,
	visibility: () => () => true,
};

function timed(operator: string, value: string, of: (item: Item) => string): Test {
	const wanted = Date.parse(value);
	if (Number.isNaN(wanted)) throw invalid();
	const digits = (ms: number) => String(ms).padStart(16, '0');
	return (item) => compare(operator, digits(Date.parse(of(item))), digits(wanted));
}

/** Folders first is what `orderBy=folder` asks for. */
const sortKeys: Record<string, (item: Item) => string> = {
	name: (item) => item.name.toLowerCase(),
	name_natural: (item) => item.name.toLowerCase(),
	createdTime: (item) => item.createdTime,
	modifiedTime: (item) => item.modifiedTime,
	folder: (item) => (item.mimeType === FOLDER ? '0' : '1'),
	recency: (item) => item.modifiedTime,
	quotaBytesUsed: (item) => String(item.size).padStart(16, '0'),
};

/** A comparator for `orderBy`, such as `folder,modifiedTime desc`. Throws Drive's 400 for an unknown key. */
export function parseOrder(orderBy: string): (left: Item, right: Item) => number {
	const keys = orderBy.split(',').map((part) => {
		const [name = '', direction] = part.trim().split(/\s+/);
		const key = sortKeys[name];
		if (!key) throw new WireError(400, 'Invalid Value', { reason: 'invalid', location: 'orderBy' });
		return { key, sign: direction === 'desc' ? -1 : 1 };
	});
	return (left, right) => {
		for (const { key, sign } of keys) {
			const [a, b] = [key(left), key(right)];
			if (a !== b) return a < b ? -sign : sign;
		}
		return 0;
	};
}
