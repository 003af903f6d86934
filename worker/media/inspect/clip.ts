import { Fault } from '../../base/errors.ts';
import type { Picture } from '../picture.ts';
import type { Probe } from '../probe.ts';
import { framesIn, rateText, secondsOf } from '../rate.ts';

/** One file to look at or to edit. `name` is what people call it; errors name it so. */
export type Clip = { id: string; path: string; name: string; probe: Probe };

/** What every look and every edit is given besides its clip: `folder` is its own and empty, and given back by the caller. */
export type Job = {
	signal: AbortSignal;
	progress: (done: number, activity: string) => void;
	folder: string;
};

/** Longest clip that is decoded from end to end for a look at it. */
const LONGEST_SECONDS = 4 * 3600;
/** A deadline that a loaded machine keeps: so much, and so much for each second of 720p (measured: 0.1 s). */
const BASE_SECONDS = 120;
const SECONDS_A_SECOND = 3;
const HD_PIXELS = 1280 * 720;

/**
 * The moving picture of a clip. Throws `media`, naming the clip, for sound alone, for still pictures and for clips
 * longer than `longest` seconds; `doing` says what it was wanted for, say `Scenes are found in`.
 */
export function movingPicture(
	{ name, probe }: Pick<Clip, 'name' | 'probe'>,
	doing: string,
	longest = LONGEST_SECONDS,
): Picture {
	if (probe.kind !== 'video' || !probe.video)
		throw new Fault(
			'media',
			`${name} is ${probe.kind === 'audio' ? 'sound alone' : 'a still picture'}, not a video`,
			{
				hint: `${doing} video clips alone. Give one as the asset.`,
			},
		);
	refuseLong({ name, probe }, doing, longest);
	return probe.video;
}

/** Throws `media` for a file longer than `longest` seconds. */
export function refuseLong(
	{ name, probe }: Pick<Clip, 'name' | 'probe'>,
	doing: string,
	longest = LONGEST_SECONDS,
): void {
	if (probe.seconds <= longest) return;
	throw new Fault('media', `${name} lasts ${hours(probe.seconds)} hours, ${hours(longest)} are the most`, {
		hint: `${doing} files of up to ${hours(longest)} hours. Trim it first.`,
	});
}

/** What is thrown about a file of which not one frame can be shown. */
export const undecodable = (name: string): Fault =>
	new Fault('media', `not one frame of ${name} can be decoded`, {
		hint: 'The file is damaged. Get it anew from where it came from, or have the clip generated again.',
	});

const hours = (seconds: number) => Math.round(seconds / 360) / 10;

/** Frames of a picture on the even grid of its rate: its own ones, or as many as its length holds where they are uneven. */
export const framesOf = ({ uneven, frames, seconds, rate }: Picture): number =>
	uneven ? Math.max(1, framesIn(seconds, rate)) : frames;

/** The frame on screen at a second, never behind the last one. The tiny bit more keeps 2.5 s from being 2.4999. */
export const frameAt = (seconds: number, picture: Picture): number => {
	const frame = Math.floor((seconds * picture.rate.n) / picture.rate.d + 1e-6);
	return Math.max(0, Math.min(framesOf(picture) - 1, frame));
};

/** Where a frame begins, in seconds to the microsecond. */
export const beginOf = (frame: number, { rate }: Picture): number => micro(secondsOf(frame, rate));

/** Seconds as people and JSON take them: to the microsecond. */
export const micro = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;

/** The filters that turn a decoder's output into frames on an even grid, the first frame at 0, square pixels or not. */
export const evenly = ({ rate }: Picture): string => `setpts=PTS-STARTPTS,fps=${rateText(rate)}:round=near`;

/** Seconds after which decoding that many seconds of a clip is given up. */
export function decodeDeadline({ probe }: Clip, seconds = probe.seconds): number {
	const { width = 0, height = 0 } = probe.video?.stored ?? {};
	return BASE_SECONDS + seconds * SECONDS_A_SECOND * Math.max(1, (width * height) / HD_PIXELS);
}

/** The size that fits into a square of `most`, of the shape given, with even sides; never larger than it is. */
export function within(size: { width: number; height: number }, most: number): { width: number; height: number } {
	const ratio = Math.min(1, most / Math.max(size.width, size.height));
	const side = (length: number) => Math.max(2, Math.round((length * ratio) / 2) * 2);
	return { width: side(size.width), height: side(size.height) };
}
