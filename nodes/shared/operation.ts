import type { IDataObject, IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { z } from 'zod';
import type { INPUTS, JobView } from '../../worker/contract/job.ts';
import type { Kind } from '../../worker/contract/vocabulary.ts';
import type { Labels } from './problems';

/** What one job is asked to do, and what its items carry over from the item it was made from. */
export type Ask<K extends Kind> = {
	input: z.input<(typeof INPUTS)[K]>;
	keep?: IDataObject;
	/** The form in which the result is wanted, where there are several. */
	form?: string;
	/** Where one job is made of many items: these items, in the order in which the input lists what they gave. */
	order?: number[];
};

/**
 * One n8n operation that asks the worker for jobs: its fields, the job made of each item (or, `together`, the one job
 * made of all), and the items that its result becomes. A node lists its operations in a table.
 */
export type Operation<K extends Kind = Kind> = {
	option: INodePropertyOptions & { value: string };
	/** Without `displayOptions`: the node adds them. */
	fields: INodeProperties[];
	kind: K;
	/** What the fields of the contract are called here, for refusals. */
	labels: Labels;
	together?: boolean;
	/** Whether the result is something to see. */
	pictured: boolean;
	/** Reads the fields of these items (one, or all where `together`); throws NodeOperationError. */
	ask(ctx: IExecuteFunctions, items: number[]): Ask<K>;
	/** The items' JSON; most results are one item. */
	give(job: JobView, keep: IDataObject, form?: string): IDataObject[];
	/** Which picture each of these items shows, by asset ID, where it is not the thumbnail of the result. */
	pictures?(job: JobView, form?: string): Array<string | null>;
};

/** An operation of any kind, as tables hold it. */
export type AnyOperation = Omit<Operation, 'ask'> & { ask(ctx: IExecuteFunctions, items: number[]): Ask<Kind> };

/** The drop-down of a node's operations; the first one is the default unless told. */
export function operationField(
	operations: ReadonlyArray<{ option: INodePropertyOptions & { value: string } }>,
	standard = operations[0]?.option.value,
): INodeProperties {
	return { ...OPERATION, options: operations.map(({ option }) => option), default: standard ?? '' };
}

const OPERATION: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	default: '',
};

/** The fields of all operations, each shown for its own operation alone. */
export function operationFields(operations: readonly AnyOperation[]): INodeProperties[] {
	return operations.flatMap(({ option, fields }) => shownFor([option.value], fields));
}

/** Fields that show up only for some operations, besides what they ask for themselves. */
export function shownFor(operations: string[], fields: INodeProperties[]): INodeProperties[] {
	return fields.map((field) => ({
		...field,
		displayOptions: { ...field.displayOptions, show: { operation: operations, ...field.displayOptions?.show } },
	}));
}
