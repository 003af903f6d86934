import type { Timeline } from '../../contract/timeline.ts';
import type { Probe } from '../probe.ts';
import { readRate, type Rate } from '../rate.ts';

/** A clip's place in the film, in frames at the film's rate. */
export type Placed = {
	/** First frame of the clip that is shown, and the one behind the last. */
	from: number;
	to: number;
	/** First frame of the film that shows it. */
	start: number;
	/** Frames shared with the clip before and the clip behind. */
	fadeIn: number;
	fadeOut: number;
	/** Whether one frame of the film is one frame of the clip. */
	counted: boolean;
};

export type Paper = { rate: Rate; frames: number; lead: number; clips: Placed[] };

/**
 * Where every clip of a timeline must come to lie, worked out a second time, so that the engine is not judged by its
 * own sums.
 */
export function layOnPaper(timeline: Timeline, probes: Probe[], fps: string): Paper {
	const rate = readRate(fps)!;
	const framesOf = (seconds: number) => Math.round((seconds * rate.n) / rate.d);
	const { first, last } = timeline.cards;
	const lead = first ? Math.max(1, framesOf(first.seconds)) : 0;
	let at = lead;
	const clips = timeline.clips.map((clip, index): Placed => {
		const video = probes[index]!.video!;
		const counted = !video.uneven && video.rate.n * rate.d === rate.n * video.rate.d;
		const count = counted ? video.frames : Math.max(1, framesOf(video.seconds));
		const from = framesOf(clip.cutFrom ?? 0);
		const to = Math.min(count, clip.cutTo === undefined ? count : framesOf(clip.cutTo));
		const fadeIn = fadeInto(timeline, index, framesOf);
		const start = at - fadeIn;
		at = start + to - from;
		return { from, to, start, fadeIn, fadeOut: fadeInto(timeline, index + 1, framesOf), counted };
	});
	return { rate, lead, clips, frames: at + (last ? Math.max(1, framesOf(last.seconds)) : 0) };
}

function fadeInto({ clips }: Timeline, index: number, framesOf: (seconds: number) => number): number {
	const clip = clips[index];
	return index > 0 && clip && clip.transition !== 'cut' ? Math.max(1, framesOf(clip.transitionSeconds)) : 0;
}
