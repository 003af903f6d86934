import type { JobView } from '../../../worker/contract/job.ts';
import { needText } from '../../shared/read';
import { askWorker } from '../../shared/transport';
import { type JobOperation, jobField } from './table';
import { jobItem, simplifyField } from './view';

/** Ends a job that has not ended. */
export const cancel: JobOperation = {
	option: {
		name: 'Cancel',
		value: 'cancel',
		action: 'Cancel job',
		description: 'End a job. What Google has already begun may still be billed.',
	},
	fields: [jobField, simplifyField],
	run: async (ctx, item) => {
		const id = needText(ctx, 'job', 'Job ID', item, 'The item has no field job. Give the ID of a job.');
		const path = `/v1/jobs/${encodeURIComponent(id)}/cancel`;
		const job = await askWorker<JobView>(ctx, { method: 'POST', path, body: {}, item });
		return [{ json: jobItem(job, ctx.getNodeParameter('simplify', item) as boolean) }];
	},
};
