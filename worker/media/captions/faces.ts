import { cleanText, graphemesOf } from './clean.ts';
import { familyDraws, hasFamily } from './fonts-installed.ts';

/**
 * A family of fonts and its line height in em. ASS gives the line height (Windows ascent and descent in the font's
 * OS/2 table, as libass reads it), so that an em is the font size divided by it.
 */
export type Face = { family: string; line: number; bold: boolean };

const noto = (script: string, line = 1.362, kind = 'Sans'): Face => ({
	family: `Noto ${kind} ${script}`,
	line,
	bold: true,
});

/** The first that is installed draws Latin, Greek and Cyrillic; DejaVu's wide letters are made smaller. */
const LATIN: Face[] = [
	{ family: 'Noto Sans', line: 1.362, bold: true },
	{ family: 'DejaVu Sans', line: 1.05, bold: true },
];
const CJK_LINE = 1.448;
const HAN = {
	JP: noto('CJK JP', CJK_LINE),
	SC: noto('CJK SC', CJK_LINE),
	TC: noto('CJK TC', CJK_LINE),
	KR: noto('CJK KR', CJK_LINE),
};

/**
 * Faces by script. Each run of letters names its own: libass by itself finds only the first ten fonts of a film, and
 * gives every font the same line height, which makes scripts with tall lines tiny.
 */
const SCRIPTS: [RegExp, Face][] = [
	// Its Arabic is as tall as its Latin and needs no higher line, unlike Noto's.
	[/\p{Script=Arabic}/u, { family: 'DejaVu Sans', line: 1.25, bold: true }],
	[/\p{Script=Hebrew}/u, noto('Hebrew')],
	[/\p{Script=Devanagari}/u, noto('Devanagari', 1.304)],
	[/\p{Script=Thai}/u, noto('Thai', 1.511)],
	[/\p{Script=Bengali}/u, noto('Bengali', 1.325)],
	[/\p{Script=Tamil}/u, noto('Tamil', 1.4)],
	[/\p{Script=Telugu}/u, noto('Telugu')],
	[/\p{Script=Gujarati}/u, noto('Gujarati', 1.304)],
	[/\p{Script=Gurmukhi}/u, noto('Gurmukhi', 1.304)],
	[/\p{Script=Kannada}/u, noto('Kannada')],
	[/\p{Script=Malayalam}/u, noto('Malayalam', 1.4)],
	[/\p{Script=Sinhala}/u, noto('Sinhala', 1.304)],
	[/\p{Script=Lao}/u, noto('Lao', 1.645)],
	[/\p{Script=Khmer}/u, noto('Khmer')],
	[/\p{Script=Myanmar}/u, noto('Myanmar', 2)],
	[/\p{Script=Tibetan}/u, noto('Tibetan', 2.4, 'Serif')],
	[/\p{Script=Ethiopic}/u, noto('Ethiopic')],
	[/\p{Script=Armenian}/u, noto('Armenian')],
	[/\p{Script=Georgian}/u, noto('Georgian')],
];
const WIDE =
	/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\uff01-\uff9f\uffe0-\uffe6]/u;
/** One colour, and no second weight: made bold its eyes would close. Its small pictures are drawn a little larger. */
const EMOJI: Face = { family: 'Symbola', line: 1.4, bold: false };
const PICTURE = /^(\p{Emoji_Presentation}|\p{Extended_Pictographic}[\ufe0e\ufe0f\u200d]|\p{Regional_Indicator})/u;

/** The face that letters are drawn in unless their script has one of its own. */
export const latinFace = (): Face => LATIN.find(({ family }) => hasFamily(family)) ?? LATIN[0]!;

/** What only fonts of many colours use: skin tones, joiners of families, the wish for colour. */
const COLOURING =
	/\p{Emoji_Modifier}|\ufe0e|\ufe0f|(?<=\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})*)\u200d/gu;

/** A text as it is drawn in one colour. */
export const drawable = (text: string): string => cleanText(text).replace(COLOURING, '');

/** Cuts a text into runs of one face each; null is the face around it. The film's words say how Han is written. */
export function runsOf(text: string, han: Face): { text: string; face: Face | null }[] {
	const runs: { text: string; face: Face | null }[] = [];
	for (const grapheme of graphemesOf(cleanText(text))) {
		const face = faceOf(grapheme, han);
		const drawn = grapheme.replace(COLOURING, '');
		const last = runs.at(-1);
		if (last && last.face === face) last.text += drawn;
		else runs.push({ text: drawn, face });
	}
	return runs;
}

function faceOf(grapheme: string, han: Face): Face | null {
	if (grapheme < '\u0250') return null;
	// A picture that the face has not is left out of it: libass would draw every one after it in the font it found.
	if (PICTURE.test(grapheme))
		return familyDraws(EMOJI.family, grapheme.replace(COLOURING, '')) ? installed(EMOJI) : null;
	if (WIDE.test(grapheme)) return installed(han);
	const script = SCRIPTS.find(([letters]) => letters.test(grapheme));
	return script ? installed(script[1]) : null;
}

/** A face that is missing is left to fontconfig, which finds another one for the letters. */
const installed = (face: Face): Face | null => (hasFamily(face.family) ? face : null);

/** Characters that only one way of writing Chinese has, from the most frequent ones. */
const SIMPLIFIED = /[们这说时会对没还个过来为发开问见东车长门马鸟龙书学国]/u;
const TRADITIONAL = /[們這說時會對沒還個過來為發開問見東車長門馬鳥龍書學國]/u;

/**
 * Which country's forms Han characters take: the language's, where one is named; else Japanese beside kana, Korean
 * beside Hangul, else Chinese by its own characters.
 */
export function hanFace(text: string, language: string): Face {
	if (language === 'jpn') return HAN.JP;
	if (language === 'kor') return HAN.KR;
	if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text) && language === 'und') return HAN.JP;
	if (/\p{Script=Hangul}/u.test(text)) return HAN.KR;
	return TRADITIONAL.test(text) && !SIMPLIFIED.test(text) ? HAN.TC : HAN.SC;
}
