import { join } from 'node:path';
import { Fault } from '../../base/errors.ts';
import type { LoudnessReport } from '../../contract/sound.ts';
import { mending } from '../damaged.ts';
import type { Kitchen } from '../render.ts';
import { codeSections, forgetSection, hearSections, type Baking, type Sounded } from './bake.ts';
import { busesOf } from './buses.ts';
import type { Treatment } from './limit.ts';
import { together } from './listen.ts';
import { truePeakOf } from './loudness.ts';
import { openMaster, type Job } from './master.ts';
import { integrated } from './meter.ts';
import type { SoundPlan } from './programme.ts';
import { sectionsOf } from './sections.ts';
import { joinSections } from './track.ts';

export { soundPieces } from './pieces.ts';

/** The true peak that is promised, and what other meters may read more. */
const HIGHEST_PEAK = -1;
const METERS_DIFFER = 0.1;
/** Where the limiter begins: AAC at this rate raises peaks by some tenths of a dB. */
const FIRST_CEILING = -1.6;
/** What AAC's fast coder takes away at this rate: from nothing of a voice to 0.15 LU of noise. */
const CODER_LOSS = 0.05;
/** A film this near to what was aimed at is left. */
const NEAR = 0.2;
const MOST_ROUNDS = 4;

/** The film's sound as a file of ADTS in the job's folder, what was done about its loudness, whether all was found. */
export type MadeSound = { name: string; loudness: LoudnessReport; notes: string[]; found: boolean };

/** The track's name in the job's folder. */
const TRACK = 'sound.aac';

/**
 * Makes the film's sound: mixed of the PCM in `folder` (see `soundPieces`), brought to the wanted loudness as a whole,
 * encoded, decoded and measured again, until loudness and true peak hold behind the encoder. All of that goes by
 * sections, of which the cache has those that an earlier film had too; single clips' packets cannot be joined exactly,
 * sections of one programme can. The track is left in `folder`. Throws the signal's reason within a fraction of a
 * second when it aborts.
 */
export async function makeSound(
	kitchen: Kitchen,
	plan: SoundPlan,
	folder: string,
	{ signal, progress }: Job,
): Promise<MadeSound> {
	const { samples, engine } = plan;
	const { buses, notes } = await busesOf(plan, folder, signal);
	const baking: Baking = { buses, samples, engine, sections: sectionsOf(samples), folder, kitchen };
	// Another round begins anew; to whoever waits it only goes on.
	let most = 0;
	const rising = (share: number) => progress((most = Math.max(most, share)));
	const job = { signal, progress: rising };
	const result = plan.loudness === null ? await asItIs(baking, null, job) : await brought(baking, plan.loudness, job);
	await joinTrack(baking, result, signal);
	progress(1);
	const { loudness, found } = result;
	return { name: TRACK, loudness, notes: [...notes, ...result.notes], found: found === baking.sections.length };
}

/**
 * Makes ahead what of a film's sound does not depend on clips that are still missing: its sections where no loudness is
 * wanted, else what is heard in them, because the gain depends on the whole film. Music that makes way for the clips
 * depends on all of them: then nothing is made.
 */
export async function prepareSound(
	kitchen: Kitchen,
	plan: SoundPlan,
	folder: string,
	known: (clip: number) => boolean,
	signal: AbortSignal,
): Promise<void> {
	if (plan.music?.settings.duck) return;
	const { samples, engine, pieces } = plan;
	const missing = pieces.filter(({ clip }) => !known(clip));
	const sections = sectionsOf(samples).filter(({ around }) =>
		missing.every(({ start, samples: length }) => start >= around.to || start + length <= around.from),
	);
	const { buses } = await busesOf(plan, folder, signal);
	const baking = { buses, samples, engine, sections, folder, kitchen };
	const job = { signal, progress: () => undefined };
	await (plan.loudness === null ? codeSections(baking, null, job) : hearSections(baking, job));
}

type Coded = { files: string[]; found: number; treatment: Treatment | null };
type Result = Coded & { loudness: LoudnessReport; notes: string[] };

/**
 * Puts the sections behind one another; where two do not fit, which is rare, all is encoded anew in one run. One that a
 * power cut or a full disk left damaged in the cache is made anew first.
 */
async function joinTrack(baking: Baking, { files, treatment }: Coded, signal: AbortSignal): Promise<void> {
	const { sections, samples, folder } = baking;
	const out = join(folder, TRACK);
	const job = { signal, progress: () => undefined };
	const fit = await mending(
		() => joinSections(sections, files, samples, out),
		async ({ path }) => {
			await forgetSection(baking, path);
			await codeSections(baking, treatment, job);
		},
	);
	if (fit) return;
	const anew = await codeSections(baking, treatment, job, true);
	if (!(await joinSections(sections, anew.files, samples, out)))
		throw new Fault('internal', "the film's sound could not be joined");
}

/** Leaves the samples as they are, and measures them on the way; `target` is what could not be aimed at. */
async function asItIs(baking: Baking, target: number | null, job: Job): Promise<Result> {
	const { heard, ...coded } = await codeSections(baking, null, job);
	const { level, truePeak, clipped } = summed(heard);
	const notes = clipped
		? [`${clipped} samples of the mix pass full scale and are held there; a target loudness would prevent it`]
		: [];
	const loudness = { target, before: rounded(level), after: rounded(level), truePeak: rounded(truePeak) };
	return { ...coded, treatment: null, loudness: { ...loudness, gainDb: 0, limited: false }, notes };
}

function summed(heard: Sounded['heard']) {
	const { energy, peak, clipped } = together(heard);
	return { energy, peak, clipped, level: integrated(energy), truePeak: truePeakOf(peak) };
}

/** Brings the mix to `target` LUFS as it is heard behind the encoder. */
async function brought(baking: Baking, target: number, { signal, progress }: Job): Promise<Result> {
	const before = await hearSections(baking, { signal, progress: (share) => progress(share * 0.2) });
	const heard = summed(before.heard);
	if (heard.level === null) {
		const left = await asItIs(baking, target, { signal, progress });
		return { ...left, notes: [UNMEASURABLE] };
	}
	const { buses, samples } = baking;
	const master = openMaster({ buses, from: 0, to: samples }, heard, signal);
	let [aim, ceiling] = [target + CODER_LOSS, FIRST_CEILING];
	for (let round = 1; ; round++) {
		const treatment = await master(aim, ceiling);
		const coded = await codeSections(baking, treatment, {
			signal,
			progress: (share) => progress(0.2 + share * 0.7),
		});
		const after = summed(coded.heard);
		const level = after.level ?? target;
		const off = treatment.short === null ? 0 : target - treatment.short - level;
		const over = (after.truePeak ?? HIGHEST_PEAK - 1) - (HIGHEST_PEAK - METERS_DIFFER);
		if (round === MOST_ROUNDS || (over <= 0 && Math.abs(off) <= NEAR)) {
			const levels = { before: heard.level, after: after.level, truePeak: after.truePeak };
			return { ...coded, treatment, ...reportOf(target, levels, treatment) };
		}
		aim += Math.abs(off) > NEAR ? off : 0;
		if (over > 0) ceiling -= over + METERS_DIFFER / 2;
	}
}

const UNMEASURABLE =
	'the sound was left as loud as it is: it stays below -70 LUFS or is shorter than 0.4 s, where loudness is not defined';

function reportOf(
	target: number,
	levels: { before: number; after: number | null; truePeak: number | null },
	{ gainDb, held }: Treatment,
): Pick<Result, 'loudness' | 'notes'> {
	const [level, truePeak] = [rounded(levels.after), rounded(levels.truePeak)];
	const notes = [
		...(level !== null && Math.abs(level - target) > 0.5
			? [`its loudness is ${level} LUFS, not ${target}: its peaks must stay below ${HIGHEST_PEAK} dBTP`]
			: []),
		...(truePeak !== null && truePeak > HIGHEST_PEAK
			? [`its true peak is ${truePeak} dBTP; ${HIGHEST_PEAK} could not be kept behind the encoder`]
			: []),
	];
	const done = { gainDb: rounded(gainDb)!, limited: held !== null };
	return { loudness: { target, before: rounded(levels.before), after: level, truePeak, ...done }, notes };
}

const rounded = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100);
