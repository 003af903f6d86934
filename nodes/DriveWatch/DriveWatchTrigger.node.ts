import type {
	IDataObject,
	INodeExecutionData,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
	IPollFunctions,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { driveSearch, folderField } from '../shared/drive';
import { lookForFiles } from './look';
import { FILE_TYPES } from './types';

const properties: INodeProperties[] = [
	{
		displayName: 'Event',
		name: 'event',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Changed File',
				value: 'changed',
				description: 'Each new content of a file; renaming or moving it within the folder is not a change',
			},
			{
				name: 'New File',
				value: 'new',
				description: 'Each file once, when it first lies complete in the folder',
			},
		],
		default: 'new',
		description: 'What starts the workflow',
	},
	folderField({ displayName: 'Folder', name: 'folder', description: 'The Drive folder to watch' }),
	{
		displayName: 'Include Subfolders',
		name: 'subfolders',
		type: 'boolean',
		default: false,
		description: 'Whether files in folders below the folder count too, however deep',
	},
	{
		displayName: 'File Types',
		name: 'types',
		type: 'multiOptions',
		options: FILE_TYPES.map(({ name, value, description }) => ({ name, value, description })),
		default: ['any'],
		description: 'Which files count',
	},
	{
		displayName: 'Rest Time for Google Docs (Seconds)',
		name: 'restSeconds',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 86400 },
		default: 120,
		description:
			'How long nobody must have typed in a Google document before it counts as finished; other files count as soon as their upload is complete',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Deliver Existing Files',
				name: 'existing',
				type: 'boolean',
				default: false,
				description: 'Whether files that lie there when the workflow is activated start it too',
			},
		],
	},
];

/** Starts a workflow when files come into a Drive folder. */
export class DriveWatchTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Drive Watch Trigger',
		name: 'driveWatchTrigger',
		icon: { light: 'file:../../icons/drive-watch.svg', dark: 'file:../../icons/drive-watch.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["event"] + " file" }}',
		description: 'Starts the workflow when files come into a Google Drive folder: none missed, none twice',
		defaults: { name: 'Drive Watch Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'reelsmithApi', required: true }],
		properties,
	};

	methods = { listSearch: driveSearch };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const files = await lookForFiles(this);
		return files.length ? [this.helpers.returnJsonArray(files as unknown as IDataObject[])] : null;
	}
}
