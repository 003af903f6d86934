import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { place } from './problems';
import { cleanText } from './read';

/** Rounds a share so that 7 per cent are 0.07 and nothing else. */
const SHARE_STEPS = 100_000;

/**
 * Reads fields of one item and says what is wrong with them by the name that the user sees. `number` takes 0 for what it
 * is, `positive` takes it as "not given". Everything throws NodeOperationError with the item.
 */
export type Reader = {
	ctx: IExecuteFunctions;
	item: number;
	value(name: string): unknown;
	text(name: string): string | undefined;
	need(name: string, label: string, hint: string): string;
	number(name: string, label: string): number | undefined;
	positive(name: string, label: string): number | undefined;
	/** Given in per cent, read as a share: 12 is 0.12. */
	share(name: string, label: string, from: number, to: number): number | undefined;
	flag(name: string): boolean | undefined;
	/** Whether one of these is there, be it empty. */
	has(names: readonly string[]): boolean;
	refuse(message: string, hint: string): never;
};

/** Reads the fields of a node itself. */
export function fieldsOf(ctx: IExecuteFunctions, item: number): Reader {
	const value = (name: string) => ctx.getNodeParameter(name, item, null) as unknown;
	return readerOf(ctx, item, value, (name) => value(name) !== null);
}

/** Reads the options that were added to a section (a collection) of a node. */
export function sectionOf(ctx: IExecuteFunctions, section: string, item: number): Reader {
	const set = ctx.getNodeParameter(section, item, {}) as IDataObject;
	return setOf(ctx, set, item);
}

/** Reads the values of an object, say of one entry of a list of entries. */
export function setOf(ctx: IExecuteFunctions, set: IDataObject, item: number): Reader {
	return readerOf(
		ctx,
		item,
		(name) => set[name],
		(name) => name in set,
	);
}

function readerOf(
	ctx: IExecuteFunctions,
	item: number,
	value: (name: string) => unknown,
	isThere: (name: string) => boolean,
): Reader {
	const text = (name: string) => cleanText(value(name));
	const number = (name: string, label: string): number | undefined => {
		const given = text(name);
		if (given === undefined) return undefined;
		const found = Number(given);
		return Number.isFinite(found) ? found : refuse(`${label} is not a number`, `It is "${given}".`);
	};
	const refuse = (message: string, hint: string): never => {
		throw new NodeOperationError(ctx.getNode(), `${message}${place(item)}`, { itemIndex: item, description: hint });
	};
	return {
		ctx,
		item,
		value,
		text,
		number,
		refuse,
		need: (name, label, hint) => text(name) ?? refuse(`${label} is empty`, hint),
		positive: (name, label) => number(name, label) || undefined,
		share: (name, label, from, to) => {
			const percent = number(name, label);
			if (percent === undefined) return undefined;
			if (percent < from || percent > to)
				refuse(`${label} is ${percent}`, `It has to be between ${from} and ${to}.`);
			return Math.round((percent / 100) * SHARE_STEPS) / SHARE_STEPS;
		},
		flag: (name) => (isThere(name) && text(name) !== undefined ? isYes(value(name)) : undefined),
		has: (names) => names.some(isThere),
	};
}

/** Expressions give `"false"` as a text. */
function isYes(value: unknown): boolean {
	return typeof value === 'string' ? value.trim().toLowerCase() !== 'false' : Boolean(value);
}
