import { leansOnNext, leads, opensClause } from './language.ts';
import type { Token } from './tokens.ts';

/** What a break costs behind a token: nothing at the end of a sentence, much between an article and its noun. */
const COSTS = { sentence: 0, halt: 2, pause: 4, clause: 7, preposition: 11, plain: 16, name: 24, leaning: 40, cut: 30 };
/** The last word of a clause is not left to the next line. */
const LAST_WORD = 8;

const KANA_END = /\p{Script=Hiragana}$/u;
const KANA_START = /^\p{Script=Hiragana}/u;
const JAPANESE_WORD = /^[\p{Script=Han}\p{Script=Katakana}]/u;
/** Chinese words that lean on the one before: structure and aspect particles, suffixes, final particles. */
const CHINESE_TAIL = /^[的地得了着著过過们們吗嗎呢吧啊呀么麼]$/u;
const WIDE_END = /[\p{Script=Han}\p{Script=Katakana}]$/u;

/**
 * How badly a line or a cue ends behind `token` when `next` follows: 0 well, 40 as badly as between an article and
 * its noun. By the rules of subtitling: break behind punctuation, before conjunctions and prepositions, never between
 * what belongs together (Netflix Timed Text Style Guide; BBC Subtitle Guidelines).
 */
export function breakCost(token: Token, next: Token): number {
	if (token.cut) return COSTS.cut;
	if (token.mark !== 'none') return COSTS[token.mark];
	return wordCost(token, next) + (next.mark === 'none' ? 0 : LAST_WORD);
}

function wordCost(token: Token, next: Token): number {
	if (!token.space) return unspacedCost(token.text, next.text);
	if (leansOnNext(token.text)) return COSTS.leaning;
	if (opensClause(next.text)) return COSTS.clause;
	if (leads(next.text)) return COSTS.preposition;
	return /^\p{Lu}\p{Ll}/u.test(token.text) && /^\p{Lu}\p{Ll}/u.test(next.text) ? COSTS.name : COSTS.plain;
}

function unspacedCost(text: string, next: string): number {
	if (CHINESE_TAIL.test(next)) return COSTS.leaning;
	// Japanese: a particle closes a phrase, and a word of hiragana behind a noun most often is a particle or an ending.
	if (KANA_END.test(text) && JAPANESE_WORD.test(next)) return COSTS.clause;
	if (KANA_START.test(next)) return WIDE_END.test(text) || KANA_END.test(text) ? COSTS.name : COSTS.plain;
	return COSTS.plain;
}
