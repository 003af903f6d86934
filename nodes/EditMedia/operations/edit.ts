import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { z } from 'zod';
import type { EditInput, EditOperation, EditResult } from '../../../worker/contract/edit.ts';
import type { JobView } from '../../../worker/contract/job.ts';
import type { Operation } from '../../shared/operation';
import { assetFacts, filmFacts } from '../../shared/output';
import type { Labels } from '../../shared/problems';
import { defined } from '../../shared/read';
import { fieldsOf, type Reader, sectionOf } from '../../shared/reader';
import { shotFields } from '../../shared/shot';

type InputOf<O extends EditOperation> = Extract<z.input<typeof EditInput>, { operation: O }>;
/** What an operation says of its own; the builder adds the rest. */
type Own<O extends EditOperation> = Omit<InputOf<O>, 'operation' | 'asset' | 'name'>;

/** One edit: what the user sees of it and how its fields become the contract's. */
export type Edit<O extends EditOperation> = {
	option: Operation['option'];
	/** Fields that are always seen. */
	fields: INodeProperties[];
	/** Fields that are seen when they are added. */
	options?: INodeProperties[];
	/** By the names of the contract. */
	labels: Labels;
	/** Whether the result is something to see; it is unless told. */
	pictured?: boolean;
	/** Fields of the shot that are no longer right afterwards. */
	drops?: readonly string[];
	/** Fields of the shot that are now others. */
	sets?(own: Own<O>): IDataObject;
	read(fields: Reader, options: Reader): Own<O>;
};

/** The file to be edited. */
const assetField: INodeProperties = {
	displayName: 'Asset',
	name: 'asset',
	type: 'string',
	default: '={{ $json.asset }}',
	required: true,
	description: 'The file on the worker; as it stands, what the node before made',
};

const fileNameOption: INodeProperties = {
	displayName: 'File Name',
	name: 'fileName',
	type: 'string',
	default: '',
	placeholder: 'e.g. teaser',
	description: 'A name for the result; made from that of the source where it is not given',
};

const NO_ASSET = 'Edit Media takes items that carry a file of the worker in the field asset, say from Veo Video.';

/** An operation that edits the file of each item: the item goes on with the new file, its shot's fields, and what was done. */
export function edits<O extends EditOperation>(operation: O, edit: Edit<O>): Operation<'edit'> {
	return {
		option: edit.option,
		fields: [assetField, ...edit.fields, optionsField([fileNameOption, ...(edit.options ?? [])])],
		kind: 'edit',
		pictured: edit.pictured ?? true,
		labels: { asset: 'Asset', name: 'File Name', ...edit.labels },
		ask: (ctx, [item = 0]) => {
			const asset = fieldsOf(ctx, item).need('asset', 'Asset', NO_ASSET);
			const own = ownInput(edit, ctx, item);
			const input = { operation, asset, ...own } as unknown as InputOf<O>;
			const kept = shotFields(ctx, item);
			for (const name of edit.drops ?? []) delete kept[name];
			return { input, keep: { ...kept, ...edit.sets?.(own), source: asset } };
		},
		give: (job, keep) => [editedItem(job, keep)],
	};
}

/** The same for an operation that makes something out of nothing but its fields. */
export function makes<O extends EditOperation>(operation: O, edit: Edit<O>): Operation<'edit'> {
	return {
		...edits(operation, edit),
		fields: [...edit.fields, optionsField([fileNameOption, ...(edit.options ?? [])])],
		labels: { name: 'File Name', ...edit.labels },
		ask: (ctx, [item = 0]) => {
			const input = { operation, ...ownInput(edit, ctx, item) } as unknown as InputOf<O>;
			return { input, keep: shotFields(ctx, item) };
		},
	};
}

function ownInput<O extends EditOperation>(edit: Edit<O>, ctx: Reader['ctx'], item: number) {
	const options = sectionOf(ctx, 'options', item);
	return defined({ ...edit.read(fieldsOf(ctx, item), options), name: options.text('fileName') });
}

function optionsField(options: INodeProperties[]): INodeProperties {
	const byName = [...options].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'));
	return { ...OPTIONS, options: byName };
}

const OPTIONS: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
};

function editedItem(job: JobView, keep: IDataObject): IDataObject {
	const { operation, asset, report, notes } = job.result as EditResult;
	const edit = { operation, ...(report ? filmFacts(report) : {}), notes };
	return { ...keep, ...assetFacts(asset), edit, job: job.id };
}
