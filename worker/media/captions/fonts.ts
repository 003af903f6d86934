import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Fault } from '../../base/errors.ts';
import { drawable } from './faces.ts';
import { FONT_ENVIRONMENT } from './fonts-installed.ts';

/** What every face for Latin has: it is not asked for. */
const LATIN = /[\u0020-\u024f\u2010-\u2026]/u;
/** What leaves no ink. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Z}]|\p{Default_Ignorable_Code_Point}/u;
const PATIENCE_MS = 15_000;
/** Characters named in an error at most. */
const NAMED = 12;

/** Characters that some font draws; those that none did are asked for again, so that an installed font counts at once. */
const drawn = new Set<string>();

/**
 * Makes sure that every character of the texts has an installed font that can be drawn: libass shows a box for one
 * that has none, and says nothing. Throws `invalid_input` that names the text, its characters, their script and the
 * Debian package that brings them. Does nothing where fontconfig's `fc-list` is missing or does not answer in time.
 */
export async function refuseUndrawable(texts: { text: string; about: string }[]): Promise<void> {
	const asked = new Set(texts.flatMap(({ text }) => unusual(text)).filter((character) => !drawn.has(character)));
	const groups = Object.values(Object.groupBy(asked, scriptOf)) as string[][];
	const missing = new Set((await Promise.all(groups.map(undrawable))).flat());
	for (const character of asked) if (!missing.has(character)) drawn.add(character);
	for (const { text, about } of texts) {
		const found = [...new Set(unusual(text))].filter((character) => missing.has(character));
		if (found.length) throw refusal(about, found);
	}
}

const unusual = (text: string): string[] =>
	Array.from(drawable(text)).filter((character) => !LATIN.test(character) && !INVISIBLE.test(character));

/** Those of a group that no font has: one question if one font has all of them, else each half is asked for. */
async function undrawable(characters: string[]): Promise<string[]> {
	if (await oneFontHas(characters)) return [];
	if (characters.length === 1) return characters;
	const middle = characters.length >> 1;
	const first = await undrawable(characters.slice(0, middle));
	return [...first, ...(await undrawable(characters.slice(middle)))];
}

/** Fonts of many colours and bitmaps do not count: libass draws outlines alone. */
async function oneFontHas(characters: string[]): Promise<boolean> {
	const codes = characters.map((character) => character.codePointAt(0)!.toString(16)).join(' ');
	const pattern = `:charset=${codes}:color=False:outline=True`;
	return promisify(execFile)('fc-list', [pattern, 'family'], {
		timeout: PATIENCE_MS,
		env: FONT_ENVIRONMENT,
		maxBuffer: 1 << 24,
	}).then(
		({ stdout }) => stdout.trim() !== '',
		() => true,
	);
}

/** Scripts by the Debian package that draws them. */
const PACKAGES: [string, string[]][] = [
	['fonts-noto-cjk', ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo']],
	[
		'fonts-noto-core',
		[
			...['Arabic', 'Hebrew', 'Greek', 'Cyrillic', 'Armenian', 'Georgian', 'Devanagari', 'Bengali', 'Gurmukhi'],
			...['Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Thai', 'Lao', 'Tibetan'],
			...[
				'Myanmar',
				'Khmer',
				'Mongolian',
				'Ethiopic',
				'Cherokee',
				'Syriac',
				'Thaana',
				'Nko',
				'Tifinagh',
				'Adlam',
			],
			...['Javanese', 'Balinese', 'Sundanese', 'Runic', 'Coptic', 'Gothic', 'Egyptian_Hieroglyphs', 'Cuneiform'],
		],
	],
];
const SCRIPTS = PACKAGES.flatMap(([bringer, names]) =>
	names.map((name) => ({
		name: name.replaceAll('_', ' '),
		bringer,
		letters: new RegExp(`\\p{Script=${name}}`, 'u'),
	})),
);

function scriptOf(character: string): string {
	const script = SCRIPTS.find(({ letters }) => letters.test(character));
	if (script) return script.name;
	return /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(character) ? 'emoji' : 'a rare script or sign';
}

const packagesOf = (script: string): string =>
	SCRIPTS.find(({ name }) => name === script)?.bringer ??
	(script === 'emoji' ? 'fonts-symbola and fonts-unifont' : 'fonts-noto-core and fonts-unifont');

function refusal(about: string, characters: string[]): Fault {
	const scripts = [...new Set(characters.map(scriptOf))];
	const shown = characters.slice(0, NAMED).map((character) => {
		const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
		return /\p{M}|\p{Cn}|\p{Co}/u.test(character) ? `U+${code}` : `${character} (U+${code})`;
	});
	const more = characters.length > NAMED ? ` and ${characters.length - NAMED} more` : '';
	const packages = [...new Set(scripts.map(packagesOf))].join(' and ');
	return new Fault(
		'invalid_input',
		`${about}: no font on the worker's machine draws ${shown.join(', ')}${more} (${scripts.join(', ')})`,
		{
			hint: `Install fonts for it on the worker's machine (on Debian: apt install ${packages}), or change the text.`,
		},
	);
}
