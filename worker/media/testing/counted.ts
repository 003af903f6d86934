import { execFileSync } from 'node:child_process';

/** Cells of the bar that numbers a frame: a white one, the clip's number, the frame's number, a black one. */
const CLIP_BITS = 5;
const FRAME_BITS = 9;
const CELLS = 1 + CLIP_BITS + FRAME_BITS + 1;
/** The bar is the uppermost fifth of the picture. */
const ROWS = 5;
const MIDDLE_GREY = 128;

export type Counted = { clip: number; frame: number };

/** A picture whose every frame carries its number and its clip's, readable after any encoding and scaling. */
export function countedPicture(clip: number, frames: number, rate: string, size = '320x180'): string[] {
	const [width, height] = size.split('x').map(Number) as [number, number];
	const cell = width / CELLS;
	const box = (at: number, when = '') =>
		`drawbox=x=${at * cell}:y=0:w=${cell}:h=${height / ROWS}:c=white:t=fill${when && `:enable='${when}'`}`;
	const ofClip = bits(CLIP_BITS).flatMap((bit) => ((clip >> bit) & 1 ? [box(1 + bit)] : []));
	const ofFrame = bits(FRAME_BITS).map((bit) => box(1 + CLIP_BITS + bit, `mod(floor(n/${2 ** bit}),2)`));
	const bar = [`drawbox=x=0:y=0:w=${width}:h=${height / ROWS}:c=black:t=fill`, box(0), ...ofClip, ...ofFrame];
	const shades = `hue=h=${clip * 47}`;
	const picture = `testsrc2=s=${size}:r=${rate},trim=end_frame=${frames},${[shades, ...bar].join(',')},setsar=0`;
	return ['-f', 'lavfi', '-i', picture];
}

/** How a clip's frames are numbered: the first one's number, and how far a frame may be from the one that is due. */
export type Numbering = {
	clip: number;
	first: number;
	/** Numbers a second, where these are not the clip's frames. */
	rate?: number;
	slack: number;
};

const bits = (count: number) => Array.from({ length: count }, (_, bit) => bit);

/** A part of a picture, in pixels. */
export type Part = { width: number; height: number; x: number; y: number };

/**
 * The number on each frame of a film in the order of showing; null where a frame carries none. The numbered picture may
 * be a `part` of the film's.
 */
export function readCounted(path: string, part?: Part): (Counted | null)[] {
	const crop = part ? `crop=${part.width}:${part.height}:${part.x}:${part.y}:exact=1,` : '';
	const filter = ['-vf', `${crop}scale=${CELLS}:${ROWS}:flags=area,format=gray`, '-f', 'rawvideo', '-'];
	const every = ['-map', '0:v:0', '-fps_mode', 'passthrough', '-enc_time_base', '-1'];
	const args = ['-v', 'error', '-i', path, ...every, ...filter];
	const bytes = execFileSync('ffmpeg', args, { maxBuffer: 1 << 28 });
	return Array.from({ length: bytes.length / (CELLS * ROWS) }, (_, index) =>
		numberOf(bytes.subarray(index * CELLS * ROWS, index * CELLS * ROWS + CELLS)),
	);
}

/** Reads one bar of grey levels; null unless every cell is clearly dark or light and the two outer ones are as drawn. */
export function numberOf(cells: ArrayLike<number>): Counted | null {
	const levels = Array.from({ length: CELLS }, (_, index) => cells[index]!);
	const unclear = levels.some((level) => Math.abs(level - MIDDLE_GREY) < MIDDLE_GREY / 3);
	const bit = (at: number) => (levels[at]! > MIDDLE_GREY ? 1 : 0);
	if (unclear || !bit(0) || bit(CELLS - 1)) return null;
	const number = (from: number, count: number) =>
		bits(count).reduce((sum, each) => sum + (bit(from + each) << each), 0);
	return { clip: number(1, CLIP_BITS), frame: number(1 + CLIP_BITS, FRAME_BITS) };
}
