import type { JobView } from '../../../worker/contract/job.ts';
import { KINDS, STATUSES } from '../../shared/choices';
import { defined, readOptions } from '../../shared/read';
import { askWorker } from '../../shared/transport';
import type { JobOperation } from './table';
import { jobItem, simplifyField } from './view';

/** The newest jobs, one item each. */
export const getMany: JobOperation = {
	option: { name: 'Get Many', value: 'getAll', action: 'Get many jobs', description: 'List the newest jobs' },
	fields: [
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 1000 },
			default: 50,
			description: 'Max number of results to return',
		},
		simplifyField,
		{
			displayName: 'Filters',
			name: 'options',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			options: [
				{
					displayName: 'Kind',
					name: 'kind',
					type: 'options',
					options: KINDS,
					default: 'clip',
					description: 'What the jobs do',
				},
				{
					displayName: 'Status',
					name: 'status',
					type: 'options',
					options: STATUSES,
					default: 'failed',
					description: 'How the jobs stand',
				},
			],
		},
	],
	run: async (ctx, item) => {
		const { kind, status } = readOptions(ctx, item);
		const qs = defined({ kind, status, limit: ctx.getNodeParameter('limit', item) as number });
		const { jobs } = await askWorker<{ jobs: JobView[] }>(ctx, { method: 'GET', path: '/v1/jobs', qs, item });
		const simplify = ctx.getNodeParameter('simplify', item) as boolean;
		return jobs.map((job) => ({ json: jobItem(job, simplify) }));
	},
};
