import { expect, test } from '@jest/globals';
import { Timeline } from '../contract/timeline.ts';
import { layClips } from './lay.ts';
import type { PlanClip } from './plan.ts';

function clip(id: string, frames = 48): PlanClip {
	const size = { width: 320, height: 180 };
	const rate = { n: 24, d: 1 };
	const seconds = frames / 24;
	const colour = { range: 'tv', space: 'unknown', transfer: 'unknown', primaries: 'unknown' };
	const video = {
		...{ stream: 0, codec: 'h264', ...size, stored: size, rotation: 0, pixelAspect: { n: 1, d: 1 } },
		...{ pixelFormat: 'yuv420p', interlaced: false, colour, frames, rate, seconds, lastFrameSeconds: 1 / 24 },
		...{ startSeconds: 0, uneven: null, copy: null },
	};
	const probe = {
		...{
			kind: 'video' as const,
			format: 'mov' as const,
			bytes: 1e6,
			seconds,
			provenance: false,
			video,
			audio: null,
		},
	};
	return { id: id.repeat(64), path: `/clips/${id}.mp4`, name: `${id}.mp4`, probe };
}

const timeline = (...pieces: object[]) =>
	Timeline.parse({ clips: pieces.map((piece, index) => ({ asset: String(index).repeat(64), ...piece })) });
const wipe = { transition: 'wipeleft', transitionSeconds: 0.5 };

test('clips lie end to end, each transition overlapping two of them', () => {
	const { laid, frames } = layClips(timeline({}, wipe, {}), [clip('a'), clip('b'), clip('c')]);

	expect(laid).toMatchObject([
		{ start: 0, fadeIn: 0, fadeOut: 12, transition: 'cut' },
		{ start: 36, fadeIn: 12, fadeOut: 0, transition: 'wipeleft' },
		{ start: 84, fadeIn: 0, fadeOut: 0, transition: 'cut' },
	]);
	expect(frames).toBe(132);
});

test('cuts and transitions that leave nothing of a clip are refused by its name', () => {
	expect(() => layClips(timeline({}, { ...wipe, transitionSeconds: 3 }), [clip('a'), clip('b')])).toThrow(
		'the transitions of a.mp4 are longer than its 2 s',
	);
	expect(() => layClips(timeline({}, { cutFrom: 5 }), [clip('a'), clip('b')])).toThrow(
		'the cut of b.mp4 leaves nothing',
	);
});

test('a film longer than a day is refused', () => {
	expect(() => layClips(timeline({}, {}), [clip('a', 24 * 3600 * 20), clip('b', 24 * 3600 * 10)])).toThrow(
		'the film would last 30 hours; a day is the most',
	);
});
