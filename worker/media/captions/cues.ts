// PLACEHOLDER by the lead so that the engine loads; CAPTIONS overwrites this file.
import type { Captions, Word } from '../../contract/caption.ts';
export type Spoken = { text: string; words?: Word[]; from: number; to: number };
export type CueWord = { text: string; from: number; to: number };
export type Cue = { from: number; to: number; lines: CueWord[][] };
export function planCues(spoken: Spoken[], _picture: { width: number; height: number }, _captions: Captions): Cue[] {
	return spoken.map(({ text, from, to }) => ({ from, to, lines: [[{ text, from, to }]] }));
}
