import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { driveSearch } from '../shared/drive';
import { modelLists } from '../shared/models';
import { operationField, operationFields } from '../shared/operation';
import { chosenOperation, runJobs, waitField } from '../shared/waiting';
import { resume, resumeWebhooks } from '../shared/waiting-park';
import { createStoryboard } from './operations/createStoryboard';

const operations = [createStoryboard];

/** Writes what a film is made from. */
export class GeminiScript implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Gemini Script',
		name: 'geminiScript',
		icon: { light: 'file:../../icons/gemini-script.svg', dark: 'file:../../icons/gemini-script.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"].replace(/([A-Z])/g, " $1").toLowerCase() }}',
		description: 'Write storyboards for films from a brief',
		defaults: { name: 'Gemini Script' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'reelsmithApi', required: true }],
		webhooks: resumeWebhooks,
		properties: [operationField(operations), ...operationFields(operations), waitField],
	};

	methods = { listSearch: driveSearch, loadOptions: modelLists };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runJobs(this, chosenOperation(this, operations));
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resume(this, operations);
	}
}
