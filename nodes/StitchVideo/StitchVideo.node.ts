import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { operationField, operationFields } from '../shared/operation';
import { chosenOperation, runJobs, thumbnailField, waitField } from '../shared/waiting';
import { resume, resumeWebhooks } from '../shared/waiting-park';
import { stitchItems } from './operations/stitchItems';

const operations = [stitchItems];

/** Makes one film of many clips. */
export class StitchVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Stitch Video',
		name: 'stitchVideo',
		icon: { light: 'file:../../icons/stitch-video.svg', dark: 'file:../../icons/stitch-video.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"].replace(/([A-Z])/g, " $1").toLowerCase() }}',
		description: 'Join the clips of all items into one film, exact to the frame',
		defaults: { name: 'Stitch Video' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'reelsmithApi', required: true }],
		webhooks: resumeWebhooks,
		properties: [operationField(operations), ...operationFields(operations), waitField, thumbnailField],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runJobs(this, chosenOperation(this, operations));
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resume(this, operations);
	}
}
