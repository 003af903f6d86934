import type { Timeline } from '../contract/timeline.ts';
import { copyableRange, whyNotCopied } from './copying.ts';
import { keyOf } from './key.ts';
import { layClips, type LaidClip } from './lay.ts';
import { secondsOf } from './rate.ts';
import { copyRecipe, crossfadeRecipe, encodeRecipe, type Recipe, type Source } from './recipes.ts';
import { planSound, type SoundPlan } from './programme.ts';
import type { FilmTarget } from './target.ts';

/** A clip of the timeline with the name people know it by. */
export type PlanClip = Source & { name: string };

/** A stretch of the film's picture that is made, cached and joined as one piece. */
export type Segment = {
	/** SHA-256 of the recipe, the clips' content and the ffmpeg that carries it out. */
	key: string;
	recipe: Recipe;
	/** Clips it shows, counted from 0: one, or two in a crossfade. */
	clips: number[];
	how: 'copied' | 'encoded';
	why: string;
	/** Of a copied piece, the first frame of its clip. */
	copiedFrom: number | null;
	/** First frame of the film it shows, and how many frames. */
	start: number;
	frames: number;
};

export type Plan = {
	target: FilmTarget;
	frames: number;
	clips: LaidClip[];
	segments: Segment[];
	/** Null when no clip has sound. */
	sound: SoundPlan | null;
};

/** Copying fewer frames than this out of the middle of a clip is not worth a piece of its own. */
const LEAST_COPIED_SECONDS = 0.5;

/**
 * From a timeline and what its clips are to the pieces of the film: pure, so that the same input always gives the same
 * plan and the same addresses. `engine` names the ffmpeg at hand. Throws `invalid_input` for cuts and crossfades that
 * do not fit their clips, naming the clip.
 */
export function planFilm(timeline: Timeline, clips: PlanClip[], engine: string): Plan {
	const { target, laid, frames } = layClips(timeline, clips);
	const copied = laid.map((clip) => whyNotCopied(clip.source.probe.video!, target));
	const delay = laid.reduce(
		(most, { source }, index) => (copied[index] ? most : Math.max(most, source.probe.video!.copy!.delay)),
		target.delay,
	);
	const film = { ...target, delay };
	const segments = laid.flatMap((clip, index) => segmentsOf(clip, laid[index + 1], copied[index]!, film));
	return {
		target: film,
		frames,
		clips: laid,
		segments: address(segments, engine),
		sound: planSound(laid, film, engine),
	};
}

type Draft = Omit<Segment, 'key' | 'start'>;

/** The clip's own frames between its crossfades, then the crossfade into the next clip. */
function segmentsOf(clip: LaidClip, next: LaidClip | undefined, whyNot: string | null, target: FilmTarget): Draft[] {
	const body = bodyOf(clip, whyNot, target);
	if (!next?.fadeIn) return body;
	// What remains of the clip behind its copied part is shown by the crossfade's process, which decodes it anyway.
	const tail = body.at(-1);
	const lead = tail?.how === 'encoded' && body.length > 1 ? tail.frames : 0;
	const window = crossfade(clip, next, lead, target);
	return [...(lead ? body.slice(0, -1) : body), window];
}

function crossfade(clip: LaidClip, next: LaidClip, lead: number, target: FilmTarget): Draft {
	const a = { source: clip.source, from: clip.to - next.fadeIn - lead };
	const recipe = crossfadeRecipe(a, { source: next.source, from: next.from }, { lead, frames: next.fadeIn }, target);
	const why = `crossfade from clip ${clip.index + 1} to clip ${next.index + 1}`;
	return {
		recipe,
		clips: [clip.index, next.index],
		how: 'encoded',
		why,
		copiedFrom: null,
		frames: lead + next.fadeIn,
	};
}

/** The frames a clip shows alone: copied as far as it goes, encoded before and behind. */
function bodyOf(clip: LaidClip, whyNot: string | null, target: FilmTarget): Draft[] {
	const [from, to] = [clip.from + clip.fadeIn, clip.to - clip.fadeOut];
	if (to <= from) return [];
	if (whyNot) return [encode(clip, from, to, whyNot, target)];
	const range = copyableRange(clip.source.probe.video!.copy!, from, to);
	const whole = range?.from === from && range.to === to;
	if (!range || (!whole && secondsOf(range.to - range.from, target.rate) < LEAST_COPIED_SECONDS))
		return [encode(clip, from, to, 'it is cut or faded in where no frame decodes alone', target)];
	return [
		...(range.from > from
			? [encode(clip, from, range.from, 'before the first frame that decodes alone', target)]
			: []),
		copy(clip, range.from, range.to, whole, target),
		...(range.to < to
			? [encode(clip, range.to, to, 'its cut falls between frames that depend on each other', target)]
			: []),
	];
}

function encode(clip: LaidClip, from: number, to: number, why: string, target: FilmTarget): Draft {
	const recipe = encodeRecipe(clip.source, from, to, target);
	return { recipe, clips: [clip.index], how: 'encoded', why, copiedFrom: null, frames: to - from };
}

function copy(clip: LaidClip, from: number, to: number, whole: boolean, target: FilmTarget): Draft {
	const recipe = copyRecipe(clip.source, from, to, target);
	const why = whole
		? 'it already is what the film is'
		: 'the part of it that decodes alone already is what the film is';
	return { recipe, clips: [clip.index], how: 'copied', why, copiedFrom: from, frames: to - from };
}

function address(drafts: Draft[], engine: string): Segment[] {
	let start = 0;
	return drafts.map((draft) => {
		const segment = { ...draft, key: keyOf(draft.recipe, engine), start };
		start += draft.frames;
		return segment;
	});
}
