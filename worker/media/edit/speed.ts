import { Fault } from '../../base/errors.ts';
import type { EditOf } from '../../contract/edit.ts';
import { Target } from '../../contract/look.ts';
import { checkSegment } from '../check.ts';
import { encoded, finished } from '../encoded.ts';
import { fitted } from '../fit.ts';
import { framesOf, movingPicture, type Clip, type Job } from '../inspect/clip.ts';
import { decodePcm, SAMPLE_BYTES } from '../inspect/pcm.ts';
import { joinPieces } from '../join/pieces.ts';
import { keyOf } from '../key.ts';
import type { Picture } from '../picture.ts';
import { encodingCost } from '../piece.ts';
import type { Plan, Segment } from '../plan.ts';
import { rateText, SAMPLE_RATE, sampleAt, secondsOf } from '../rate.ts';
import type { Recipe } from '../recipes.ts';
import { renderPieces, type Piece } from '../render.ts';
import type { Shop } from '../stitch.ts';
import { chooseTarget, type FilmTarget } from '../target.ts';
import { ENCODER } from '../sound/bake.ts';
import { handOver } from '../hand-over.ts';
import { has } from './has.ts';

/** Longest result: slowing down ten times makes a long file of a short one. */
const LONGEST_SECONDS = 4 * 3600;
/** The stretched sound in the job's folder, in ADTS. */
const SOUND = 'sound.aac';
/** Shares of the progress bar. */
const SHARES = { picture: 0.8, sound: 0.95 };
const SPARE_BYTES = 64 * 1024 * 1024;
const SOUND_SECONDS = 120;
/** One `atempo` changes the tempo by a factor between these; beyond 2 it would leave samples out. */
const [SLOWEST_TEMPO, FASTEST_TEMPO] = [0.5, 2];

/**
 * Makes a clip run `factor` times as fast: the picture at its own rate, frames left out or repeated (frame k shows what
 * was on screen at k times the factor), the sound at its own pitch and exactly as long as the picture. The number of
 * frames is that of the clip divided by the factor, rounded. Throws `media` for anything but a video clip and
 * `invalid_input` where nothing or far too much would be left.
 */
export async function changeSpeed(
	shop: Shop,
	clip: Clip,
	{ factor }: Pick<EditOf<'speed'>, 'factor'>,
	out: string,
	job: Job,
): Promise<{ notes: string[] }> {
	const picture = movingPicture(clip, 'Speed is changed in');
	const frames = Math.round(framesOf(picture) / factor);
	refuseLength(clip, frames, factor, picture);
	const target = chooseTarget([{ picture, seconds: picture.seconds }], Target.parse({}));
	const film = { frames, target, samples: clip.probe.audio ? sampleAt(frames, target.rate) : null };
	const piece = picturePiece(clip, factor, film, shop.version);
	const done = (_: Piece, share: number) => job.progress(SHARES.picture * share, 'Encoding the picture');
	await renderPieces([piece], job.folder, shop, { signal: job.signal, done });
	const notes: string[] = [];
	const sound = film.samples ? await retimeSound(shop, clip, factor, film.samples, job, notes) : null;
	job.progress(SHARES.sound, 'Joining picture and sound');
	const made = await joined(shop, clip, { piece, sound, film }, job);
	job.signal.throwIfAborted();
	await handOver(made, out);
	return { notes };
}

type Film = { frames: number; target: FilmTarget; samples: number | null };

function refuseLength({ name }: Clip, frames: number, factor: number, { rate }: Picture): void {
	if (frames < 1)
		throw new Fault('invalid_input', `${name} has too few frames to be ${factor} times as fast: none is left`, {
			hint: 'Make it less fast, or take a longer clip.',
			refusals: [{ field: 'factor', message: `expected less than ${factor} for so short a clip` }],
		});
	if (secondsOf(frames, rate) <= LONGEST_SECONDS) return;
	throw new Fault(
		'invalid_input',
		`${name} would last ${Math.round(secondsOf(frames, rate) / 3600)} hours at this speed`,
		{
			hint: `${LONGEST_SECONDS / 3600} hours are the most. Trim it first, or slow it down less.`,
			refusals: [{ field: 'factor', message: `expected more than ${factor} for so long a clip` }],
		},
	);
}

function picturePiece(clip: Clip, factor: number, { frames, target }: Film, engine: string): Piece {
	const recipe = speedRecipe(clip, factor, frames, target);
	const seconds = secondsOf(frames, target.rate);
	return {
		key: keyOf(recipe, engine),
		recipe,
		about: clip.name,
		// What is read counts as well as what is written.
		seconds: Math.max(seconds, clip.probe.seconds / 2),
		...encodingCost(target, seconds, [clip.probe]),
		target,
		check: (path) => checkSegment(path, { frames }, target, clip.name),
	};
}

/** Units a frame while it is retimed, so that nothing is rounded before the frames are counted again. */
const FINER = 1000;

/** The clip's frames on an even grid, at other times, on an even grid again; then as for any film. */
function speedRecipe(clip: Clip, factor: number, frames: number, target: FilmTarget): Recipe {
	const video = clip.probe.video!;
	const even = `fps=${rateText(target.rate)}:round=near`;
	const retimed = [
		...(video.interlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
		...['setpts=PTS-STARTPTS', even, 'tpad=stop_mode=clone:stop=3'],
	];
	const { n, d } = target.rate;
	// Rounded up, a frame begins no sooner than its time has come: frame k is the last one before k times the factor.
	retimed.push(`settb=${d}/${n * FINER}`, `setpts=PTS/${factor}`, `fps=${rateText(target.rate)}:round=up`);
	const fit = fitted(clip, { from: 0, to: frames }, target, { place: 0, out: 'fit' });
	const [first, ...rest] = fit.graph;
	const begin = `[0:${video.stream}]`;
	const graph = [`${begin}${retimed.join(',')},${first!.slice(begin.length)}`, ...rest];
	graph.push(`[fit]${finished(target).join(',')}[v]`);
	return {
		inputs: [fit.input],
		output: ['-filter_complex', graph.join(';'), ...encoded(frames, target)],
		extension: 'mp4',
	};
}

/** The sound at another tempo and the same pitch, encoded to exactly so many samples; its name in the folder. */
async function retimeSound(
	shop: Shop,
	clip: Clip,
	factor: number,
	samples: number,
	job: Job,
	notes: string[],
): Promise<string> {
	job.progress(SHARES.picture, 'Stretching the sound');
	await decodePcm(shop, clip, job);
	const stretcher = await has(shop.tools, 'filters', 'rubberband', job.signal);
	if (!stretcher) notes.push('The sound was stretched by a simple method: this ffmpeg has no rubberband.');
	const tempo = stretcher ? `rubberband=tempo=${factor}` : tempoChain(factor);
	const chain = [tempo, 'aformat=sample_fmts=s16:channel_layouts=stereo', `apad=whole_len=${samples}`];
	const run = {
		args: [
			...['-y', '-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', '2', '-i', 'sound.pcm'],
			...['-af', [...chain, `atrim=end_sample=${samples}`].join(','), ...ENCODER],
			...['-f', 'adts', SOUND],
		],
		folder: job.folder,
		about: clip.name,
		seconds: SOUND_SECONDS + (samples / SAMPLE_RATE + clip.probe.seconds) * 2,
		fileBytes: SPARE_BYTES + samples * SAMPLE_BYTES,
		signal: job.signal,
	};
	await shop.pool(() => shop.tools.ffmpeg(run), job.signal);
	return SOUND;
}

/** The factor as a product of factors that `atempo` does well. */
export function tempoChain(factor: number): string {
	if (factor > FASTEST_TEMPO) return `atempo=${FASTEST_TEMPO},${tempoChain(factor / FASTEST_TEMPO)}`;
	if (factor < SLOWEST_TEMPO) return `atempo=${SLOWEST_TEMPO},${tempoChain(factor / SLOWEST_TEMPO)}`;
	return `atempo=${factor}`;
}

/** A film of one piece, as the joiner takes it. */
function planOf({ key, recipe }: Piece, { frames, target }: Film): Plan {
	const segment: Segment = {
		...{ key, recipe, clips: [0], how: 'encoded', why: 'its speed is changed', copiedFrom: null },
		...{ hidden: 0, start: 0, frames },
	};
	return { target, frames, clips: [], segments: [segment], sound: null, cues: [], chapters: [], notes: [] };
}

async function joined(
	shop: Shop,
	{ name }: Clip,
	{ piece, sound, film }: { piece: Piece; sound: string | null; film: Film },
	{ folder, signal }: Job,
): Promise<string> {
	const track = sound === null ? null : { name: sound, samples: film.samples! };
	const wrapping = { title: name.replace(/\.[^.]*$/, ''), tags: {}, captions: null, cover: null };
	const parts = { pieces: [piece], sound: track, wrapping };
	return joinPieces(shop, planOf(piece, film), parts, { folder, signal, progress: () => undefined });
}
