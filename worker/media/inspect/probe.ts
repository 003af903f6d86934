import type { ProbeReport } from '../../contract/inspect.ts';
import { factsOf, type Probe } from '../probe.ts';
import { isHdr } from '../target.ts';
import { beginOf, type Clip } from './clip.ts';

/** Shapes that people have names for; a file is called so within 1 % (1366x768 is 16:9). */
const SHAPES: [name: string, value: number][] = [
	...(
		[
			[16, 9],
			[9, 16],
			[1, 1],
			[4, 5],
			[5, 4],
			[4, 3],
			[3, 4],
			[3, 2],
			[2, 3],
			[2, 1],
			[1, 2],
			[21, 9],
		] as const
	).map(([a, b]): [string, number] => [`${a}:${b}`, a / b]),
	['1.85:1', 1.85],
	['2.39:1', 2.39],
];
const NEAR = 0.01;
/** Cut points told at most: 1000 are more than anybody reads. */
const MOST_CUT_POINTS = 1000;

/** Everything the probe of a clip can tell, as the contract reports it. Pure: reads nothing anew. */
export function probeReport({ probe }: Clip): ProbeReport {
	const { video, audio, bytes, seconds } = probe;
	return {
		operation: 'probe',
		media: factsOf(probe),
		kind: probe.kind,
		container: containerOf(probe),
		bytes,
		bitsPerSecond: seconds > 0 ? Math.round((bytes * 8) / seconds) : null,
		ratio: video && shapeOf(video.width, video.height),
		rotation: video?.rotation ?? 0,
		pixelFormat: video?.pixelFormat ?? null,
		interlaced: video?.interlaced ?? false,
		hdr: video ? isHdr(video.colour.transfer) : false,
		uneven: probe.kind === 'video' ? (video?.uneven ?? null) : null,
		provenance: probe.provenance,
		audioTracks: audio?.tracks ?? 0,
		cutPoints: (video?.copy?.idr ?? []).slice(0, MOST_CUT_POINTS).map((frame) => beginOf(frame, video!)),
	};
}

/** The container by the name people know it. */
function containerOf({ format, kind, video }: Probe): string {
	if (format === 'mov') return kind === 'audio' ? 'm4a' : video?.codec === 'prores' ? 'mov' : 'mp4';
	return format;
}

/** The shape of a picture as people say it: a name they know, else the fraction in lowest terms, else `1.78:1`. */
export function shapeOf(width: number, height: number): string {
	const known = SHAPES.toSorted((a, b) => far(a[1]) - far(b[1]))[0]!;
	function far(value: number) {
		return Math.abs(width / height / value - 1);
	}
	if (far(known[1]) < NEAR) return known[0];
	const common = divisor(width, height);
	const [a, b] = [width / common, height / common];
	return Math.max(a, b) <= 32 ? `${a}:${b}` : `${(width / height).toFixed(2)}:1`;
}

function divisor(a: number, b: number): number {
	return b === 0 ? a : divisor(b, a % b);
}
