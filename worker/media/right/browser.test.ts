import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Media } from '../index.ts';
import { secondsOf } from '../rate.ts';
import { testClips } from '../testing/clips.ts';
import { openTestMedia, type TestFilm } from '../testing/engine.ts';
import { seeded } from '../testing/seeded.ts';
import { BROWSER, play } from './player.ts';
import { rightFilm, type RightFilm, type RightPiece } from './rightFilm.ts';

const clips = testClips();
let media: Media;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);
if (!BROWSER) console.info('No Chromium on this machine: the film is not played in a browser.');

const fade = { transition: 'crossfade', transitionSeconds: 0.25 } as const;
/** Seeks a film: on both sides of its joints, and the others by chance. */
const SEEKS = 50;
const LONGEST_GAP = 0.06;

/** Instants to seek to: on both sides of each joint, and by chance, each in the middle of a frame. */
function instants({ paper, report }: RightFilm): number[] {
	const random = seeded(report.frames);
	const beside = paper.clips.flatMap(({ start, fadeIn }) =>
		start ? [start - 1, start + fadeIn, start + fadeIn + 1] : [],
	);
	const any = Array.from({ length: Math.max(0, SEEKS - beside.length) }, () => Math.floor(random() * report.frames));
	const frames = [...beside, ...any].map((frame) => ({ frame, order: random() }));
	return frames.toSorted((a, b) => a.order - b.order).map(({ frame }) => secondsOf(frame + 0.5, paper.rate));
}

/** Which number the picture at an instant must carry; undefined where it is not one clip's alone. */
function numberAt(seconds: number, { paper }: RightFilm, pieces: RightPiece[]): number | undefined {
	const frame = Math.floor((seconds * paper.rate.n) / paper.rate.d);
	const at = paper.clips.findIndex(
		({ start, from, to, fadeIn, fadeOut }) => frame >= start + fadeIn && frame < start + to - from - fadeOut,
	);
	const piece = pieces[at];
	if (!piece || !('name' in piece) || !piece.name.startsWith('n') || !paper.clips[at]!.counted) return undefined;
	return paper.clips[at]!.from + frame - paper.clips[at]!.start;
}

/**
 * Whether a picture is one of those hidden before the very frame sought: a paused Chromium takes the first of them, at
 * the same instant but for microseconds, for the picture itself. Everywhere else it shows the right one.
 */
function isHidden(frame: number | undefined, seconds: number, { paper, timeline }: RightFilm): boolean {
	const sought = Math.floor((seconds * paper.rate.n) / paper.rate.d);
	const clip = paper.clips.find(({ start, fadeIn }) => fadeIn && start + fadeIn === sought);
	return timeline.joints === 'hidden' && clip !== undefined && frame !== undefined && frame < clip.from + clip.fadeIn;
}

const FILMS: [what: string, pieces: RightPiece[], film: TestFilm][] = [
	[
		'copied and encoded clips, cuts and transitions, with chapters, cover and captions',
		[
			{ name: 'nOpen', chapter: 'One', text: 'What is said' },
			{ name: 'b3' },
			{ name: 'n49', text: 'and then said' },
			{ name: 'n30', chapter: 'Two' },
			{ name: 'nFlat' },
			{ name: 'nIdr', ...fade },
			{ name: 'n96', transition: 'wipeleft', transitionSeconds: 0.3 },
			{ name: 'nDeep', cutTo: 2.2 },
		],
		{ captions: { mode: 'soft' }, cover: 'film' },
	],
	[
		'frames hidden behind transitions',
		[{ name: 'n96' }, { name: 'nOpen', ...fade }, { name: 'n49', ...fade }, { name: 'nIdr', ...fade }],
		{ joints: 'hidden' },
	],
];

for (const [what, pieces, film] of FILMS) {
	(BROWSER ? test : test.skip)(
		`a browser plays over every joint and finds the right picture after every seek: ${what}`,
		async () => {
			const made = await rightFilm(media, clips, pieces, film);
			const joints = made.paper.clips.slice(1).map(({ start }) => secondsOf(start, made.paper.rate));
			const played = await play(made.out, joints, instants(made));

			expect(made.wrong).toEqual([]);
			expect(played).toMatchObject({ error: null, ended: true });
			expect(played.duration).toBeCloseTo(made.report.seconds, 2);
			for (const gap of played.gaps) expect(gap).toBeLessThanOrEqual(LONGEST_GAP);
			expect(played.seeks.length).toBeGreaterThanOrEqual(SEEKS);
			const known = played.seeks.filter(({ wanted }) => numberAt(wanted, made, pieces) !== undefined);
			expect(known.length).toBeGreaterThan(SEEKS / 2);
			const wrong = known.filter(({ wanted, number }) => {
				const right = numberAt(wanted, made, pieces)!;
				return number?.frame !== right && !isHidden(number?.frame, wanted, made);
			});
			expect(wrong).toEqual([]);
		},
		90_000,
	);
}
