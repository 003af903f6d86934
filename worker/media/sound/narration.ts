import { SAMPLE_RATE } from '../rate.ts';

/** A clip's narration as far as its place needs it; samples of the film. */
export type Wanted = {
	clip: number;
	/** Names the clip in a note. */
	name: string;
	/** Where it would begin, how long it lasts, and where its clip ends. */
	start: number;
	samples: number;
	end: number;
};

/** Where a narration is heard: `samples` from `start` on; fewer than it has where the film ends before it. */
export type PlacedNarration = { clip: number; start: number; samples: number };

/**
 * A breath between two narrations that would run into each other: pauses of 0.2 to 1 s are what readers make between
 * phrases (Campione and Véronis, A large-scale multilingual study of silent pause duration, 2002).
 */
const BREATH = SAMPLE_RATE / 4;
/** A narration that is longer than its clip by less is not worth a note: encoders pad by as much. */
const SLIGHT = SAMPLE_RATE / 10;

/**
 * Gives every narration its place: at its clip's beginning, never cut off and never over another one. One that is
 * longer than its clip runs on; the next then begins a breath after its end. What the film's end leaves no room for
 * is lost. Each of these is told in a note.
 */
export function placeNarrations(wanted: Wanted[], filmSamples: number): { placed: PlacedNarration[]; notes: string[] } {
	const placed: PlacedNarration[] = [];
	const notes: string[] = [];
	let free = 0;
	for (const { clip, name, start: natural, samples, end } of wanted) {
		const start = natural < free ? free + BREATH : natural;
		const lost = Math.max(0, start + samples - filmSamples);
		if (start > natural)
			notes.push(`the narration of ${name} begins ${seconds(start - natural)} late, behind the one before it`);
		if (lost >= samples) {
			notes.push(`the narration of ${name} is not heard: the film ends before it can begin`);
			continue;
		}
		const over = start + samples - lost - end;
		if (over > SLIGHT) notes.push(`the narration of ${name} runs on for ${seconds(over)} behind its clip`);
		if (lost)
			notes.push(`the last ${seconds(lost)} of the narration of ${name} are lost: it is faded out with the film`);
		placed.push({ clip, start, samples: samples - lost });
		free = start + samples;
	}
	return { placed, notes };
}

const seconds = (samples: number) => `${(samples / SAMPLE_RATE).toFixed(2)} s`;
