import { join } from 'node:path';
import type { JobKind } from '../kind.ts';
import { keepFile } from '../keep.ts';

type Request = { model: string; seed?: number };

/**
 * One paid model call. Intent, one POST, Google's name of the operation, looks without a slot, download at once
 * (Google keeps a file 48 hours), hash, probe, store. Every step but the POST may be repeated freely.
 */
export const clip: JobKind<'clip'> = {
	queue: 'google',
	paidStep: 'start',
	check: (input, { google }) => google.checkClip(input),
	missing: (input, grant, { google }) => google.missing('video', grant, input.model),
	async run(input, { grant, signal, paid, poll, step, progress, scratch }, { google, media, assets, pace }, request) {
		progress(0.02, 'Asking for the clip');
		const operation = await paid('start', (unbroken) => google.video.start(request as never, grant, unbroken));
		progress(0.1, 'Being generated');
		const ended = await poll(
			'generate',
			async () => {
				const look = await google.video.poll(operation, grant, signal);
				return look.state === 'done' ? { costUsd: look.costUsd } : undefined;
			},
			{ everySeconds: pace.pollSeconds, forSeconds: pace.operationSeconds, activity: 'Being generated' },
		);
		const kept = await step('collect', async () => {
			progress(0.8, 'Fetching the clip');
			const folder = await scratch();
			const path = join(folder, 'clip.mp4');
			const { costUsd } = await google.video.collect(operation, grant, path, signal);
			const name = `${input.shot ? `shot ${String(input.shot).padStart(3, '0')}` : 'clip'}.mp4`;
			progress(0.95, 'Looking at the clip');
			const asset = await keepFile({ path, name, mimeType: 'video/mp4', folder }, { assets, media }, signal);
			return { asset, costUsd };
		});
		const costUsd = kept.costUsd ?? ended.costUsd;
		const { model, seed } = request as Request;
		const checked = google.checkClip(input);
		return {
			result: {
				asset: kept.asset,
				model,
				operation,
				shot: input.shot ?? null,
				seed: seed ?? null,
				costUsd,
				estimateUsd: 'refusals' in checked ? 0 : checked.estimateUsd,
			},
			costUsd,
		};
	},
	async cancel(steps, grant, { google }, signal) {
		if (steps['start']) await google.video.cancel(JSON.parse(steps['start']) as string, grant, signal);
	},
};
