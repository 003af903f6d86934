import { rm } from 'node:fs/promises';
import { Fault } from '../../base/errors.ts';
import type { InspectOf, QualityReport } from '../../contract/inspect.ts';
import { rateText, SAMPLE_RATE } from '../rate.ts';
import { measurePcm } from '../sound/loudness.ts';
import type { Shop } from '../stitch.ts';
import { beginOf, micro, refuseLong, type Clip, type Job } from './clip.ts';
import { compareWith, finding, seconds, type Finding } from './expected.ts';
import { decodePcm, levelOf, readPcm } from './pcm.ts';
import { inSeconds } from './silence.ts';
import { findStills, secondsIn } from './stills.ts';

type Options = InspectOf<'quality'>;
type Measured = QualityReport['measured'];
type Part = { findings: Finding[]; measured: Partial<Measured> };

/** Quieter than this is silence, in dB below full scale. */
const SILENCE_DB = -50;
/** Shorter silences are pauses and do not count. */
const SHORTEST_SILENCE = 0.25;
/** Clipped samples that pass: a few peaks of an encoder cut off are heard by nobody. */
const MOST_CLIPPED = SAMPLE_RATE / 1000;
/** Findings of one kind told at most. */
const MOST_TOLD = 100;
const PICTURE_SHARE = 0.75;

/**
 * Checks a file for what makes it useless: black, frozen and silent stretches longer than wished, clipped sound, and
 * everything in which it is not what was expected. One decode of the picture, one of the sound. Every finding says
 * where and how much. A still title card counts as frozen: the limits are the user's.
 */
export async function checkQuality(shop: Shop, clip: Clip, options: Options, job: Job): Promise<QualityReport> {
	const { probe, name } = clip;
	if (probe.kind === 'picture')
		throw new Fault('media', `${name} is a still picture, not a video or a sound`, {
			hint: 'Quality is checked in video clips and in sound. Give one as the asset.',
		});
	refuseLong(clip, 'Quality is checked in');
	const share = probe.kind === 'video' ? PICTURE_SHARE : 0;
	const parts: Part[] = [{ findings: compareWith(options.expected, probe), measured: {} }];
	if (probe.kind === 'video') {
		const progress = (done: number, activity: string) => job.progress(share * done, activity);
		parts.push(await checkPicture(shop, clip, options, { ...job, progress }));
	}
	if (probe.audio) {
		job.progress(share, 'Listening to the sound');
		parts.push(await checkSound(shop, clip, options, job));
	}
	return reportOf(clip, parts);
}

function reportOf({ probe, name }: Clip, parts: Part[]): QualityReport {
	const findings = parts.flatMap((part) => part.findings);
	const ok = findings.length === 0;
	const measured: Measured = Object.assign(
		{
			seconds: micro(probe.seconds),
			width: probe.video?.width ?? null,
			height: probe.video?.height ?? null,
			fps: probe.video ? rateText(probe.video.rate) : null,
			blackSeconds: 0,
			frozenSeconds: 0,
			silentSeconds: probe.audio ? 0 : micro(probe.seconds),
			loudness: null,
			truePeak: null,
			clippedSamples: 0,
		},
		...parts.map((part) => part.measured),
	);
	const reasons = findings.map(({ message }) => `${name}: ${message}`);
	return { operation: 'quality', ok, verdict: ok ? 'pass' : 'fail', reasons, findings, measured };
}

async function checkPicture(shop: Shop, clip: Clip, options: Options, job: Job): Promise<Part> {
	const video = clip.probe.video!;
	const { black, frozen } = await findStills(shop, clip, options.mostFrozenSeconds, job);
	const inTime = ({ from, to }: { from: number; to: number }) => ({
		from: beginOf(from, video),
		to: beginOf(to, video),
	});
	return {
		findings: [
			...tooLong('black', 'black', black.map(inTime), options.mostBlackSeconds),
			...tooLong('frozen', 'frozen', frozen.map(inTime), options.mostFrozenSeconds),
		],
		measured: { blackSeconds: micro(secondsIn(black, video)), frozenSeconds: micro(secondsIn(frozen, video)) },
	};
}

async function checkSound(shop: Shop, clip: Clip, options: Options, job: Job): Promise<Part> {
	const path = await decodePcm(shop, clip, job);
	try {
		const least = Math.min(SHORTEST_SILENCE, options.mostSilentSeconds) * SAMPLE_RATE;
		const facts = await readPcm(path, levelOf(SILENCE_DB), least, job.signal);
		job.progress((PICTURE_SHARE + 1) / 2, 'Measuring the loudness');
		const { integrated, truePeak } = await measurePcm(path, job.signal);
		const quiet = facts.quiet.map(inSeconds);
		const silentSeconds = micro(quiet.reduce((sum, { from, to }) => sum + to - from, 0));
		const mute = facts.quiet.length === 1 && facts.quiet[0]!.to - facts.quiet[0]!.from === facts.samples;
		return {
			findings: [
				...(mute && options.expected.sound
					? [finding('no_sound', 'its sound track is silent throughout')]
					: []),
				...tooLong('silent', 'silent', quiet, options.mostSilentSeconds),
				...clipping(facts.clipped.map(inSeconds), facts.clippedSamples),
				...wrongLoudness(options, integrated),
			],
			measured: {
				silentSeconds,
				loudness: tenth(integrated),
				truePeak: tenth(truePeak),
				clippedSamples: facts.clippedSamples,
			},
		};
	} finally {
		await rm(path, { force: true });
	}
}

const tenth = (value: number | null) => (value === null ? null : Math.round(value * 10) / 10);

type Place = { from: number; to: number };

function tooLong(code: Finding['code'], word: string, places: Place[], most: number): Finding[] {
	const long = places.filter(({ from, to }) => to - from > most + 1e-6).slice(0, MOST_TOLD);
	return long.map((place) => finding(code, `${word} from ${seconds(place.from)} to ${seconds(place.to)}`, place));
}

function clipping(places: Place[], samples: number): Finding[] {
	if (samples <= MOST_CLIPPED || !places.length) return [];
	const { from, to } = { from: places[0]!.from, to: places.at(-1)!.to };
	const where =
		places.length === 1
			? `from ${seconds(from)} to ${seconds(to)}`
			: `at ${places.length} places, first at ${seconds(from)}`;
	return [finding('clipped', `its sound is cut off at full scale ${where} (${samples} samples)`, { from, to })];
}

function wrongLoudness({ expected: { loudness, loudnessTolerance } }: Options, is: number | null): Finding[] {
	if (loudness === undefined) return [];
	if (is === null) return [finding('loudness', `it is too quiet or too short to measure, not ${loudness} LUFS`)];
	if (Math.abs(is - loudness) <= loudnessTolerance) return [];
	return [finding('loudness', `its loudness is ${tenth(is)} LUFS, not ${loudness} LUFS`)];
}
