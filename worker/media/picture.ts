import { open } from 'node:fs/promises';
import { Fault } from '../base/errors.ts';
import type { Movie, Track } from './boxes.ts';
import { closedPrefixes, constantFrames, type ConstantFrames } from './frames.ts';
import { isIdr, nalReader } from './nal.ts';
import { readPackets, usualRate } from './packets.ts';
import type { Ask, Stream } from './probe.ts';
import { makeRate, readRate, secondsOf, type Rate } from './rate.ts';

/** Colour tags as ffmpeg names them; `unknown` where the file says nothing. */
export type Colour = { range: string; space: string; transfer: string; primaries: string };

/** The picture track of a file. */
export type Picture = {
	/** Index of the stream in the file. */
	stream: number;
	codec: string;
	/** Size as it is shown: turned upright, with square pixels. */
	width: number;
	height: number;
	/** Size as it is stored, and how it is shown: quarter turns in degrees, aspect of a pixel. */
	stored: { width: number; height: number };
	rotation: number;
	pixelAspect: Rate;
	pixelFormat: string;
	interlaced: boolean;
	colour: Colour;
	/** Frames shown, and their rate; where the rate varies, the usual rate nearest to the average. */
	frames: number;
	rate: Rate;
	seconds: number;
	/** How long the last frame is shown. */
	lastFrameSeconds: number;
	/** From the container's first instant to the first frame shown. */
	startSeconds: number;
	/** Why its frames cannot be copied one by one, as half a sentence; null where they can. */
	uneven: string | null;
	/** Facts for copying H.264; null for everything else. */
	copy: CopyFacts | null;
};

export type CopyFacts = {
	timescale: number;
	/** Units of timescale a frame. */
	ticks: number;
	/** Frames by which decoding runs ahead of showing. */
	delay: number;
	/** Frames on screen that are IDR pictures: where a copy may begin. */
	idr: number[];
	/** Counts of frames after which a copy may end. */
	closed: number[];
};

/** Frames above which copy facts are not kept: 2 hours at 24 a second. */
const MOST_COPY_FRAMES = 200_000;

type About = {
	stream: Stream;
	still: boolean;
	path: string;
	name: string;
	movie: Movie | null;
	ask: Ask;
	containerStart: number;
};

/**
 * The facts of a file's picture. Frames come from the sample tables where they are plain, else from the packets as
 * ffprobe shows them. Throws `media` where there is no frame, or a sync sample is broken.
 */
export async function pictureOf(about: About): Promise<Picture> {
	const { stream, movie, still } = about;
	const track = movie?.tracks.find(({ id }) => id === Number(stream.id)) ?? null;
	const constant = track && movie && !movie.fragmented ? constantFrames(track, movie.timescale) : uncounted(movie);
	const timing = still ? STILL : typeof constant === 'string' ? await byPackets(about) : byTables(constant, about);
	const codec = stream.codec_name ?? 'unknown';
	const copyable =
		typeof constant !== 'string' && isPlainH264(stream) && track?.format === 'avc1' && track.descriptions === 1;
	return {
		stream: stream.index,
		codec,
		...shown(stream),
		pixelFormat: stream.pix_fmt ?? 'unknown',
		interlaced: !['progressive', 'unknown', undefined].includes(stream.field_order),
		colour: colourOf(stream),
		...timing,
		uneven: still ? 'it is a still picture' : typeof constant === 'string' ? constant : null,
		copy: copyable && track ? await copyFacts(about, track, constant) : null,
	};
}

/** Profiles that every player decodes; one frame of another, say of High 4:4:4, stops many. */
const PROFILES = ['Constrained Baseline', 'Baseline', 'Main', 'High'];
const isPlainH264 = ({ codec_name, profile = '' }: Stream) => codec_name === 'h264' && PROFILES.includes(profile);

const uncounted = (movie: Movie | null) =>
	movie ? 'its samples are not listed' : 'its container keeps no exact times';

type Timing = Pick<Picture, 'frames' | 'rate' | 'seconds' | 'lastFrameSeconds' | 'startSeconds'>;
const STILL: Timing = { frames: 1, rate: { n: 1, d: 1 }, seconds: 0, lastFrameSeconds: 0, startSeconds: 0 };

const startOf = ({ stream, containerStart }: About) =>
	Math.max(0, (Number(stream.start_time ?? 0) || 0) - containerStart);

function byTables({ order, rate }: ConstantFrames, about: About): Timing {
	const [frames, one] = [order.length, secondsOf(1, rate)];
	return { frames, rate, seconds: secondsOf(frames, rate), lastFrameSeconds: one, startSeconds: startOf(about) };
}

async function byPackets(about: About): Promise<Timing> {
	const { stream, name, ask, containerStart } = about;
	const [, n, d] = /^(\d+)\/(\d+)$/.exec(stream.time_base ?? '') ?? [];
	const packets = await readPackets(ask, stream.index, Number(n) / Number(d));
	if (!packets.frames) throw new Fault('media', `${name} holds no frame`);
	const rate = usualRate(readRate(stream.r_frame_rate), packets.frames / packets.seconds);
	return { ...packets, rate, startSeconds: Math.max(0, packets.first - containerStart) };
}

function colourOf({ color_range, color_space, color_transfer, color_primaries }: Stream): Colour {
	const known = (text = 'unknown') => (text === 'unspecified' ? 'unknown' : text);
	return {
		range: color_range === 'pc' ? 'pc' : 'tv',
		space: known(color_space),
		transfer: known(color_transfer),
		primaries: known(color_primaries),
	};
}

/** The size after the pixel aspect and the rotation, which ffmpeg applies in that file's decoder output. */
function shown(stream: Stream) {
	const stored = { width: stream.width!, height: stream.height! };
	const [, n, d] = /^(\d+):(\d+)$/.exec(stream.sample_aspect_ratio ?? '') ?? [];
	const pixelAspect = makeRate(Number(n), Number(d)) ?? { n: 1, d: 1 };
	const turned = stream.side_data_list?.find(({ rotation }) => rotation !== undefined)?.rotation ?? 0;
	const rotation = ((Math.round(turned) % 360) + 360) % 360;
	const wide = Math.max(1, Math.round((stored.width * pixelAspect.n) / pixelAspect.d));
	const [width, height] = rotation % 180 === 90 ? [stored.height, wide] : [wide, stored.height];
	return { stored, pixelAspect, rotation, width, height };
}

/** Which frames are IDR pictures, by their NAL units: a sync table also lists frames that are none. */
export async function copyFacts(
	{ path, name }: { path: string; name: string },
	track: Track,
	constant: ConstantFrames,
): Promise<CopyFacts | null> {
	const { order, timescale, ticks, delay } = constant;
	if (order.length > MOST_COPY_FRAMES || ![1, 2, 4].includes(track.nalLength)) return null;
	const file = await open(path);
	try {
		const units = nalReader(file, track.nalLength);
		const idr = [];
		for (const sample of track.sync ?? order.keys()) {
			if (sample < order.length && isIdr(await units(track.positions[sample]!, track.sizes[sample]!)))
				idr.push(order[sample]!);
		}
		return { timescale, ticks, delay, idr: idr.sort((a, b) => a - b), closed: closedPrefixes(order) };
	} catch (error) {
		if (error instanceof RangeError) throw new Fault('media', `${name} has broken H.264 samples`, { cause: error });
		throw error;
	} finally {
		await file.close();
	}
}
