import type { JobView } from '../../../worker/contract/job.ts';
import { needText } from '../../shared/read';
import { askWorker } from '../../shared/transport';
import { type JobOperation, jobField } from './table';
import { jobItem, simplifyField } from './view';

/** One job: how far it is, what it made, what it cost. */
export const get: JobOperation = {
	option: { name: 'Get', value: 'get', action: 'Get job', description: 'Look at one job' },
	fields: [jobField, simplifyField],
	run: async (ctx, item) => {
		const id = needText(ctx, 'job', 'Job ID', item, 'The item has no field job. Give the ID of a job.');
		const path = `/v1/jobs/${encodeURIComponent(id)}`;
		const job = await askWorker<JobView>(ctx, { method: 'GET', path, item });
		return [{ json: jobItem(job, ctx.getNodeParameter('simplify', item) as boolean) }];
	},
};
