import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { forEachItem } from '../shared/direct';
import { operationField, shownFor } from '../shared/operation';
import { chosenOperation } from '../shared/waiting';
import { cancel } from './operations/cancel';
import { get } from './operations/get';
import { getMany } from './operations/getMany';
import { retry } from './operations/retry';

const operations = [cancel, get, getMany, retry];

/** Looks at the worker's jobs, ends them, starts them again. */
export class ReelsmithJob implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Reelsmith Job',
		name: 'reelsmithJob',
		icon: { light: 'file:../../icons/reelsmith-job.svg', dark: 'file:../../icons/reelsmith-job.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"].replace(/([A-Z])/g, " $1").toLowerCase() }}',
		description: 'Look at what the Reelsmith worker is doing, stop it, or start it again',
		defaults: { name: 'Reelsmith Job' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'reelsmithApi', required: true }],
		properties: [
			operationField(operations, 'get'),
			...operations.flatMap(({ option, fields }) => shownFor([option.value], fields)),
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await forEachItem(this, chosenOperation(this, operations).run);
	}
}
