import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { modelLists } from '../shared/models';
import { operationField, operationFields } from '../shared/operation';
import { chosenOperation, runJobs, thumbnailField, waitOrHandOnField } from '../shared/waiting';
import { resume, resumeWebhooks } from '../shared/waiting-park';
import { generateFromText } from './operations/generateFromText';

const operations = [generateFromText];

/** Makes clips with Google's video models. */
export class VeoVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Veo Video',
		name: 'veoVideo',
		icon: { light: 'file:../../icons/veo-video.svg', dark: 'file:../../icons/veo-video.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"].replace(/([A-Z])/g, " $1").toLowerCase() }}',
		description: 'Generate clips with Gemini Omni or Google Veo, all items at once and none paid twice',
		defaults: { name: 'Veo Video' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'reelsmithApi', required: true }],
		webhooks: resumeWebhooks,
		properties: [
			operationField(operations),
			...operationFields(operations),
			waitOrHandOnField,
			{ ...thumbnailField, displayOptions: { hide: { wait: ['dontWait', 'handOn'] } } },
		],
	};

	methods = { loadOptions: modelLists };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runJobs(this, chosenOperation(this, operations));
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resume(this, operations);
	}
}
