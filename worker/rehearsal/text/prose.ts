const NUMBER_WORDS = [
	'zero',
	'one',
	'two',
	'three',
	'four',
	'five',
	'six',
	'seven',
	'eight',
	'nine',
	'ten',
	'eleven',
	'twelve',
];
const NUMBER = `(\\d{1,3}|${NUMBER_WORDS.join('|')})`;
/** A sentence shorter than this is a heading or a stray word, and no shot. */
const SHORTEST_SENTENCE = 3;

/**
 * The brief inside a prompt: what stands between <brief> tags, or after a line "Brief:", or between triple quotes; the
 * whole text when nothing marks it.
 */
export function briefIn(text: string): string {
	const tagged = /<brief[^>]*>([\s\S]*?)<\/brief>/i.exec(text) ?? /"""([\s\S]*?)"""/.exec(text);
	if (tagged?.[1]?.trim()) return tagged[1].trim();
	const headed = /(?:^|\n)\s*#*\s*(?:the )?brief\s*(?:\([^)\n]*\))?\s*:\s*([\s\S]+)$/i.exec(text);
	return (headed?.[1] ?? text).trim();
}

/** The sentences of a text; a list's entries or "Shot 2: ..." lines count one each. Headings and notes to the reader are left out. */
export function sentencesOf(text: string): string[] {
	const entries = text.split('\n').flatMap((line) => {
		const entry = /^\s*(?:[-*•]|\d{1,2}[.)]|(?:shot|scene)\s*\d+\s*[:.-])\s+(.+)$/i.exec(line)?.[1];
		return entry ? [tidy(entry)] : [];
	});
	if (entries.length >= 2) return entries;
	const plain = text
		.split('\n')
		.filter(
			(line) =>
				!/^\s*#/.test(line) && !/^\s*(title|style|format|length|duration|language|audience)\s*:/i.test(line),
		)
		.join(' ');
	const pieces = plain.match(/[^.!?…]+(?:[.!?…]+["'”’)]*|$)/g) ?? [];
	const sentences = pieces
		.map((piece) => tidy(tidy(piece).replace(ORDER, '')))
		.filter((piece) => piece.length >= SHORTEST_SENTENCE);
	return sentences.length > 0 ? sentences : [tidy(text) || 'A quiet morning'];
}

const tidy = (text: string) =>
	text
		.replace(/\s+/g, ' ')
		.replace(/[.!…\s]+$/, '')
		.replace(/^\W+(?=\w)/, '')
		.trim();

/** "Make a film of three shots about" tells how many, not what: it is taken away. */
const ORDER = new RegExp(
	`^(?:please )?(?:make|create|write|produce|shoot|film)\\b[^,;:]*?\\b${NUMBER}\\s+(?:[a-z-]+\\s+)?shots?\\b\\W*(?:about|of|on|showing|with)?\\s*`,
	'i',
);

export type Count = { exactly: number | null; atMost: number | null; atLeast: number | null };

/** How many shots a text asks for: "5 shots", "at most twenty shots", "at least 3 shots". */
export function shotsAskedFor(text: string): Count {
	const count: Count = { exactly: null, atMost: null, atLeast: null };
	const pattern = new RegExp(
		`(at most|no more than|up to|maximum(?: of)?|max\\.?|at least|no fewer than|minimum(?: of)?)?\\s*\\b${NUMBER}\\s+(?:[a-z-]+\\s+)?shots?\\b(?!['’])`,
		'gi',
	);
	for (const [, bound = '', word = ''] of text.matchAll(pattern)) {
		// "One shot shows ..." counts nothing; "1 shot" does.
		if (word.toLowerCase() === 'one') continue;
		const number = toNumber(word);
		if (/least|fewer|minimum/i.test(bound)) count.atLeast ??= number;
		else if (bound) count.atMost ??= number;
		else count.exactly ??= number;
	}
	return count;
}

function toNumber(word: string): number {
	return /^\d+$/.test(word) ? Number(word) : NUMBER_WORDS.indexOf(word.toLowerCase());
}

/** The whole film's length in seconds, when the text names it; what is said last counts. */
export function totalSecondsIn(text: string): number | null {
	const named =
		/\b(?:total|whole|altogether|in all|film|video|movie)\b[^.\n\d]{0,60}?(\d{1,4})[\s-]*(?:s|sec|seconds?)\b/gi;
	const match =
		[...text.matchAll(named)].at(-1) ??
		/\b(\d{1,4})[\s-]+seconds?[\s-]+(?:long\s+)?(?:film|video|movie|in total|altogether)/i.exec(text);
	return match ? Number(match[1]) : null;
}

/** Lengths a shot may have, when the text lists them: "4, 6 or 8 seconds", "each shot 6 seconds". */
export function shotSecondsIn(text: string): number[] {
	const list = /\b(\d{1,2}(?:\s*,\s*\d{1,2})*\s*,?\s*(?:or|and)\s*\d{1,2})\s*(?:s|seconds)\b/i.exec(text)?.[1];
	if (list) return (list.match(/\d+/g) ?? []).map(Number);
	const each = /\b(?:each|every|per)\s+shot\b[^.\n\d]{0,40}?(\d{1,2})\s*(?:s|sec|seconds)\b/i.exec(text)?.[1];
	const after = /\b(\d{1,2})\s*(?:s|sec|seconds)\s+(?:each|per shot|a shot)\b/i.exec(text)?.[1];
	return each || after ? [Number(each ?? after)] : [];
}

/** The first words of a text, without a comma or small word at the end. */
export function fewWords(text: string, most: number): string {
	const words = text.split(' ').slice(0, most);
	while (words.length > 1 && /^(a|an|the|of|and|or|in|on|at|to|with|for|by)$/i.test(words.at(-1)!)) words.pop();
	return words.join(' ').replace(/[,;:]+$/, '');
}
