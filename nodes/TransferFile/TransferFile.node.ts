import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { type Direct, forEachItem } from '../shared/direct';
import { driveSearch } from '../shared/drive';
import { operationField, operationFields } from '../shared/operation';
import { chosenOperation, runJobs, thumbnailField, waitField } from '../shared/waiting';
import { resume, resumeWebhooks } from '../shared/waiting-park';
import { downloadBinary } from './operations/downloadBinary';
import { exportFile } from './operations/exportFile';
import { importFile } from './operations/importFile';
import { uploadBinary } from './operations/uploadBinary';

const operations = [exportFile, importFile];

/** What needs no job: the other end is n8n itself. Operation → the field that says so, and what to do. */
const directWays: Record<string, { field: string; direct: Direct }> = {
	importFile: { field: 'from', direct: uploadBinary },
	exportFile: { field: 'to', direct: downloadBinary },
};

/** Brings files to the worker and takes them away. */
export class TransferFile implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Transfer File',
		name: 'transferFile',
		icon: { light: 'file:../../icons/transfer-file.svg', dark: 'file:../../icons/transfer-file.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"].replace(/([A-Z])/g, " $1").toLowerCase() }}',
		description: 'Bring videos and pictures to the Reelsmith worker, and take finished films to Google Drive',
		defaults: { name: 'Transfer File' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'reelsmithApi', required: true }],
		webhooks: resumeWebhooks,
		properties: [
			operationField(operations),
			...operationFields(operations),
			{ ...waitField, displayOptions: { show: { operation: ['exportFile'], to: ['drive'] } } },
			{ ...waitField, displayOptions: { show: { operation: ['importFile'], from: ['drive', 'url'] } } },
			{
				...thumbnailField,
				displayOptions: { show: { operation: ['importFile'] }, hide: { wait: ['dontWait'] } },
			},
		],
	};

	methods = { listSearch: driveSearch };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = chosenOperation(this, operations);
		const way = directWays[operation.option.value];
		if (way && this.getNodeParameter(way.field, 0) === 'binary') return await forEachItem(this, way.direct);
		return await runJobs(this, operation);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resume(this, operations);
	}
}
