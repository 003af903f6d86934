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

test('clips lie behind the frames of a title card, each transition overlapping two of them', () => {
	const { laid, frames } = layClips(timeline({}, wipe, {}), [clip('a'), clip('b'), clip('c')], 36);

	expect(laid).toMatchObject([
		{ start: 36, fadeIn: 0, fadeOut: 12, transition: 'cut', placed: true },
		{ start: 72, fadeIn: 12, fadeOut: 0, transition: 'wipeleft', placed: true },
		{ start: 120, fadeIn: 0, fadeOut: 0, transition: 'cut', placed: true },
	]);
	expect(frames).toBe(168);
});

test('a clip that is still being made leaves the others laid, and those behind it without a place', () => {
	const { laid, target } = layClips(timeline({}, wipe, wipe, {}), [clip('a'), null, clip('c'), clip('d')]);

	expect(target).toMatchObject({ width: 320, height: 180 });
	expect(laid).toMatchObject([
		{ index: 0, placed: true, start: 0, fadeOut: 12 },
		null,
		{ index: 2, placed: false, fadeIn: 12, fadeOut: 0 },
		{ index: 3, placed: false },
	]);
});

test('cuts and transitions of clips that are there are checked while others are missing', () => {
	expect(() => layClips(timeline({}, { ...wipe, transitionSeconds: 3 }, {}), [clip('a'), null, null])).toThrow(
		'the transitions of a.mp4 are longer than its 2 s',
	);
	expect(() => layClips(timeline({}, { cutFrom: 5 }), [null, clip('b')])).toThrow('the cut of b.mp4 leaves nothing');
	expect(() => layClips(timeline({}, {}), [null, null])).toThrow('none of the clips of the film is there yet');
});
