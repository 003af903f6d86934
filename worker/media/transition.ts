import type { Transition } from '../contract/transition.ts';
import { encoded, finished, numbered } from './encoded.ts';
import { fitted } from './fit.ts';
import { drawn, type Overlay } from './overlay.ts';
import { secondsOf } from './rate.ts';
import type { Recipe, Source } from './recipes.ts';
import type { FilmTarget } from './target.ts';

/** The end of a clip, or the beginning of one: the clip, and the first of its frames that are shown. */
export type End = { source: Source; from: number };

/** Frames of a transition: of the first clip alone, of both, and of the second alone. */
export type Span = { lead: number; frames: number; trail?: number; transition: Transition };

/**
 * The end of one clip leading into the beginning of the next: `lead` frames of the first alone, then `frames` of both,
 * then `trail` of the second. The first frame of both is the first clip's alone, and the one that would be the second
 * clip's alone is the one behind. At most two clips are ever open in a process, so memory does not grow with the film.
 */
export function transitionRecipe(a: End, b: End, span: Span, target: FilmTarget, overlay?: Overlay): Recipe {
	const { lead, frames, trail = 0 } = span;
	const ofA = fitted(a.source, { from: a.from, to: a.from + lead + frames }, target, { place: 0, out: 'a' });
	const ofB = fitted(b.source, { from: b.from, to: b.from + frames + trail }, target, { place: 1, out: 'b' });
	const over = overlay && drawn(overlay, target, { place: 2, from: 'both', to: 'seen' });
	const graph = [
		...[...ofA.graph, ...ofB.graph, ...blended(span, target), ...(over?.graph ?? [])],
		`[${over ? 'seen' : 'both'}]${finished(target).join(',')}[v]`,
	];
	return {
		inputs: [ofA.input, ofB.input, ...(over?.inputs ?? [])],
		...(over?.files.length ? { files: over.files } : {}),
		output: ['-filter_complex', graph.join(';'), ...encoded(lead + frames + trail, target)],
		extension: 'mp4',
	};
}

/**
 * From `[a]` and `[b]` to `[both]`. xfade works in 4:4:4 alone, so frames that one clip shows alone go round it: they
 * keep their pixels and cost nothing.
 */
function blended({ lead, frames, trail = 0, transition }: Span, target: FilmTarget): string[] {
	const name = transition === 'crossfade' ? 'fade' : transition;
	const seconds = secondsOf(frames, target.rate).toFixed(6);
	const fade = (a: string, b: string, out: string) =>
		`[${a}][${b}]xfade=transition=${name}:duration=${seconds}:offset=0,format=yuv420p[${out}]`;
	if (!lead && !trail) return [fade('a', 'b', 'both')];
	const anew = numbered(target.rate).join(',');
	const early = lead
		? ['[a]split[a3][a4]', `[a3]trim=end_frame=${lead}[a5]`, `[a4]trim=start_frame=${lead},${anew}[a6]`]
		: [];
	const late = trail
		? ['[b]split[b3][b4]', `[b3]trim=end_frame=${frames}[b6]`, `[b4]trim=start_frame=${frames},${anew}[b5]`]
		: [];
	const parts = [...(lead ? ['[a5]'] : []), '[x]', ...(trail ? ['[b5]'] : [])];
	return [
		...[...early, ...late, fade(lead ? 'a6' : 'a', trail ? 'b6' : 'b', 'x')],
		`${parts.join('')}concat=n=${parts.length},${anew}[both]`,
	];
}
