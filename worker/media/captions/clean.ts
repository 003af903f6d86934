/** Characters that order letters by force (Unicode Bidi Algorithm, UAX #9): unpaired ones turn what stands behind them. */
const FORCED_ORDER = /[\u202a-\u202e\u2066-\u2069]/g;
/** Control characters but line breaks, and invisible signs of layout, which no font draws. */
const CONTROLS = /[^\P{Cc}\n]|[\ufeff\ufff9-\ufffb\u00ad]/gu;
const BREAKS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;

/**
 * A user's text as it may be drawn: well-formed Unicode in composed form (what fonts have most of), without control
 * characters and forced orders of writing, with `\n` as the only line break and a plain space for tabs.
 */
export const cleanText = (text: string): string =>
	text
		.toWellFormed()
		.replace(BREAKS, '\n')
		.replace(/\t/g, ' ')
		.replace(CONTROLS, '')
		.replace(FORCED_ORDER, '')
		.normalize('NFC');

const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** What a reader takes for one character each: letters with their marks, emoji families and flags stay whole. */
export const graphemesOf = (text: string): string[] => Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
