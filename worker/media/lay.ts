import { Fault } from '../base/errors.ts';
import type { Timeline } from '../contract/timeline.ts';
import type { Transition } from '../contract/transition.ts';
import type { PlanClip } from './plan.ts';
import { MOST_SECONDS } from './probe.ts';
import { framesIn, sameRate, secondsOf, type Rate } from './rate.ts';
import { chooseTarget, type FilmTarget, type Weighed } from './target.ts';

/** A clip in its place; all numbers are frames at the film's rate. */
export type LaidClip = {
	index: number;
	name: string;
	source: PlanClip;
	/** The frames of the clip that are shown: [from, to). */
	from: number;
	to: number;
	/** First frame of the film in which it is seen. */
	start: number;
	/** Frames it shares with the clip before and the clip behind, and how the clip before leads into it. */
	fadeIn: number;
	fadeOut: number;
	transition: Transition;
};

/**
 * Lays the clips end to end, each transition overlapping two of them. A clip counts its frames at the film's rate; cuts
 * are rounded to these, a cut behind the end is the end. Throws `media` for a clip without moving pictures and
 * `invalid_input` for cuts or transitions that leave nothing of a clip, and for a film that lasts longer than a day.
 */
export function layClips(
	timeline: Timeline,
	clips: PlanClip[],
): { target: FilmTarget; laid: LaidClip[]; frames: number } {
	const target = chooseTarget(weigh(timeline, clips), timeline.target);
	const fades = clips.map((_, index) => fadeInto(timeline, index, target.rate));
	let start = 0;
	const laid = clips.map((source, index): LaidClip => {
		const [fadeIn, fadeOut] = [fades[index]!, fades[index + 1] ?? 0];
		const { from, to } = cutClip(timeline, source, index, target.rate);
		if (fadeIn + fadeOut > to - from) throw fadeTooLong(source.name, index, to - from, target.rate);
		start -= fadeIn;
		const { transition } = timeline.clips[index]!;
		const clip = { index, name: source.name, source, from, to, start, fadeIn, fadeOut, transition };
		start += to - from;
		return clip;
	});
	const seconds = secondsOf(start, target.rate);
	if (seconds > MOST_SECONDS)
		throw new Fault('invalid_input', `the film would last ${Math.round(seconds / 3600)} hours; a day is the most`);
	return { target, laid, frames: start };
}

/** How long each clip is on screen, for the choice of what the film is. */
function weigh(timeline: Timeline, clips: PlanClip[]): Weighed[] {
	return clips.map(({ name, probe }, index) => {
		if (probe.kind === 'video' && probe.video)
			return { picture: probe.video, seconds: shownSeconds(timeline, index, probe.seconds) };
		throw new Fault('media', `${name} is ${probe.kind === 'audio' ? 'sound' : 'a picture'}, not a clip`, {
			hint: 'A film is stitched from video clips.',
		});
	});
}

function shownSeconds({ clips }: Timeline, index: number, seconds: number): number {
	const { cutFrom = 0, cutTo = seconds } = clips[index]!;
	return Math.max(0, Math.min(cutTo, seconds) - cutFrom);
}

function cutClip(
	{ clips }: Timeline,
	{ name, probe }: PlanClip,
	index: number,
	rate: Rate,
): { from: number; to: number } {
	const video = probe.video!;
	const count =
		!video.uneven && sameRate(video.rate, rate) ? video.frames : Math.max(1, framesIn(video.seconds, rate));
	const { cutFrom, cutTo } = clips[index]!;
	const from = cutFrom === undefined ? 0 : framesIn(cutFrom, rate);
	const to = cutTo === undefined ? count : Math.min(count, framesIn(cutTo, rate));
	if (from < to) return { from, to };
	throw new Fault('invalid_input', `the cut of ${name} leaves nothing of its ${round(video.seconds)} s`, {
		hint: `It is cut from ${cutFrom ?? 0} s to ${cutTo ?? round(video.seconds)} s.`,
		refusals: [{ field: `timeline.clips.${index}.cutFrom`, message: `the clip ends at ${round(video.seconds)} s` }],
	});
}

function fadeInto({ clips }: Timeline, index: number, rate: Rate): number {
	const clip = clips[index]!;
	return index > 0 && clip.transition !== 'cut' ? Math.max(1, framesIn(clip.transitionSeconds, rate)) : 0;
}

function fadeTooLong(name: string, index: number, frames: number, rate: Rate): Fault {
	const seconds = round(secondsOf(frames, rate));
	return new Fault('invalid_input', `the transitions of ${name} are longer than its ${seconds} s`, {
		hint: 'Shorten the transition, or use a cut there.',
		refusals: [
			{
				field: `timeline.clips.${index}.transitionSeconds`,
				message: `${seconds} s are to hold both transitions`,
			},
		],
	});
}

const round = (seconds: number) => Math.round(seconds * 1000) / 1000;
