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
import { checkQuality } from './operations/checkQuality';
import { detectScenes } from './operations/detectScenes';
import { detectSilence } from './operations/detectSilence';
import { detectWatermark } from './operations/detectWatermark';
import { probe } from './operations/probe';

const operations = [checkQuality, detectScenes, detectSilence, detectWatermark, probe];
const pictured = operations.filter((operation) => operation.pictured).map(({ option }) => option.value);

/** Looks at one file at a time, and changes nothing. */
export class InspectMedia implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Inspect Media',
		name: 'inspectMedia',
		icon: { light: 'file:../../icons/inspect-media.svg', dark: 'file:../../icons/inspect-media.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"].replace(/([A-Z])/g, " $1").toLowerCase() }}',
		description: 'Look into the video of each item: is it any good, where do its scenes begin, what is it made of',
		defaults: { name: 'Inspect Media' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'reelsmithApi', required: true }],
		webhooks: resumeWebhooks,
		properties: [
			operationField(operations),
			...operationFields(operations),
			waitField,
			{ ...thumbnailField, displayOptions: { show: { operation: pictured }, hide: { wait: ['dontWait'] } } },
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runJobs(this, chosenOperation(this, operations));
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resume(this, operations);
	}
}
