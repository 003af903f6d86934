import type { JobView } from '../../../worker/contract/job.ts';
import { needText } from '../../shared/read';
import { askWorker } from '../../shared/transport';
import { type JobOperation, jobField } from './table';
import { jobItem, simplifyField } from './view';

/** Starts a job again from its first unfinished step: what was paid for and kept is not paid for again. */
export const retry: JobOperation = {
	option: {
		name: 'Retry',
		value: 'retry',
		action: 'Retry job',
		description: 'Start a failed, cancelled or unknown job again from where it ended',
	},
	fields: [
		jobField,
		{
			displayName: 'Pay Again',
			name: 'payAgain',
			type: 'boolean',
			default: false,
			description:
				'Whether to send a paid request again whose outcome nobody knows. Google may have accepted the first one: then you pay twice. Look into your Google bill before you switch this on.',
		},
		simplifyField,
	],
	run: async (ctx, item) => {
		const id = needText(ctx, 'job', 'Job ID', item, 'The item has no field job. Give the ID of a job.');
		const path = `/v1/jobs/${encodeURIComponent(id)}/retry`;
		const body = { payAgain: ctx.getNodeParameter('payAgain', item) as boolean };
		const job = await askWorker<JobView>(ctx, { method: 'POST', path, body, item });
		return [{ json: jobItem(job, ctx.getNodeParameter('simplify', item) as boolean) }];
	},
};
