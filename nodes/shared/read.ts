import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { place } from './problems';

/** A text field, without blanks around it; undefined where it is empty. */
export function readText(ctx: IExecuteFunctions, name: string, item: number): string | undefined {
	const value = ctx.getNodeParameter(name, item, '') as unknown;
	return cleanText(value);
}

/** What a list or a resource locator has chosen; undefined where nothing is. */
export function readChoice(ctx: IExecuteFunctions, name: string, item: number): string | undefined {
	return cleanText(ctx.getNodeParameter(name, item, '', { extractValue: true }) as unknown);
}

/** A number field; undefined where it is empty or 0, which stands for "not given". */
export function readNumber(ctx: IExecuteFunctions, name: string, item: number): number | undefined {
	return cleanNumber(ctx.getNodeParameter(name, item, 0) as unknown);
}

/** A collection of options, as set. */
export function readOptions(ctx: IExecuteFunctions, item: number): IDataObject {
	return ctx.getNodeParameter('options', item, {}) as IDataObject;
}

/** A text that has to be there; throws NodeOperationError by the field's display name. */
export function needText(ctx: IExecuteFunctions, name: string, label: string, item: number, hint: string): string {
	const value = readChoice(ctx, name, item);
	if (value !== undefined) return value;
	throw new NodeOperationError(ctx.getNode(), `${label} is empty${place(item)}`, {
		itemIndex: item,
		description: hint,
	});
}

export function cleanText(value: unknown): string | undefined {
	if (value === undefined || value === null) return undefined;
	return String(value).trim() || undefined;
}

export function cleanNumber(value: unknown): number | undefined {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) && number !== 0 ? number : undefined;
}

/** Those fields of an object that are there. */
export function pick(from: IDataObject, names: readonly string[]): IDataObject {
	return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
}

/** Leaves out what is undefined, as JSON does. */
export function defined<T extends object>(object: T): T {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
