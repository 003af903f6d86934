import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Direct } from '../../shared/direct';

/** An operation on jobs: it asks the worker and answers at once. */
export type JobOperation = { option: INodePropertyOptions & { value: string }; fields: INodeProperties[]; run: Direct };

/** Which job. */
export const jobField: INodeProperties = {
	displayName: 'Job ID',
	name: 'job',
	type: 'string',
	default: '={{ $json.job }}',
	required: true,
	description: 'ID of the job; every Reelsmith item carries it in the field job, and so does every message',
};
