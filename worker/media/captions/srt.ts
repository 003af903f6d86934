import { cleanText } from './clean.ts';
import type { Cue } from './cues.ts';

/** An invisible sign that separates what would be read as one: WORD JOINER. */
const JOINER = '\u2060';

/**
 * Captions as a SubRip file, which ffmpeg turns into a film's own text track. SubRip has no way to write a letter that
 * means itself: `<b>` is a tag, `{\an8}` a command, `\N` a line break, `-->` a time, a lone figure a number. A word
 * joiner inside each keeps them text, and a reader sees the very characters.
 */
export const srtOf = (cues: Cue[]): string =>
	cues
		.map(({ from, to, lines }, index) => {
			const text = lines.map((line) => safe(line.map((word) => word.text).join('')));
			return `${index + 1}\n${timeOf(from)} --> ${timeOf(Math.max(to, from + 0.001))}\n${text.filter(Boolean).join('\n')}\n\n`;
		})
		.join('');

const safe = (line: string): string =>
	cleanText(line)
		.replace(/\n/g, ' ')
		.trim()
		.replace(/[<{\\&]/g, (sign) => sign + JOINER)
		.replace(/-->/g, `--${JOINER}>`)
		.replace(/^(?=[\s+]*\p{N})/u, JOINER);

function timeOf(seconds: number): string {
	const all = Math.max(0, Math.round(seconds * 1000));
	const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
	return `${two(all / 3_600_000)}:${two((all / 60_000) % 60)}:${two((all / 1000) % 60)},${String(all % 1000).padStart(3, '0')}`;
}
