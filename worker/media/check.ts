import { open, stat } from 'node:fs/promises';
import { Fault } from '../base/errors.ts';
import { readMovie, type Movie, type Track } from './boxes.ts';
import { constantFrames, showingTimes } from './frames.ts';
import { hasParameterSets, isIdr, NAL, nalReader } from './nal.ts';
import { AAC_FRAME, sameRate, SAMPLE_RATE, secondsOf } from './rate.ts';
import type { FilmTarget } from './target.ts';

/** What is planned of a piece of picture: how many frames it shows, behind how many hidden ones. */
type Planned = { frames: number; hidden?: number };

/**
 * Refuses a piece of picture that is not what was planned (see `planned`), or does not begin with an IDR picture and
 * its parameter sets. ffmpeg's exit code proves none of this. Throws `media` with `about`.
 */
export async function checkSegment(path: string, plan: Planned, target: FilmTarget, about: string): Promise<void> {
	const track = planned(await readMovie(path, about), plan, target, about);
	const [first] = await idrFlags(path, track, [0]);
	if (!first) throw new Fault('media', `${about}: its first frame does not decode alone`);
}

/**
 * The picture of a piece, if its tables are as planned: exactly so many frames at the film's rate on the film's
 * timescale, decoded in step with it. Throws `media` with `about`.
 */
export function planned(movie: Movie, { frames, hidden = 0 }: Planned, target: FilmTarget, about: string): Track {
	const track = pictureTrack(movie, about);
	if (hidden) checkHidden(track, [{ start: 0, frames, hidden }], target, about);
	else checkSteps(track, movie, frames, target, about);
	if (containerDelay(track) !== target.delay * (hidden ? 1 : target.ticks))
		throw new Fault('media', `${about}: its frames are decoded out of step`);
	return track;
}

/**
 * Refuses a copied piece whose slices are not, size for size, those of the source from frame `from` on: a seek that
 * landed on another frame would go unnoticed otherwise. Throws `media` with `about`.
 */
export async function checkCopied(
	path: string,
	source: { path: string; from: number },
	frames: number,
	about: string,
): Promise<void> {
	const [made, original] = await Promise.all([
		sliceSizes(path, 0, frames, about),
		sliceSizes(source.path, source.from, frames, about),
	]);
	if (made.join() !== original.join()) throw new Fault('media', `${about}: other frames were copied than planned`);
}

/** Sizes of the slices of so many samples from `first` on. */
async function sliceSizes(path: string, first: number, count: number, about: string): Promise<number[]> {
	const track = pictureTrack(await readMovie(path, about), about);
	const file = await open(path);
	try {
		const units = nalReader(file, track.nalLength);
		const sizes = [];
		for (let sample = first; sample < first + count; sample++) {
			const found = await units(track.positions[sample]!, track.sizes[sample]!);
			for (const { type, bytes } of found) if (type === NAL.slice || type === NAL.idr) sizes.push(bytes);
		}
		return sizes;
	} finally {
		await file.close();
	}
}

/** Whether a finished piece of picture decodes as far ahead as the film does; one of a frame or two does not. */
export async function isInStep(path: string, target: FilmTarget, about: string): Promise<boolean> {
	return containerDelay(pictureTrack(await readMovie(path, about), about)) === target.delay * target.ticks;
}

/** Units of time from the first sample's decoding to its showing. */
const containerDelay = ({ offsets }: Track): number => offsets[0]?.[1] ?? 0;

/** Refuses PCM that is not exactly so many samples of 16-bit stereo. */
export async function checkPcm(path: string, samples: number, about: string): Promise<void> {
	const { size } = await stat(path);
	if (size !== samples * 4) throw new Fault('media', `${about}: its sound gave ${size / 4} of ${samples} samples`);
}

/**
 * Refuses a film unless: all frames are there, each one step long; picture and sound begin at 0; the sync table lists
 * the IDR pictures and nothing else (browsers stop at others); the sound is as long as planned. Throws `internal`. Of a
 * film that was `joined` just now, every frame has been looked at on the way: then only the listed ones are read again.
 */
export async function checkFilm(
	path: string,
	plan: { frames: number; segments: Stretch[]; target: FilmTarget; samples: number | null },
	origin: 'joined' | 'kept',
): Promise<void> {
	const movie = await readMovie(path, 'the film');
	const track = pictureTrack(movie, 'the film');
	const hidden = plan.segments.reduce((sum, segment) => sum + segment.hidden, 0);
	if (track.sizes.length !== plan.frames + hidden)
		throw broken(`it has ${track.sizes.length} frames, not ${plan.frames + hidden}`);
	if (hidden) checkHidden(track, plan.segments, plan.target, 'the film');
	else checkSteps(track, movie, plan.frames, plan.target, 'the film');
	await checkSync(path, track, origin === 'kept');
	checkStart(track, movie);
	checkTrack(movie, plan.samples, secondsOf(plan.frames, plan.target.rate));
}

const broken = (why: string) => new Fault('internal', `the joined film is not what was planned: ${why}`);

function pictureTrack(movie: Movie, about: string): Track {
	const tracks = movie.tracks.filter(({ kind }) => kind === 'vide');
	if (tracks.length !== 1) throw new Fault('media', `${about}: ffmpeg wrote ${tracks.length} picture tracks`);
	return tracks[0]!;
}

function checkSteps(track: Track, movie: Movie, frames: number, target: FilmTarget, about: string): void {
	if (track.sizes.length !== frames)
		throw new Fault('media', `${about}: ${track.sizes.length} frames came out where ${frames} were expected`, {
			hint: 'The file is damaged or its frames are not where it says. Export it again.',
		});
	const constant = constantFrames(track, movie.timescale);
	const even = typeof constant !== 'string' && (frames === 1 || sameRate(constant.rate, target.rate));
	const scale =
		track.timescale === target.timescale && track.durations.length === 1 && track.durations[0]![1] === target.ticks;
	if (!even || !scale) throw new Fault('media', `${about}: its frames came out at uneven times`);
}

/** A piece of the film: its first frame, and how many frames it shows behind how many hidden ones. */
type Stretch = { start: number; frames: number; hidden: number };

/** Every frame has to be shown at its time, and every hidden one a unit of time before the next, as planned. */
function checkHidden(track: Track, segments: Stretch[], { ticks, timescale }: FilmTarget, about: string): void {
	const planned = segments.flatMap(({ start, frames, hidden }, index) => {
		const begin = start * ticks - (index ? hidden : 0);
		return Array.from({ length: hidden + frames }, (_, at) =>
			at < hidden ? begin + at : begin + hidden + (at - hidden) * ticks,
		);
	});
	const shown = showingTimes(track);
	const same = shown.length === planned.length && planned.every((time, index) => time === shown[index]);
	if (!same || track.timescale !== timescale)
		throw new Fault('media', `${about}: its frames came out at other times than planned`);
}

/** The sync table must list all IDR pictures, and nothing else; unless `all` are wanted, only what it lists is read. */
async function checkSync(path: string, track: Track, all: boolean): Promise<void> {
	const listed = new Set(track.sync ?? track.sizes.keys());
	const asked = all ? [...track.sizes.keys()] : [...listed];
	const idr = await idrFlags(path, track, asked);
	const wrong = asked.findIndex((sample, index) => idr[index] !== listed.has(sample));
	if (wrong >= 0)
		throw broken(
			`sample ${asked[wrong]} is ${idr[wrong] ? 'an IDR picture but not' : 'no IDR picture but'} listed as one`,
		);
}

/** For each of these samples of the file, whether it is an IDR picture that brings its parameter sets. */
async function idrFlags(path: string, track: Track, samples: number[]): Promise<boolean[]> {
	const file = await open(path);
	try {
		const read = nalReader(file, track.nalLength);
		const flags = [];
		for (const sample of samples) {
			const units = await read(track.positions[sample]!, track.sizes[sample]!);
			flags.push(isIdr(units) && hasParameterSets(units));
		}
		return flags;
	} finally {
		await file.close();
	}
}

/** The picture's one edit must begin at its first frame and no gap may stand before it. */
function checkStart(track: Track, movie: Movie): void {
	const first = track.offsets[0]?.[1] ?? 0;
	const [edit] = track.edits;
	if (track.edits.length > 1 || (edit?.mediaTime ?? 0) !== first) throw broken('its picture does not begin at 0');
	if (movie.timescale !== track.timescale) throw broken('its movie timescale differs from its picture');
}

/** The edit must last as long as planned, to one unit, and the AAC frames must hold those samples and no frame more. */
function checkTrack(movie: Movie, samples: number | null, seconds: number): void {
	const tracks = movie.tracks.filter(({ kind }) => kind === 'soun');
	if (tracks.length !== (samples === null ? 0 : 1)) throw broken(`it has ${tracks.length} sound tracks`);
	const [track] = tracks;
	if (!track || samples === null) return;
	const [edit] = track.edits;
	const held = track.sizes.length * AAC_FRAME - (edit?.mediaTime ?? 0);
	if (track.edits.length > 1 || track.timescale !== SAMPLE_RATE) throw broken('its sound does not begin at 0');
	if (held < samples || held >= samples + 2 * AAC_FRAME)
		throw broken(`its sound holds ${held} samples, not ${samples}`);
	if (edit && Math.abs(edit.duration - seconds * movie.timescale) > 1)
		throw broken('its sound is not as long as its picture');
}
