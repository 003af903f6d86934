import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestFilm, TestPiece } from '../testing/engine.ts';
import type { BenchClips } from './clips.ts';
import { cat, concat, crossfades, graph, normalised, type Rival } from './rivals.ts';

/** One row of the table. */
export type Entry = { name: string } & (
	| { rival: Rival }
	| {
			film: TestFilm;
			pieces: TestPiece[];
			/** Made of these clips before, by the same worker; else nothing is cached, and the worker has just begun. */
			after?: TestPiece[];
			/** The film is made as far as possible before the last clip is there, and measured from then on. */
			early?: true;
	  }
);

export type Case = {
	id: string;
	title: string;
	/** Takes minutes: measured once, and left out of a quick run. */
	heavy?: true;
	/** Entry that the others are compared with. */
	base: string;
	pieces: TestPiece[];
	entries: Entry[];
};

const FADE_SECONDS = 0.5;
const CLIP_SECONDS = 8;
const OURS = 'Reelsmith';

/** All cases, each made only when its turn comes: clips take disk and time. */
export const CASES: { id: string; make: (clips: BenchClips, folder: string) => Case }[] = [
	...[8, 30, 120].map((count) => ({ id: `matched-${count}`, make: (clips: BenchClips) => matched(clips, count) })),
	{ id: 'loudness-30', make: (clips) => withLoudness(clips, 30) },
	{ id: 'mixed-8', make: mixed },
	{ id: 'captions-8', make: captions },
	{ id: 'crossfades-8', make: (clips) => faded(clips, 8) },
	{ id: 'crossfades-30', make: (clips) => ({ ...faded(clips, 30), heavy: true }) },
];

const plain: TestFilm = { sound: { loudness: null } };
const piecesOf = (paths: string[]): TestPiece[] => paths.map((path) => ({ path }));

/** Cuts, sound as it is. A graph over 120 clips takes gigabytes and minutes and is left out. */
function matched(clips: BenchClips, count: number): Case {
	const pieces = piecesOf(clips.matched(count));
	const changed = pieces.with(count >> 1, { path: clips.matched(count + 1).at(-1)! });
	const whole = count < 100;
	return {
		id: `matched-${count}`,
		title: `${count} matched clips of ${CLIP_SECONDS} s, 720p, cuts`,
		base: whole ? 'one filter graph' : 'cat',
		pieces,
		entries: [
			{ name: 'cat', rival: cat },
			{ name: 'concat -c copy', rival: concat },
			...(whole ? [{ name: 'one filter graph', rival: graph() }] : []),
			{ name: OURS, film: plain, pieces },
			{ name: `${OURS}, nothing changed`, film: plain, pieces, after: pieces },
			{ name: `${OURS}, one clip changed`, film: plain, pieces: changed, after: pieces },
		],
	};
}

function withLoudness(clips: BenchClips, count: number): Case {
	const pieces = piecesOf(clips.matched(count));
	return {
		id: `loudness-${count}`,
		title: `${count} matched clips, brought to −14 LUFS`,
		base: 'one filter graph',
		pieces,
		entries: [
			{ name: 'one filter graph', rival: graph() },
			{ name: OURS, film: { sound: { loudness: -14 } }, pieces },
		],
	};
}

/** Which of the mixed clips is mute. */
const MUTE = 3;

function mixed(clips: BenchClips): Case {
	const pieces = piecesOf(clips.mixed());
	const shape = { width: 1280, height: 720, fps: 24, mute: [MUTE] };
	return {
		id: 'mixed-8',
		title: '8 mixed clips: portrait, 30 fps, mute, mono 44.1 kHz, 1080p, VP9, HEVC',
		base: "MediaFX's way",
		pieces,
		entries: [
			{ name: 'concat -c copy', rival: concat },
			{ name: 'one filter graph', rival: graph(shape) },
			{ name: "MediaFX's way", rival: normalised(shape) },
			{ name: OURS, film: plain, pieces },
		],
	};
}

const SPOKEN = 'What is said here fills two lines of captions, so that there is something to draw.';

function captions(clips: BenchClips, folder: string): Case {
	const count = 8;
	const pieces = clips.matched(count).map((path) => ({ path, text: SPOKEN }));
	const film: TestFilm = { ...plain, captions: { mode: 'burned' } };
	const srt = join(folder, 'captions.srt');
	const time = (seconds: number) => new Date(seconds * 1000).toISOString().slice(11, 23).replace('.', ',');
	const cue = (index: number) =>
		`${index + 1}\n${time(index * CLIP_SECONDS)} --> ${time((index + 1) * CLIP_SECONDS - 0.5)}\n${SPOKEN}\n`;
	writeFileSync(srt, pieces.map((_, index) => cue(index)).join('\n'));
	return {
		id: 'captions-8',
		title: '8 matched clips, captions burned in',
		base: 'one filter graph',
		pieces,
		entries: [
			{ name: 'one filter graph', rival: graph({ width: 1280, height: 720, fps: 24, captions: srt }) },
			{ name: OURS, film, pieces },
		],
	};
}

function faded(clips: BenchClips, count: number): Case {
	const fade = { transition: 'crossfade', transitionSeconds: FADE_SECONDS } as const;
	const pieces = clips.large(count).map((path) => ({ path, ...fade }));
	return {
		id: `crossfades-${count}`,
		title: `${count} × 1080p with crossfades of ${FADE_SECONDS} s`,
		base: 'one xfade graph',
		pieces,
		entries: [
			{ name: 'one xfade graph', rival: crossfades(24, CLIP_SECONDS, FADE_SECONDS) },
			{ name: OURS, film: plain, pieces },
			{ name: `${OURS}, last clip lands`, film: plain, pieces, early: true },
			{ name: `${OURS}, hidden joints`, film: { ...plain, joints: 'hidden' }, pieces },
		],
	};
}
