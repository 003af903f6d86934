import { Fault } from '../../base/errors.ts';
import type { Asset } from '../../contract/asset.ts';
import type { Input } from '../../contract/job.ts';
import type { Timeline } from '../../contract/timeline.ts';
import { hasEnded } from '../../contract/vocabulary.ts';
import type { Context, OtherJob, Tools } from '../kind.ts';
import { clipFile, otherFiles } from './files.ts';

/** How often the makers of missing clips are asked. The film is ready that much later, on average half of it. */
const LOOK_SECONDS = 2;

/** A timeline whose clips are all there, and what there is to say about those that are not. */
export type Landed = { timeline: Timeline; notes: string[] };

/**
 * Waits, without a slot, until the jobs that make a timeline's clips have ended, and makes what can be made of the film
 * meanwhile. A clip whose job failed is left out where `missing` says so; else throws `conflict`, naming it.
 */
export async function landedClips(input: Input<'stitch'>, context: Context, tools: Tools): Promise<Landed> {
	const { clips } = input.timeline;
	const ids = [...new Set(clips.flatMap(({ job }) => job ?? []))];
	if (!ids.length) return { timeline: input.timeline, notes: [] };
	const pace = { everySeconds: LOOK_SECONDS, forSeconds: Infinity, activity: 'Waiting for the clips' };
	const known = context.recall<Landed>('clips');
	if (known) return known;
	await context.takeUp(await context.others(ids));
	return context.poll('clips', look, pace);

	async function look(): Promise<Landed | undefined> {
		for (let made = -1; ;) {
			const jobs = new Map((await context.others(ids)).map((job) => [job.id, job]));
			const ended = [...jobs.values()].filter(({ status }) => hasEnded(status));
			refuseFailed(input, jobs);
			if (ended.length === ids.length) return withAssets(input, jobs);
			pace.activity = `Waiting for ${ids.length - ended.length} of ${clips.length} clips`;
			if (ended.length === made) return undefined;
			made = ended.length;
			await prepare(input, jobs, context, tools);
		}
	}
}

const assetOf = (job: OtherJob | undefined): string | undefined =>
	job?.status === 'succeeded' ? (job.result as { asset?: Asset } | null)?.asset?.id : undefined;

/** A job that ended and made no clip. */
const isLost = (job: OtherJob | undefined): boolean => !!job && hasEnded(job.status) && !assetOf(job);

function refuseFailed({ timeline, missing }: Input<'stitch'>, jobs: Map<string, OtherJob>): void {
	if (missing === 'leaveOut') return;
	const index = timeline.clips.findIndex(({ job }) => isLost(jobs.get(job ?? '')));
	const job = jobs.get(timeline.clips[index]?.job ?? '');
	if (!job) return;
	const why = job.problem?.message ?? (job.status === 'cancelled' ? 'it was cancelled' : 'it made no video');
	throw new Fault('conflict', `clip ${index + 1} is not there: ${why}`, {
		hint: 'Clips that were made are kept. Try that job again with Reelsmith Job → Retry, or let the film be made without missing shots.',
		jobId: job.id,
		refusals: [{ field: `timeline.clips.${index}.job`, message: `ended as ${job.status}` }],
	});
}

/** The timeline with the clips that were made, without those that were not. */
function withAssets({ timeline }: Input<'stitch'>, jobs: Map<string, OtherJob>): Landed {
	const notes: string[] = [];
	const clips = timeline.clips.flatMap(({ job, ...clip }, index) => {
		const asset = job === undefined ? clip.asset : assetOf(jobs.get(job));
		if (asset) return [{ ...clip, asset }];
		notes.push(`clip ${index + 1} was left out: ${jobs.get(job!)?.problem?.message ?? 'it was not made'}`);
		return [];
	});
	if (clips.length) return { timeline: { ...timeline, clips }, notes };
	throw new Fault('conflict', 'none of the clips was made', { hint: 'Look at the jobs of the step before.' });
}

/** Makes what the clips at hand allow. What goes wrong here goes wrong again, and is told, when all are there. */
async function prepare(
	{ timeline, missing }: Input<'stitch'>,
	jobs: Map<string, OtherJob>,
	{ signal, progress, log }: Context,
	{ media, assets }: Tools,
): Promise<void> {
	const wanted = timeline.clips.filter(({ job }) => missing === 'stop' || !isLost(jobs.get(job ?? '')));
	const clips = wanted.map(({ job, ...clip }) => ({
		...clip,
		asset: job === undefined ? clip.asset : assetOf(jobs.get(job)),
	}));
	try {
		await media.prepare(
			{
				clips: await Promise.all(
					clips.map((clip, index) => (clip.asset ? clipFile(clip, index, assets) : null)),
				),
				files: await otherFiles(timeline, assets),
				timeline: { ...timeline, clips },
			},
			{ signal, progress: (done, activity) => progress(done, activity) },
		);
	} catch (error) {
		signal.throwIfAborted();
		log.warn({ err: error }, 'nothing could be made ahead');
	}
}
