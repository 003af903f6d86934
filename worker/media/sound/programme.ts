import { Fault } from '../../base/errors.ts';
import type { Music, Sound } from '../../contract/sound.ts';
import { hashOf, keyOf } from '../key.ts';
import type { LaidClip } from '../lay.ts';
import { SAMPLE_RATE, sampleAt } from '../rate.ts';
import { pcmRecipe, type Recipe, type Source } from '../recipes.ts';
import type { FilmTarget } from '../target.ts';
import { pcmOf } from './decode.ts';
import { placeNarrations, type PlacedNarration, type Wanted } from './narration.ts';

/** Key and recipe of a piece of PCM. */
export type Pcm = { key: string; recipe: Recipe };

/** One clip's own sound in the film; numbers are samples of the film at 48 kHz. */
export type SoundPiece = {
	clip: number;
	name: string;
	/** Null for a clip that is silent. */
	pcm: Pcm | null;
	start: number;
	samples: number;
	/** Samples it shares with the piece before. */
	fadeIn: number;
};

/** A narration in its place, with what it is decoded from. */
export type NarrationPiece = PlacedNarration & { pcm: Pcm; name: string };

/** The film's sound as one programme: which samples come from where, to the sample, and how loud. */
export type SoundPlan = {
	key: string;
	/** The ffmpeg that carries it out. */
	engine: string;
	samples: number;
	pieces: SoundPiece[];
	narrations: NarrationPiece[];
	music: { pcm: Pcm; settings: Music; most: number } | null;
	levels: Pick<Sound, 'clipsDb' | 'clipsDuckDb' | 'narrationDb'>;
	/** LUFS, or null to leave the programme as it is. */
	loudness: number | null;
	/** What is heard otherwise than one might expect, as sentences. */
	notes: string[];
};

/** Counts up when the same plan would sound differently. */
const MIX = 3;
/** No more than the film can hold is decoded, by whole minutes, so that a film a little longer finds it in the cache. */
const UNIT = 60 * SAMPLE_RATE;
const wholeMinutes = (samples: number) => Math.ceil(samples / UNIT) * UNIT;

/** What is heard besides the clips: a narration for each clip or null, and music. */
export type Extra = { narrations: (Source | null)[]; names: string[]; music: Source | null };

/**
 * Plans the sound of clips that lie in their places in a film of `frames` frames. Every border is the sample at which a
 * frame begins, rounded from the film's beginning and never summed, so nothing drifts however many joints there are;
 * before the first clip and behind the last, under title cards, there is silence. A narration begins when the
 * transition into its clip is half over: then the clip is what one sees. Null when nothing is heard at all. Throws
 * `media` for a narration or music without sound.
 */
export function planSound(
	clips: LaidClip[],
	film: { frames: number; target: FilmTarget },
	sound: Sound,
	extra: Extra,
	engine: string,
): SoundPlan | null {
	const at = (frame: number) => sampleAt(frame, film.target.rate);
	const samples = at(film.frames);
	const pieces = clips.map((clip): SoundPiece => pieceOf(clip, at, engine));
	const { narrations, notes } = planNarrations(clips, pieces, extra, samples, engine);
	const music = sound.music && extra.music ? planMusic(extra.music, sound.music, samples, engine) : null;
	if (!music && !narrations.length && !pieces.some(({ pcm }) => pcm)) return null;
	const { clipsDb, clipsDuckDb, narrationDb, loudness } = sound;
	const plan = { samples, levels: { clipsDb, clipsDuckDb, narrationDb }, loudness };
	const content = {
		...plan,
		mix: MIX,
		pieces: pieces.map(({ pcm, start, samples: length, fadeIn }) => [pcm?.key ?? null, start, length, fadeIn]),
		narrations: narrations.map(({ pcm, clip, start, samples: length }) => [pcm.key, clip, start, length]),
		music: music && { pcm: music.pcm.key, settings: music.settings },
	};
	return { key: hashOf({ content }, engine), engine, ...plan, pieces, narrations, music, notes };
}

function pieceOf(
	{ index, name, source, from, to, start, fadeIn }: LaidClip,
	at: (frame: number) => number,
	engine: string,
): SoundPiece {
	const [begin, end] = [at(start), at(start + to - from)];
	const recipe = source.probe.audio && to > from ? pcmRecipe(source, at(from), end - begin) : null;
	const pcm = recipe && { key: keyOf(recipe, engine), recipe };
	return { clip: index, name, pcm, start: begin, samples: end - begin, fadeIn: at(start + fadeIn) - begin };
}

function planNarrations(
	clips: LaidClip[],
	pieces: SoundPiece[],
	{ narrations, names }: Extra,
	samples: number,
	engine: string,
): { narrations: NarrationPiece[]; notes: string[] } {
	const middle = (index: number) => pieces[index]!.start + Math.round(pieces[index]!.fadeIn / 2);
	const nameOf = (index: number) => names[clips[index]!.index] ?? clips[index]!.name;
	const wanted = clips.flatMap((clip, index): Wanted[] => {
		const source = narrations[clip.index];
		if (!source) return [];
		if (!source.probe.audio) throw new Fault('media', `the narration of ${nameOf(index)} holds no sound`);
		const length = Math.ceil(source.probe.audio.seconds * SAMPLE_RATE);
		const end = index + 1 < clips.length ? middle(index + 1) : samples;
		return [{ clip: clip.index, name: nameOf(index), start: middle(index), samples: length, end }];
	});
	const { placed, notes } = placeNarrations(wanted, samples);
	const made = placed.map((place) => {
		const recipe = pcmOf(narrations[place.clip]!, { most: wholeMinutes(samples + SAMPLE_RATE) });
		return { ...place, pcm: { key: keyOf(recipe, engine), recipe }, name: names[place.clip] ?? 'a clip' };
	});
	return { narrations: made, notes };
}

function planMusic(source: Source, settings: Music, samples: number, engine: string): SoundPlan['music'] {
	const { audio } = source.probe;
	if (!audio) throw new Fault('media', 'the music holds no sound');
	const from = Math.round(settings.from * SAMPLE_RATE);
	const most = wholeMinutes(samples);
	const recipe = pcmOf(source, { from, most });
	return { pcm: { key: keyOf(recipe, engine), recipe }, settings, most };
}
