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
import { addCaptions } from './operations/addCaptions';
import { addLogo } from './operations/addLogo';
import { addMusic } from './operations/addMusic';
import { changeAspect } from './operations/changeAspect';
import { changeSpeed } from './operations/changeSpeed';
import { extractAudio } from './operations/extractAudio';
import { makeContactSheet } from './operations/makeContactSheet';
import { makeThumbnail } from './operations/makeThumbnail';
import { makeTitleCard } from './operations/makeTitleCard';
import { normaliseLoudness } from './operations/normaliseLoudness';
import { resize } from './operations/resize';
import { trim } from './operations/trim';

const operations = [
	addCaptions,
	addLogo,
	addMusic,
	changeAspect,
	changeSpeed,
	extractAudio,
	makeContactSheet,
	makeThumbnail,
	makeTitleCard,
	normaliseLoudness,
	resize,
	trim,
];
const pictured = operations.filter((operation) => operation.pictured).map(({ option }) => option.value);

/** Changes one file at a time. */
export class EditMedia implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Edit Media',
		name: 'editMedia',
		icon: { light: 'file:../../icons/edit-media.svg', dark: 'file:../../icons/edit-media.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"].replace(/([A-Z])/g, " $1").toLowerCase() }}',
		description: 'Trim, reshape, caption or score the video of each item, or take pictures and sound out of it',
		defaults: { name: 'Edit Media' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'reelsmithApi', required: true }],
		webhooks: resumeWebhooks,
		properties: [
			operationField(operations, 'trim'),
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
