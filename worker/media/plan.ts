import type { TitleCard } from '../contract/look.ts';
import type { Timeline } from '../contract/timeline.ts';
import { cardFrames, cardRecipe } from './card.ts';
import { assOf } from './captions/ass.ts';
import type { Cue } from './captions/cues.ts';
import { copyableRange, hiddenRange, whyNotCopied } from './copying.ts';
import { keyOf } from './key.ts';
import { layClips, type LaidClip } from './lay.ts';
import { framesIn, secondsOf } from './rate.ts';
import {
	copyRecipe,
	encodeRecipe,
	transitionRecipe,
	type LogoSource,
	type Overlay,
	type Recipe,
	type Source,
} from './recipes.ts';
import { planSound, type SoundPlan } from './sound/programme.ts';
import { cuesOf } from './spoken.ts';
import type { FilmTarget } from './target.ts';

/** A clip of the timeline with the name people know it by. */
export type PlanClip = Source & { name: string };

/** What lies over and under the clips; `narrations` has a place for each clip. */
export type Extras = { narrations: (Source | null)[]; music: Source | null; logo: Source | null };

/** A stretch of the film's picture that is made, cached and joined as one piece. */
export type Segment = {
	/** SHA-256 of the recipe, the clips' content and the ffmpeg that carries it out. */
	key: string;
	recipe: Recipe;
	/** Clips it shows, counted from 0: one, or two in a transition; none for a title card. */
	clips: number[];
	how: 'copied' | 'encoded';
	why: string;
	/** Of a copied piece, the first frame of its clip. */
	copiedFrom: number | null;
	/** Frames in front that are not shown but referred to. */
	hidden: number;
	/** First frame of the film it shows, and how many frames. */
	start: number;
	frames: number;
};

export type Chapter = { title: string; start: number; frames: number };

export type Plan = {
	target: FilmTarget;
	frames: number;
	clips: LaidClip[];
	segments: Segment[];
	/** Null when nothing is heard. */
	sound: SoundPlan | null;
	/** Captions in seconds of the film; none where it has none. */
	cues: Cue[];
	chapters: Chapter[];
	/** What is done otherwise than one might expect. */
	notes: string[];
};

/** Copying fewer frames than this out of the middle of a clip is not worth a piece of its own. */
const LEAST_COPIED_SECONDS = 0.5;
/** Players decode hidden frames in no time of their own: a second of them is no more than a seek asks of them. */
const MOST_HIDDEN_SECONDS = 1;
/** The frame before gives hidden ones their instants; it keeps most of its own time. */
const HIDDEN_SHARE = 0.25;
/** What stands beside a transition and has to be encoded is made together with it, up to this length. */
const MOST_BESIDE_SECONDS = 2;

/** What every piece of the plan needs to know. */
type Film = {
	target: FilmTarget;
	timeline: Timeline;
	cues: Cue[];
	logo: LogoSource | null;
};

/**
 * From a timeline and what its clips are to the pieces of the film: pure, so that the same input always gives the same
 * plan and the same addresses. `engine` names the ffmpeg at hand. Throws `invalid_input` for cuts and transitions that
 * do not fit their clips, naming the clip.
 */
export function planFilm(timeline: Timeline, clips: PlanClip[], extras: Extras, engine: string): Plan {
	const { first, last } = timeline.cards;
	const { target: chosen, laid: packed, frames: length } = layClips(timeline, clips);
	const lead = first ? cardFrames(first, chosen) : 0;
	const laid = packed.map((clip) => ({ ...clip, start: clip.start + lead }));
	const frames = lead + length + (last ? cardFrames(last, chosen) : 0);
	const sound = planSound(
		laid,
		{ frames, target: chosen },
		timeline.sound,
		{ ...extras, names: clips.map(({ name }) => name) },
		engine,
	);
	const { cues, notes } = cuesOf(timeline, laid, sound, { target: chosen, frames });
	const logo = timeline.logo && extras.logo ? { source: extras.logo, logo: timeline.logo } : null;
	const film: Film = { target: chosen, timeline, cues, logo };
	const whyNot = laid.map((clip) => whyNotCopied(clip.source.probe.video!, chosen) ?? whyCovered(clip, film));
	film.target = { ...chosen, delay: commonDelay(laid, whyNot, chosen) };
	const segments = [
		...(first ? [titleCard(first, film.target, logo)] : []),
		...weave(laid, whyNot, film),
		...(last ? [titleCard(last, film.target, logo)] : []),
	];
	return {
		target: film.target,
		frames,
		clips: laid,
		segments: address(segments, engine),
		sound,
		cues,
		chapters: chaptersOf(timeline, laid, frames),
		notes: [...(sound?.notes ?? []), ...notes],
	};
}

/** A film that is one title card. */
export function planCard(content: TitleCard, target: FilmTarget, engine: string): Plan {
	const draft = titleCard(content, target, null);
	const segments = address([draft], engine);
	const nothing = { clips: [], sound: null, cues: [], chapters: [], notes: [] };
	return { target, frames: draft.frames, segments, ...nothing };
}

/** Decoding has to run equally far ahead in all pieces, as far as in the deepest clip that is copied. */
function commonDelay(laid: LaidClip[], whyNot: (string | null)[], { delay }: FilmTarget): number {
	const copied = laid.filter((_, index) => !whyNot[index]);
	return copied.reduce((most, { source }) => Math.max(most, source.probe.video!.copy!.delay), delay);
}

function chaptersOf({ clips }: Timeline, laid: LaidClip[], frames: number): Chapter[] {
	const begun = laid.flatMap(({ index, start }) => {
		const { chapter } = clips[index]!;
		return chapter ? [{ title: chapter, start }] : [];
	});
	// A title card in front belongs to the first chapter.
	return begun.map(({ title, start }, index) => {
		const from = index ? start : 0;
		return { title, start: from, frames: (begun[index + 1]?.start ?? frames) - from };
	});
}

/** What lies over some frames of the film. */
function overlayOf({ timeline, cues, target, logo }: Film, start: number, frames: number): Overlay | undefined {
	const burned = timeline.captions.mode === 'burned' || timeline.captions.mode === 'both';
	const range = { from: secondsOf(start, target.rate), to: secondsOf(start + frames, target.rate) };
	const captions = burned ? assOf(cues, target, timeline.captions, range) : null;
	return captions !== null || logo ? { captions, logo } : undefined;
}

/** Why a clip that could be copied is not, because something is drawn over the frames it shows alone. */
function whyCovered({ start, from, to, fadeIn, fadeOut }: LaidClip, film: Film): string | null {
	const overlay = overlayOf(film, start + fadeIn, Math.max(0, to - from - fadeIn - fadeOut));
	if (!overlay) return null;
	return overlay.logo ? 'the logo is drawn over it' : 'captions are burned into it';
}

type Draft = Omit<Segment, 'key' | 'start'>;

function titleCard(content: TitleCard, target: FilmTarget, logo: LogoSource | null): Draft {
	const frames = cardFrames(content, target);
	const recipe = cardRecipe(content, target, logo);
	return { recipe, clips: [], how: 'encoded', why: 'it is a title card', copiedFrom: null, hidden: 0, frames };
}

/**
 * Each clip's own frames, and between two of them the transition. What remains of a clip beside its copied part is
 * shown by the transition's process, which decodes it anyway.
 */
function weave(laid: LaidClip[], whyNot: (string | null)[], film: Film): Draft[] {
	const bodies = laid.map((clip, index) => bodyOf(clip, whyNot[index]!, film));
	const beside = (draft: Draft | undefined, body: Draft[]) =>
		draft?.how === 'encoded' && body.length > 1 && secondsOf(draft.frames, film.target.rate) <= MOST_BESIDE_SECONDS;
	return laid.flatMap((clip, index) => {
		const body = bodies[index]!;
		const [next, after] = [laid[index + 1], bodies[index + 1] ?? []];
		if (!next?.fadeIn) return body;
		const lead = beside(body.at(-1), body) ? body.pop()!.frames : 0;
		const trail = beside(after[0], after) ? after.shift()!.frames : 0;
		return [...body, transition(clip, next, { lead, trail }, film)];
	});
}

function transition(clip: LaidClip, next: LaidClip, more: { lead: number; trail: number }, film: Film): Draft {
	const { lead, trail } = more;
	const frames = lead + next.fadeIn + trail;
	const recipe = transitionRecipe(
		{ source: clip.source, from: clip.to - next.fadeIn - lead },
		{ source: next.source, from: next.from },
		{ lead, frames: next.fadeIn, trail, transition: next.transition },
		film.target,
		overlayOf(film, next.start - lead, frames),
	);
	const why = `${next.transition} from clip ${clip.index + 1} to clip ${next.index + 1}`;
	const clips = [clip.index, next.index];
	return { recipe, clips, how: 'encoded', why, copiedFrom: null, hidden: 0, frames };
}

/** The frames a clip shows alone: copied as far as it goes, encoded before and behind. */
function bodyOf(clip: LaidClip, whyNot: string | null, film: Film): Draft[] {
	const [from, to] = [clip.from + clip.fadeIn, clip.to - clip.fadeOut];
	if (to <= from) return [];
	if (whyNot) return [encode(clip, from, to, whyNot, film)];
	const part = copiedPart(clip, from, to, film);
	if (!part) return [encode(clip, from, to, 'it is cut or faded in where no frame decodes alone', film)];
	return [
		...(part.from > from ? [encode(clip, from, part.from, 'before the first frame that decodes alone', film)] : []),
		copy(clip, part, part.from === from && part.to === to, film),
		...(part.to < to
			? [encode(clip, part.to, to, 'its cut falls between frames that depend on each other', film)]
			: []),
	];
}

type Part = { from: number; to: number; hidden: number };

function copiedPart(clip: LaidClip, from: number, to: number, { target, timeline }: Film): Part | null {
	const facts = clip.source.probe.video!.copy!;
	const least = framesIn(LEAST_COPIED_SECONDS, target.rate);
	const range = copyableRange(facts, from, to);
	const plain = range && { ...range, hidden: 0 };
	const enough = plain && ((plain.from === from && plain.to === to) || plain.to - plain.from >= least) ? plain : null;
	// Nothing stands before the film's first frame that could lend hidden ones their instants.
	if (timeline.joints !== 'hidden' || clip.start + clip.fadeIn === 0) return enough;
	const most = Math.floor(Math.min(framesIn(MOST_HIDDEN_SECONDS, target.rate), target.ticks * HIDDEN_SHARE));
	const behind = hiddenRange(facts, from, to, most);
	const more = behind && behind.to - behind.from >= (enough ? enough.to - enough.from : 0) + least;
	return more ? { from: behind.from, to: behind.to, hidden: behind.from - behind.idr } : enough;
}

function encode(clip: LaidClip, from: number, to: number, why: string, film: Film): Draft {
	const overlay = overlayOf(film, clip.start + from - clip.from, to - from);
	const recipe = encodeRecipe(clip.source, from, to, film.target, overlay);
	return { recipe, clips: [clip.index], how: 'encoded', why, copiedFrom: null, hidden: 0, frames: to - from };
}

function copy(clip: LaidClip, { from, to, hidden }: Part, whole: boolean, { target }: Film): Draft {
	const recipe = copyRecipe(clip.source, from - hidden, to, target, hidden);
	const why = whole
		? 'it already is what the film is'
		: hidden
			? `it already is what the film is; ${hidden} frames that it refers to are hidden before it`
			: 'the part of it that decodes alone already is what the film is';
	return {
		recipe,
		clips: [clip.index],
		how: 'copied',
		why,
		copiedFrom: from - hidden,
		hidden,
		frames: to - from,
	};
}

function address(drafts: Draft[], engine: string): Segment[] {
	let start = 0;
	return drafts.map((draft) => {
		const segment = { ...draft, key: keyOf(draft.recipe, engine), start };
		start += draft.frames;
		return segment;
	});
}
