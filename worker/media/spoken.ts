import type { CaptionLine } from '../contract/caption.ts';
import type { Timeline } from '../contract/timeline.ts';
import { planCues, type Cue, type Spoken } from './captions/cues.ts';
import type { LaidClip } from './lay.ts';
import { SAMPLE_RATE, secondsOf } from './rate.ts';
import type { SoundPlan } from './sound/programme.ts';
import type { FilmTarget } from './target.ts';

/**
 * What is said in a film of `frames` frames and when: with its narration, over its clip, or at times of its own. Lines
 * that begin when their clip is over are not shown, and told as sentences.
 */
export function cuesOf(
	timeline: Timeline,
	laid: LaidClip[],
	sound: SoundPlan | null,
	{ target, frames }: { target: FilmTarget; frames: number },
): { cues: Cue[]; notes: string[] } {
	if (timeline.captions.mode === 'none') return { cues: [], notes: [] };
	const late: string[] = [];
	const spoken = laid.flatMap((clip): Spoken[] => {
		const { text, words, captions } = timeline.clips[clip.index]!;
		const shown = {
			from: secondsOf(clip.start, target.rate),
			to: secondsOf(clip.start + clip.to - clip.from, target.rate),
		};
		if (captions) {
			const lines = captions.map((line) => placed(line, shown));
			late.push(...tooLate(lines, clip.index + 1, shown));
			return lines;
		}
		if (!text && !words?.length) return [];
		const narration = sound?.narrations.find((each) => each.clip === clip.index);
		const [from, to] = narration
			? [narration.start / SAMPLE_RATE, (narration.start + narration.samples) / SAMPLE_RATE]
			: [secondsOf(clip.start + clip.fadeIn, target.rate), shown.to];
		return [{ text: text || words!.map((word) => word.text).join(' '), words, from, to }];
	});
	const cues = planCues(spoken, target, timeline.captions);
	return { cues: endingBy(secondsOf(frames, target.rate), cues), notes: few(late) };
}

/** A note for each line that begins when its clip is over. */
function tooLate(lines: Spoken[], number: number, shown: { from: number; to: number }): string[] {
	return lines
		.filter(({ from, to }) => from >= to)
		.map(
			({ text, from }) =>
				`the caption "${shortened(text)}" is not shown: it is to begin ${inSeconds(from - shown.from)} into ` +
				`clip ${number}, of which ${inSeconds(shown.to - shown.from)} are shown`,
		);
}

const inSeconds = (seconds: number) => `${seconds.toFixed(2)} s`;
/** Letters by which one knows a caption again. */
const KNOWN_BY = 40;
const shortened = (text: string) => {
	const letters = [...text.replace(/\s+/g, ' ')];
	return letters.slice(0, KNOWN_BY).join('').trimEnd() + (letters.length > KNOWN_BY ? '…' : '');
};

/** The track of captions counts milliseconds. */
const CAPTION_UNITS = 1000;

/** Captions stay a little when all is said, but none outlasts the film: its track would make the file longer. */
function endingBy(seconds: number, cues: Cue[]): Cue[] {
	const end = Math.floor(seconds * CAPTION_UNITS) / CAPTION_UNITS;
	return cues.filter(({ from }) => from < end).map((cue) => ({ ...cue, to: Math.min(cue.to, end) }));
}

/** Captions of a long recording over a short clip need no thousand notes. */
const MOST_NOTES = 20;

function few(notes: string[]): string[] {
	const more = notes.length - MOST_NOTES;
	return more > 0 ? [...notes.slice(0, MOST_NOTES), `and ${more} captions more are not shown for the like`] : notes;
}

/** A caption with times of its own in the film; its words are counted from its beginning. */
function placed({ text, from = 0, to, words }: CaptionLine, shown: { from: number; to: number }): Spoken {
	return {
		text,
		from: shown.from + from,
		to: Math.min(shown.to, to === undefined ? shown.to : shown.from + to),
		words: words?.map((word) => ({ ...word, from: word.from - from, to: word.to - from })),
	};
}
