import type { Captions } from '../../contract/caption.ts';
import { LINE_LETTERS } from './tokens.ts';

export type Size = { width: number; height: number };

/** Kept free at each side: the title-safe area is nine tenths of the picture (SMPTE ST 2046-1, EBU R 95). */
const SIDE = 0.06;
/** Upright films are watched under the buttons and captions of the services that show them. */
const UPRIGHT_SIDE = 0.07;
const EDGES = { bottom: 0.075, top: 0.075, middle: 0 };
const UPRIGHT_EDGES = { bottom: 0.19, top: 0.13, middle: 0 };
/** Lines that light up word by word are read best when short. */
const KARAOKE_LETTERS = 30;

/** Where and how large captions are in a picture; everything in pixels but the line's width in em and letters. */
export type Layout = { em: number; side: number; edge: number; widest: number; letters: number };

/** Lays captions out: letters as large as asked (an em), never outside the safe area. */
export function layoutOf({ width, height }: Size, { size, place, style }: Captions): Layout {
	const upright = height > width;
	const em = size * Math.min(width, height);
	const side = Math.round(width * (upright ? UPRIGHT_SIDE : SIDE));
	const edge = Math.round(height * (upright ? UPRIGHT_EDGES : EDGES)[place]);
	const padding = style === 'box' ? 2 * BOX_PADDING : 0;
	return {
		em,
		side,
		edge,
		widest: Math.max(1.5, (width - 2 * side) / em - padding),
		letters: style === 'karaoke' ? KARAOKE_LETTERS : LINE_LETTERS,
	};
}

/** Between the letters and the edge of their box, in em. */
export const BOX_PADDING = 0.28;
