import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { JobView } from '../../../worker/contract/job.ts';
import type { ImportInput, ImportResult } from '../../../worker/contract/transfer.ts';
import { fileField } from '../../shared/drive';
import type { Operation } from '../../shared/operation';
import { assetFacts } from '../../shared/output';
import { defined, needText, readText } from '../../shared/read';

const fields: INodeProperties[] = [
	{
		displayName: 'Source',
		name: 'from',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Google Drive', value: 'drive' },
			{ name: 'Binary Field of the Item', value: 'binary' },
			{ name: 'URL', value: 'url' },
		],
		default: 'drive',
		description: 'Where the file is',
	},
	{
		...fileField({
			displayName: 'File',
			name: 'file',
			description: 'The Drive file; as it stands, the file of the item from Drive Watch Trigger',
		}),
		displayOptions: { show: { from: ['drive'] } },
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://example.com/video.mp4',
		displayOptions: { show: { from: ['url'] } },
		description: 'Address that the worker downloads the file from',
	},
	{
		displayName: 'Input Binary Field',
		name: 'binaryField',
		type: 'string',
		default: 'data',
		required: true,
		hint: 'The name of the input field that holds the file',
		displayOptions: { show: { from: ['binary'] } },
		description: 'The file goes to the worker piece by piece and is never whole in memory',
	},
	{
		displayName: 'File Name',
		name: 'fileName',
		type: 'string',
		default: '',
		placeholder: 'e.g. intro.mp4',
		description: 'A name for the file; its own where empty',
	},
];

/** Brings a file to the worker, from Drive or an address. (From a binary field: `uploadBinary`, which needs no job.) */
export const importFile: Operation<'import'> = {
	option: {
		name: 'Import',
		value: 'importFile',
		action: 'Import file',
		description: 'Bring a file to the worker, to be stitched or exported',
	},
	fields,
	kind: 'import',
	pictured: true,
	labels: { 'source.file': 'File', 'source.url': 'URL', source: 'Source', name: 'File Name' },
	ask: (ctx, [item = 0]) => ({
		input: defined({ source: source(ctx, item), name: readText(ctx, 'fileName', item) }),
		keep:
			ctx.getInputData()[item]?.json.number === undefined
				? {}
				: { number: ctx.getInputData()[item]?.json.number },
	}),
	give: (job, keep) => [importedItem(job, keep)],
};

function source(ctx: IExecuteFunctions, item: number): ImportInput['source'] {
	if (ctx.getNodeParameter('from', item) === 'url')
		return { from: 'url', url: needText(ctx, 'url', 'URL', item, 'Give the address of the file.') };
	const hint = 'The item has no file ID here. Choose a file, or let the items come from Drive Watch Trigger.';
	return { from: 'drive', file: needText(ctx, 'file', 'File', item, hint) };
}

function importedItem(job: JobView, keep: IDataObject): IDataObject {
	return { ...keep, ...assetFacts((job.result as ImportResult).asset), job: job.id };
}
