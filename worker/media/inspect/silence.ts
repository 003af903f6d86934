import { rm } from 'node:fs/promises';
import { Fault } from '../../base/errors.ts';
import type { InspectOf, SilenceReport, Stretch } from '../../contract/inspect.ts';
import { SAMPLE_RATE } from '../rate.ts';
import type { Shop } from '../stitch.ts';
import { micro, refuseLong, type Clip, type Job } from './clip.ts';
import { decodePcm, levelOf, readPcm, type Samples } from './pcm.ts';

/**
 * Finds where nothing is heard, exact to the sample. Sound that ends before the picture counts as silence to its end;
 * a clip without a sound track is silent from first to last. Throws `media` for pictures and for files too long.
 */
export async function findSilence(
	shop: Shop,
	clip: Clip,
	{ thresholdDb, minSeconds }: InspectOf<'silence'>,
	job: Job,
): Promise<SilenceReport> {
	const { probe, name } = clip;
	if (probe.kind === 'picture')
		throw new Fault('media', `${name} is a still picture, not a video or a sound`, {
			hint: 'Silence is found in video clips and in sound. Give one as the asset.',
		});
	refuseLong(clip, 'Silence is found in');
	if (!probe.audio) return reportOf([{ from: 0, to: probe.seconds }], probe.seconds);
	job.progress(0.05, 'Decoding the sound');
	const path = await decodePcm(shop, clip, job);
	try {
		job.progress(0.7, 'Listening');
		const facts = await readPcm(path, levelOf(thresholdDb), Math.ceil(minSeconds * SAMPLE_RATE), job.signal);
		return reportOf(facts.quiet.map(inSeconds), facts.samples / SAMPLE_RATE);
	} finally {
		await rm(path, { force: true });
	}
}

/** Samples as a stretch of seconds, to the microsecond. */
export const inSeconds = ({ from, to }: Samples): { from: number; to: number } => ({
	from: micro(from / SAMPLE_RATE),
	to: micro(to / SAMPLE_RATE),
});

/** A stretch with its length. */
export const stretch = ({ from, to }: { from: number; to: number }): Stretch => ({
	from: micro(from),
	to: micro(to),
	seconds: micro(to - from),
});

function reportOf(found: { from: number; to: number }[], seconds: number): SilenceReport {
	const silences = found.filter(({ from, to }) => to > from).map(stretch);
	const silentSeconds = micro(silences.reduce((sum, each) => sum + each.seconds, 0));
	return {
		operation: 'silence',
		silences,
		silentSeconds,
		seconds: micro(seconds),
		silent: silentSeconds >= micro(seconds),
	};
}
