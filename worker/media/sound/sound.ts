import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LoudnessReport } from '../../contract/sound.ts';
import { checkSound } from '../check.ts';
import { SAMPLE_RATE } from '../rate.ts';
import type { Kitchen } from '../render.ts';
import { busesOf } from './buses.ts';
import { measurePcm, truePeakOf, type Measured } from './loudness.ts';
import { measureMix, openMaster, writeMix, type Job, type Mix } from './master.ts';
import { integrated, openMeter } from './meter.ts';
import { openPeakMeter } from './peak.ts';
import { SAMPLE_BYTES } from './pieces.ts';
import type { SoundPlan } from './programme.ts';

export { soundPieces } from './pieces.ts';

/** The coder `fast` costs less than half of the default, inaudibly at this rate. */
const ENCODER = ['-c:a', 'aac', '-b:a', '192k', '-aac_coder', 'fast'];
const BASE_SECONDS = 60;
const SPARE_BYTES = 16 * 1024 * 1024;

/** The true peak that is promised, and what other meters may read more. */
const HIGHEST_PEAK = -1;
const METERS_DIFFER = 0.1;
/** Where the limiter begins: AAC at this rate raises peaks by some tenths of a dB. */
const FIRST_CEILING = -1.6;
/** A film this near to what was aimed at is left; AAC moves loudness by hundredths, and that of noise by tenths. */
const NEAR = 0.1;
const MOST_ROUNDS = 4;

/** The film's encoded sound in the job's folder, what was done about its loudness, and whether the cache had it. */
export type MadeSound = { name: string; loudness: LoudnessReport; notes: string[]; found: boolean };
const Kept = z.object({ loudness: LoudnessReport, notes: z.array(z.string()) });
type Kept = z.infer<typeof Kept>;

/**
 * Makes the film's sound, encoded once from first to last sample: AAC packets of single clips cannot be joined exactly.
 * It is mixed of the PCM in `folder` (see `soundPieces`), brought to the wanted loudness as a whole, encoded, decoded
 * and measured again, until loudness and true peak hold behind the encoder. The track is left in `folder`; the cache
 * keeps it together with its report. Throws the signal's reason within a fraction of a second when it aborts.
 */
export async function makeSound(
	kitchen: Kitchen,
	plan: SoundPlan,
	folder: string,
	{ signal, progress }: Job,
): Promise<MadeSound> {
	const name = `${plan.key}.m4a`;
	const kept = await findKept(kitchen, plan, folder);
	if (kept) return { name, ...kept, found: true };
	const { buses, notes } = await busesOf(plan, folder, signal);
	const made: Mix = { buses, samples: plan.samples };
	// Another round begins anew; to whoever waits it only goes on.
	let most = 0;
	const rising = (share: number) => progress((most = Math.max(most, share)));
	const bench = { kitchen, folder, made, signal, progress: rising };
	const result = plan.loudness === null ? await asItIs(bench, null) : await brought(bench, plan.loudness);
	const report: Kept = { loudness: result.loudness, notes: [...notes, ...result.notes] };
	await keep(kitchen, plan, folder, report);
	progress(1);
	return { name, ...report, found: false };
}

async function findKept({ cache }: Kitchen, { key, samples }: SoundPlan, folder: string): Promise<Kept | null> {
	const [track, beside] = [join(folder, `${key}.m4a`), join(folder, `${key}.json`)];
	const there = (await cache.take(key, 'json', beside)) && (await cache.take(key, 'm4a', track));
	if (!there) return null;
	try {
		await checkSound(track, samples);
		return Kept.parse(JSON.parse(await readFile(beside, 'utf8')));
	} catch {
		await Promise.all([track, beside].map((path) => rm(path, { force: true })));
		await Promise.all(['m4a', 'json'].map((extension) => cache.forget(key, extension)));
		return null;
	}
}

async function keep({ cache }: Kitchen, { key }: SoundPlan, folder: string, report: Kept): Promise<void> {
	const [track, made] = [join(folder, `${key}.m4a`), join(folder, TRACK)];
	await rm(track, { force: true });
	await link(made, track);
	await writeFile(join(folder, REPORT), JSON.stringify(report));
	await cache.put(made, key, 'm4a');
	await cache.put(join(folder, REPORT), key, 'json');
}

/** Names in the job's folder. */
const [PCM, TRACK, BACK, REPORT] = ['film.pcm', 'made.m4a', 'back.pcm', 'made.json'] as const;

type Bench = Job & { kitchen: Kitchen; folder: string; made: Mix };
type Result = { loudness: LoudnessReport; notes: string[] };

/** Leaves the samples as they are, and measures them on the way; `target` is what could not be aimed at. */
async function asItIs(bench: Bench, target: number | null): Promise<Result> {
	const { folder, made, signal } = bench;
	const [meter, peak] = [openMeter(made.samples), openPeakMeter()];
	const part = { signal, progress: (share: number) => bench.progress(share / 2) };
	const { clipped } = await writeMix(made, join(folder, PCM), null, part, (block, at, length) => {
		meter.push(block, at, length);
		peak.push(block, length);
	});
	peak.end();
	await encode(bench);
	const level = rounded(integrated(meter.energy));
	const truePeak = rounded(truePeakOf(peak.most()));
	const notes = clipped
		? [`${clipped} samples of the mix pass full scale and are held there; a target loudness would prevent it`]
		: [];
	return { loudness: { target, before: level, after: level, truePeak, gainDb: 0, limited: false }, notes };
}

/** Brings the mix to `target` LUFS as it is heard behind the encoder. */
async function brought(bench: Bench, target: number): Promise<Result> {
	const { folder, made, signal, progress } = bench;
	const heard = await measureMix(made, { signal, progress: (share) => progress(share * 0.2) });
	if (heard.loudness === null) {
		const { loudness } = await asItIs(bench, target);
		return { loudness, notes: [UNMEASURABLE] };
	}
	const master = openMaster(made, heard, signal);
	let [aim, ceiling] = [target, FIRST_CEILING];
	for (let round = 1; ; round++) {
		const treatment = await master(aim, ceiling);
		await writeMix(made, join(folder, PCM), treatment, {
			signal,
			progress: (share) => progress(0.2 + share * 0.2),
		});
		await encode(bench);
		const after = await decodeAndMeasure(bench);
		progress(0.9);
		const level = after.integrated ?? target;
		const off = treatment.short === null ? 0 : target - treatment.short - level;
		const over = (after.truePeak ?? HIGHEST_PEAK - 1) - (HIGHEST_PEAK - METERS_DIFFER);
		if (round === MOST_ROUNDS || (over <= 0 && Math.abs(off) <= NEAR))
			return resultOf(target, heard.loudness, after, treatment);
		aim += off;
		if (over > 0) ceiling -= over + METERS_DIFFER / 2;
	}
}

const UNMEASURABLE =
	'the sound was left as loud as it is: it stays below -70 LUFS or is shorter than 0.4 s, where loudness is not defined';

function resultOf(
	target: number,
	before: number,
	after: Measured,
	{ gainDb, held }: { gainDb: number; held: Float32Array | null },
): Result {
	const [level, truePeak] = [rounded(after.integrated), rounded(after.truePeak)];
	const notes = [
		...(level !== null && Math.abs(level - target) > 0.5
			? [`its loudness is ${level} LUFS, not ${target}: its peaks must stay below ${HIGHEST_PEAK} dBTP`]
			: []),
		...(truePeak !== null && truePeak > HIGHEST_PEAK
			? [`its true peak is ${truePeak} dBTP; ${HIGHEST_PEAK} could not be kept behind the encoder`]
			: []),
	];
	const done = { gainDb: rounded(gainDb)!, limited: held !== null };
	return { loudness: { target, before: rounded(before), after: level, truePeak, ...done }, notes };
}

const rounded = (value: number | null) => (value === null ? null : Math.round(value * 100) / 100);

async function encode({ kitchen: { tools, pool }, folder, made, signal }: Bench): Promise<void> {
	const input = ['-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', '2', '-i', PCM];
	const output = [...ENCODER, '-movie_timescale', String(SAMPLE_RATE), '-f', 'mp4', TRACK];
	const run = { args: ['-y', ...input, ...output], folder, ...limitsOf(made), signal };
	await pool(() => tools.ffmpeg(run), signal);
	await rm(join(folder, PCM));
	await checkSound(join(folder, TRACK), made.samples);
}

/** What the encoder made of it, heard as a player does. */
async function decodeAndMeasure({ kitchen: { tools, pool }, folder, made, signal }: Bench): Promise<Measured> {
	const args = ['-y', '-f', 'mov', '-i', TRACK, '-c:a', 'pcm_s16le', '-f', 's16le', BACK];
	await pool(() => tools.ffmpeg({ args, folder, ...limitsOf(made), signal }), signal);
	const measured = await measurePcm(join(folder, BACK), signal, made.samples);
	await rm(join(folder, BACK));
	return measured;
}

const limitsOf = ({ samples }: Mix) => ({
	about: "the film's sound",
	seconds: BASE_SECONDS + samples / SAMPLE_RATE,
	fileBytes: SPARE_BYTES + samples * SAMPLE_BYTES,
});
