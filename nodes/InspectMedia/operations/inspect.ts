import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { InspectInput, InspectOperation, InspectResult } from '../../../worker/contract/inspect.ts';
import type { Operation } from '../../shared/operation';
import type { Labels } from '../../shared/problems';
import { defined } from '../../shared/read';
import { fieldsOf, type Reader, sectionOf } from '../../shared/reader';
import { shotFields } from '../../shared/shot';

type InputOf<O extends InspectOperation> = Extract<z.input<typeof InspectInput>, { operation: O }>;
/** What a look found. */
export type Found<O extends InspectOperation> = Extract<InspectResult, { operation: O }>;

/** One way of looking: what the user sees of it, how its fields become the contract's, and what the items then carry. */
export type Look<O extends InspectOperation> = {
	option: Operation['option'];
	fields: INodeProperties[];
	/** By the names of the contract. */
	labels: Labels;
	read(fields: Reader, options: Reader): Omit<InputOf<O>, 'operation' | 'asset'>;
	/** The field that chooses the form of the result, where there is one. */
	formField?: string;
	/** What is put on the item, or on each of several items. */
	give(found: Found<O>, keep: IDataObject, form?: string): IDataObject[];
	/** The picture of each of these. */
	pictures?(found: Found<O>, form?: string): Array<string | null>;
};

/** What tells of the file itself, so that a clip that was looked at can still be stitched. */
const FILE_FIELDS = ['fileName', 'mimeType', 'bytes', 'media', 'previewUrl', 'model', 'costUsd'] as const;

/** The file to be looked at. */
const assetField: INodeProperties = {
	displayName: 'Asset',
	name: 'asset',
	type: 'string',
	default: '={{ $json.asset }}',
	required: true,
	description: 'The file on the worker; as it stands, what the node before made',
};

const NO_ASSET = 'Inspect Media takes items that carry a file of the worker in the field asset, say from Veo Video.';

/** An operation that looks at the file of each item: the item goes on as it was, with what was found. */
export function looks<O extends InspectOperation>(operation: O, look: Look<O>): Operation<'inspect'> {
	const { pictures } = look;
	return {
		option: look.option,
		fields: [assetField, ...look.fields],
		kind: 'inspect',
		pictured: pictures !== undefined,
		labels: { asset: 'Asset', ...look.labels },
		ask: (ctx, [item = 0]) => {
			const fields = fieldsOf(ctx, item);
			const asset = fields.need('asset', 'Asset', NO_ASSET);
			const own = defined(look.read(fields, sectionOf(ctx, 'options', item)));
			const input = { operation, asset, ...own } as unknown as InputOf<O>;
			const keep = { ...shotFields(ctx, item, FILE_FIELDS), asset };
			return defined({ input, keep, form: look.formField ? fields.text(look.formField) : undefined });
		},
		give: (job, keep, form) =>
			look.give(job.result as Found<O>, keep, form).map((json) => ({ ...json, job: job.id })),
		...(pictures ? { pictures: (job, form) => pictures(job.result as Found<O>, form) } : {}),
	};
}

/** The options of a look. */
export function lookOptions(options: INodeProperties[]): INodeProperties {
	return { ...OPTIONS, options };
}

const OPTIONS: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
};
