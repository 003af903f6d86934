// PLACEHOLDER by the lead so that the engine loads; CAPTIONS overwrites this file.
import type { Captions } from '../../contract/caption.ts';
import type { Cue } from './cues.ts';
export function assOf(cues: Cue[], _picture: { width: number; height: number }, _captions: Captions, range: { from: number; to: number }): string | null {
	const shown = cues.filter(({ from, to }) => to > range.from && from < range.to);
	return shown.length ? JSON.stringify(shown) : null;
}
