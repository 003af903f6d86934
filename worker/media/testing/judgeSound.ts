import type { Judged } from './judge.ts';
import { bestLag, heard, level } from './hearing.ts';
import type { Paper, Placed } from './paper.ts';
import { sampleAt, SAMPLE_RATE } from '../rate.ts';
import { streamsOf } from './clips.ts';

/** A millisecond: how far a joint's sound may be from its picture. */
const MOST_LAG = SAMPLE_RATE / 1000;
/** Windows in which the film must sound like its source, and how much; AAC's fast coder keeps white noise .7 to .9
 * alike, and other noise is less than .1. */
const WINDOW = SAMPLE_RATE / 20;
const ALIKE = 0.5;
/** Samples that two ways of rounding may lie apart; noise one sample off is a stranger to itself. */
const ROUNDING = 2;
/** Root mean squares: what counts as sound in a source, and as silence in the film. */
const SOUND = 0.01;
const SILENCE = 0.004;
/** AAC smears what is sudden over its neighbours: so much at the ends of a clip is left out. */
const EDGE = 2048;

/**
 * What is wrong with a film's sound: a track where none should be, and clip by clip, outside transitions, every window
 * of a twentieth of a second against the clip's own sound. A hole, a repeat and a shift all show.
 */
export async function judgeSound(judged: Judged, paper: Paper): Promise<string[]> {
	const { out, probes, timeline } = judged;
	const more = Boolean(timeline.sound.music) || timeline.clips.some(({ narration }) => narration);
	const expected = more || probes.some(({ audio }) => audio);
	const tracks = streamsOf(out).filter(({ codec_type }) => codec_type === 'audio').length;
	if (tracks !== (expected ? 1 : 0)) return [`it has ${tracks} sound tracks`];
	if (!expected) return [];
	const film = heard(out);
	return paper.clips.flatMap((placed, index) => judgeClip(film, judged, { placed, index, more }, paper));
}

type At = { placed: Placed; index: number; more: boolean };

function judgeClip(
	film: Float32Array,
	{ paths, probes }: Judged,
	{ placed, index, more }: At,
	{ rate }: Paper,
): string[] {
	const { start, from, to, fadeIn, fadeOut } = placed;
	const begin = sampleAt(start + fadeIn, rate) + EDGE;
	const end = sampleAt(start + to - from - fadeOut, rate) - EDGE;
	const source = probes[index]!.audio ? heardOnce(paths[index]!) : new Float32Array(0);
	const late =
		sampleAt(from, rate) - sampleAt(start, rate) + Math.round(probes[index]!.video!.startSeconds * SAMPLE_RATE);
	const wrong = [];
	for (let at = begin; at + WINDOW <= end; at += WINDOW) {
		const [ours, theirs] = [film, source].map((of, which) => ({
			of,
			from: at + (which ? late : 0),
			length: WINDOW,
		}));
		const loud = level(theirs!);
		if (!more && loud > SOUND && bestLag(ours!, theirs!, ROUNDING).likeness < ALIKE) wrong.push(at);
		if (!more && loud < SILENCE / 10 && level(ours!) > SILENCE) wrong.push(at);
	}
	const seconds = wrong.length ? (wrong[0]! / SAMPLE_RATE).toFixed(2) : '';
	return [
		...(wrong.length
			? [`clip ${index + 1} does not sound like itself in ${wrong.length} windows, the first at ${seconds} s`]
			: []),
		...lagOf(film, source, { begin, end, late, index }),
	];
}

/** The clip's sound against its picture, where it is long and loud enough to tell. */
function lagOf(
	film: Float32Array,
	source: Float32Array,
	{ begin, end, late, index }: { begin: number; end: number; late: number; index: number },
): string[] {
	const length = Math.min(LISTENED, end - begin);
	const from = begin + ((end - begin - length) >> 1);
	const theirs = { of: source, from: from + late, length };
	if (length < LISTENED / 2 || level(theirs) < SOUND) return [];
	const found = bestLag({ of: film, from, length }, theirs, MOST_LAG * 2);
	if (Math.abs(found.lag) <= MOST_LAG || found.likeness <= LEAST_TOLD) return [];
	// A tone is as much like itself a whole wave later: what also fits in time is in time.
	const inTime = bestLag({ of: film, from, length }, theirs, MOST_LAG);
	return found.likeness - inTime.likeness > AS_ALIKE
		? [`the sound of clip ${index + 1} is ${found.lag} samples late`]
		: [];
}
const LISTENED = SAMPLE_RATE / 4;
/** Below this nothing was recognised, as under loud music. */
const LEAST_TOLD = 0.1;
/** Noise that is late is a stranger to itself; a tone of 900 Hz over which somebody speaks differed by .006. */
const AS_ALIKE = 0.05;

const sounds = new Map<string, Float32Array>();
function heardOnce(path: string): Float32Array {
	if (!sounds.has(path)) sounds.set(path, heard(path));
	return sounds.get(path)!;
}
