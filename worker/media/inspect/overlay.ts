import type { Edges, Steady } from './edges.ts';

/** Something that stands still while the picture around it moves; in pixels of the looked-at picture. */
export type Standing = { x: number; y: number; width: number; height: number; score: number };

/** An edge that stands still is at least this strong, in grey levels a pixel. */
const EDGE = 5;
/** A pixel moves when its brightness changes at least so much over the frames. */
const MOVES = 6;
/** Less of the picture moving than this is a still camera: everything stands still, and nothing can be told. */
const LEAST_MOVING = 0.25;
/** Edges closer than this share of the width belong together. */
const TOGETHER = 0.02;
/** Part of the picture that an overlay covers, each way: more is scenery, less a mark that nobody could read. */
const MOST_SIDE = 0.45;
const LEAST_SIDE = 0.0115;
/** Longer than this many times its height it is a line. */
const MOST_LONG = 12;
/** Pixels from the picture's border that count as touching it. */
const BORDER = 2;
/** Edges from which it is surely one. */
const ENOUGH_EDGES = 120;
/** Share of an overlay's place that is edges, from which it is surely one. */
const DENSE = 0.12;
/**
 * Edges of one direction are a line of the scenery, a door or a table that two scenes have at the same place: so much of
 * them must run otherwise. On three real clips and parts of them scenery as clear as a mark had 0 to .36 of it, marks
 * .58 to .9.
 */
const OTHERWISE = 0.5;

/**
 * Finds the clearest thing that stands still over a moving picture, whatever it is: edges that nearly all frames
 * share, close together, with moving picture around them. Null where too little of the picture moves, because a still
 * camera shows a picture that stands still altogether.
 */
export function findStanding({ all, change }: Steady): Standing | null {
	const { width, height } = all;
	const moving = change.reduce((count, value) => count + (value >= MOVES ? 1 : 0), 0) / change.length;
	if (moving < LEAST_MOVING) return null;
	const edges = strongOf(all);
	const groups = groupsOf(edges, width, height, Math.max(2, Math.round(width * TOGETHER)));
	let best: Standing | null = null;
	for (const group of groups) {
		const score = scoreOf(group, { all, edges, change, width, height });
		if (score > (best?.score ?? 0)) best = { ...boxOf(group), score };
	}
	return best;
}

function strongOf({ x, y }: Edges): Uint8Array {
	const strong = new Uint8Array(x.length);
	for (let at = 0; at < strong.length; at++) strong[at] = x[at]! ** 2 + y[at]! ** 2 >= EDGE ** 2 ? 1 : 0;
	return strong;
}

type Box = { left: number; top: number; right: number; bottom: number };
type Group = Box & { edges: number };

const boxOf = ({ left, top, right, bottom }: Box) => ({
	x: left,
	y: top,
	width: right - left + 1,
	height: bottom - top + 1,
});

/** Edges that lie within `reach` of each other, counted in cells of that size that touch. */
function groupsOf(edges: Uint8Array, width: number, height: number, reach: number): Group[] {
	const [columns, rows] = [Math.ceil(width / reach), Math.ceil(height / reach)];
	const cells: (Group | null)[] = Array.from({ length: columns * rows }, () => null);
	for (let y = 0, at = 0; y < height; y++) {
		for (let x = 0; x < width; x++, at++) {
			if (!edges[at]) continue;
			const cell = Math.floor(y / reach) * columns + Math.floor(x / reach);
			cells[cell] = joined(cells[cell] ?? null, { left: x, right: x, top: y, bottom: y, edges: 1 });
		}
	}
	const groups: Group[] = [];
	for (let cell = 0; cell < cells.length; cell++) {
		let group: Group | null = null;
		const waiting = [cell];
		while (waiting.length) {
			const next = waiting.pop()!;
			const here = cells[next];
			if (!here || here.edges < 2) continue;
			cells[next] = null;
			group = joined(group, here);
			const column = next % columns;
			for (const step of [-1, 0, 1].filter((by) => column + by >= 0 && column + by < columns))
				waiting.push(next + step, next + step - columns, next + step + columns);
		}
		if (group) groups.push(group);
	}
	return groups;
}

const joined = (a: Group | null, b: Group): Group =>
	a
		? {
				left: Math.min(a.left, b.left),
				right: Math.max(a.right, b.right),
				top: Math.min(a.top, b.top),
				bottom: Math.max(a.bottom, b.bottom),
				edges: a.edges + b.edges,
			}
		: b;

type Seen = { all: Edges; edges: Uint8Array; change: Float32Array; width: number; height: number };

/** 0 to 1: how dense and how various its edges are, how much moves around it, how few still edges are there besides. */
function scoreOf(group: Group, seen: Seen): number {
	const box = boxOf(group);
	const [short, long] = [Math.min(box.width, box.height), Math.max(box.width, box.height)];
	if (box.width > MOST_SIDE * seen.width || box.height > MOST_SIDE * seen.height) return 0;
	if (touchesBorder(group, seen)) return 0;
	if (short < LEAST_SIDE * Math.max(seen.width, seen.height) || long > MOST_LONG * short) return 0;
	const density = group.edges / (box.width * box.height);
	const room = Math.max(4, Math.round(Math.min(box.width, box.height) / 2));
	const outer = {
		left: Math.max(0, group.left - room),
		top: Math.max(0, group.top - room),
		right: Math.min(seen.width - 1, group.right + room),
		bottom: Math.min(seen.height - 1, group.bottom + room),
	};
	const [whole, own] = [countIn(outer, seen), countIn(group, seen)];
	const around = Math.max(1, whole.pixels - own.pixels);
	const moving = (whole.moving - own.moving) / around;
	const beside = (whole.edges - own.edges) / around;
	const enough = Math.min(1, group.edges / ENOUGH_EDGES) * Math.min(1, variety(group, seen) / OTHERWISE);
	return enough * Math.min(1, density / DENSE) * Math.min(1, moving / 0.8) * Math.max(0, 1 - beside / density);
}

/** 0 where all edges run in one direction, 1 where none is preferred: by the eigenvalues of the structure tensor. */
function variety({ left, top, right, bottom }: Box, { all, edges, width }: Seen): number {
	let [xx, xy, yy] = [0, 0, 0];
	for (let y = top; y <= bottom; y++) {
		for (let at = y * width + left; at <= y * width + right; at++) {
			if (!edges[at]) continue;
			const [gx, gy] = [all.x[at]!, all.y[at]!];
			xx += gx * gx;
			xy += gx * gy;
			yy += gy * gy;
		}
	}
	return xx + yy > 0 ? 1 - Math.sqrt((xx - yy) ** 2 + 4 * xy * xy) / (xx + yy) : 0;
}

/** Marks are laid inside of the picture; scenery is cut off by its border. */
const touchesBorder = ({ left, top, right, bottom }: Box, { width, height }: Seen) =>
	left <= BORDER || top <= BORDER || right >= width - 1 - BORDER || bottom >= height - 1 - BORDER;

function countIn({ left, top, right, bottom }: Box, { edges, change, width }: Seen) {
	const count = { pixels: 0, edges: 0, moving: 0 };
	for (let y = top; y <= bottom; y++) {
		for (let x = left, at = y * width + left; x <= right; x++, at++) {
			count.pixels++;
			if (edges[at]) count.edges++;
			if (change[at]! >= MOVES) count.moving++;
		}
	}
	return count;
}
