import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { JobView } from '../../../worker/contract/job.ts';
import type { ExportResult } from '../../../worker/contract/transfer.ts';
import { folderField } from '../../shared/drive';
import type { Operation } from '../../shared/operation';
import { defined, needText, pick, readText } from '../../shared/read';

const fields: INodeProperties[] = [
	{
		displayName: 'Asset',
		name: 'asset',
		type: 'string',
		default: '={{ $json.asset }}',
		required: true,
		description: 'The file on the worker; as it stands, what the node before made',
	},
	{
		displayName: 'Destination',
		name: 'to',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Google Drive', value: 'drive' },
			{ name: 'Binary Field of the Item', value: 'binary' },
		],
		default: 'drive',
		description: 'Where the file is to go',
	},
	{
		...folderField({ displayName: 'Folder', name: 'folder', description: 'The Drive folder that takes the file' }),
		displayOptions: { show: { to: ['drive'] } },
	},
	{
		displayName: 'File Name',
		name: 'fileName',
		type: 'string',
		default: '',
		placeholder: 'e.g. film.mp4',
		displayOptions: { show: { to: ['drive'] } },
		description: 'A name for the file on Drive; its own where empty',
	},
	{
		displayName: 'Put Output File in Field',
		name: 'binaryField',
		type: 'string',
		default: 'data',
		required: true,
		hint: 'The name of the output field that takes the file',
		displayOptions: { show: { to: ['binary'] } },
		description: 'The file comes piece by piece and is never whole in memory',
	},
];

/** Takes a file from the worker to a Drive folder. (To a binary field: `downloadBinary`, which needs no job.) */
export const exportFile: Operation<'export'> = {
	option: {
		name: 'Export',
		value: 'exportFile',
		action: 'Export file',
		description: 'Take a file from the worker to where it is wanted',
	},
	fields,
	kind: 'export',
	pictured: false,
	labels: {
		asset: 'Asset',
		'destination.folder': 'Folder',
		'destination.name': 'File Name',
		destination: 'Destination',
	},
	ask: (ctx, [item = 0]) => {
		const folder = needText(ctx, 'folder', 'Folder', item, 'Choose the Drive folder that takes the file.');
		const name = readText(ctx, 'fileName', item);
		const input = { asset: needAsset(ctx, item), destination: defined({ to: 'drive' as const, folder, name }) };
		return { input, keep: pick(ctx.getInputData()[item]?.json ?? {}, ['title', 'asset']) };
	},
	give: (job, keep) => [exportedItem(job, keep)],
};

/** The asset to be exported; throws NodeOperationError where the item carries none. */
export function needAsset(ctx: Parameters<typeof needText>[0], item: number): string {
	const hint =
		'Transfer File → Export takes items that carry a file of the worker in the field asset, say from Stitch Video.';
	return needText(ctx, 'asset', 'Asset', item, hint);
}

function exportedItem(job: JobView, keep: IDataObject): IDataObject {
	return { ...keep, ...(job.result as ExportResult).file, job: job.id };
}
