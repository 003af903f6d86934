import { stat } from 'node:fs/promises';
import type { MediaFacts } from '../contract/asset.ts';
import { Fault } from '../base/errors.ts';
import { readMovie, type Movie } from './boxes.ts';
import type { Tools } from './ffmpeg.ts';
import { CODECS, isAllowedAudio, userInput } from './input.ts';
import { rateText, type Rate } from './rate.ts';
import { FORMATS, sniff, type Format } from './sniff.ts';
import { probePlain } from './plain.ts';
import { pictureOf, type Picture } from './picture.ts';
import { refuseHalfFile } from './whole.ts';

/** What the film engine must know of a file; plain JSON. */
export type Probe = {
	kind: 'video' | 'audio' | 'picture';
	format: Format;
	bytes: number;
	/** Length by the frames shown; of sound alone, by its stream; 0 for a picture. */
	seconds: number;
	/** Carries a C2PA manifest, which no remux keeps. */
	provenance: boolean;
	video: Picture | null;
	audio: Sound | null;
};

export type Sound = {
	/** Index of the stream in the file. */
	stream: number;
	codec: string;
	sampleRate: number;
	channels: number;
	seconds: number;
	/** How many sound tracks there are; the film hears the first. */
	tracks: number;
};

/** One stream as ffprobe prints it; what it does not know is missing. */
export type Stream = {
	index: number;
	id?: string;
	codec_type: string;
	codec_name?: string;
	codec_tag_string?: string;
	profile?: string;
	width?: number;
	height?: number;
	pix_fmt?: string;
	sample_aspect_ratio?: string;
	field_order?: string;
	color_range?: string;
	color_space?: string;
	color_transfer?: string;
	color_primaries?: string;
	r_frame_rate?: string;
	avg_frame_rate?: string;
	time_base?: string;
	start_time?: string;
	duration?: string;
	sample_rate?: string;
	channels?: number;
	disposition?: { attached_pic?: number };
	side_data_list?: { rotation?: number }[];
};

/** Largest picture taken: 8K in either direction. */
const MOST_PIXELS = 7680 * 4320;
const MOST_SIDE = 8192;
/** Longest clip taken, and longest film made: a day. */
export const MOST_SECONDS = 24 * 3600;
/** Seconds for a probe, and bytes a second it reads at least while listing packets. */
const PROBE_SECONDS = 30;
const READ_BYTES_A_SECOND = 20e6;

/**
 * Reads what a file is and what its frames are, believing neither its name nor its duration field. Throws `media`,
 * naming the file, for formats and codecs that are not allowed, for half files and for files without a frame.
 */
export async function probeFile(
	tools: Tools,
	path: string,
	{ name, signal }: { name: string; signal: AbortSignal },
): Promise<Probe> {
	const format = await sniff(path, name);
	const { size } = await stat(path);
	const movie = format === 'mov' ? await readMovie(path, name) : null;
	if (!movie) await refuseHalfFile(path, format, name);
	const plain = movie && (await probePlain(movie, { path, name, bytes: size }));
	return plain ?? probeByTool(tools, path, { name, signal, format, movie, size });
}

type Known = { name: string; signal: AbortSignal; format: Format; movie: Movie | null; size: number };

/** Everything that is not plain: ffprobe tells the streams, and the packets where the tables are not simple. */
export async function probeByTool(
	tools: Tools,
	path: string,
	{ name, signal, format, movie, size }: Known,
): Promise<Probe> {
	const seconds = PROBE_SECONDS + size / READ_BYTES_A_SECOND;
	const ask: Ask = async (...args) =>
		(await tools.ffprobe({ args: [...userInput(path, format), ...args], about: name, seconds, signal })).stdout;
	const { streams = [], format: container = {} } = JSON.parse(
		await ask('-of', 'json', '-show_streams', '-show_format'),
	) as Answer;
	const { what } = FORMATS[format];
	const sounds = streams.filter(({ codec_type }) => codec_type === 'audio');
	// What moves in a file of sound, say the video that OGG may hold, is none that Reelsmith takes apart.
	const picture = what === 'audio' ? undefined : streams.find(isPicture);
	const kind = what === 'picture' ? 'picture' : picture ? 'video' : 'audio';
	if (!picture && !sounds.length)
		throw new Fault('media', `${name} holds ${what === 'audio' ? 'no sound' : 'neither picture nor sound'}`);
	if (picture) refusePicture(picture, kind, name);
	const video = picture
		? await pictureOf({
				stream: picture,
				still: kind === 'picture',
				path,
				name,
				movie,
				ask,
				containerStart: Number(container.start_time ?? 0) || 0,
			})
		: null;
	const audio = soundOf(sounds, container, name);
	const length = kind === 'picture' ? 0 : (video?.seconds ?? audio?.seconds ?? 0);
	if (length > MOST_SECONDS)
		throw new Fault('media', `${name} lasts ${Math.round(length / 3600)} hours; a day is the most`);
	return { kind, format, bytes: size, seconds: length, provenance: carriesC2pa(movie), video, audio };
}

/** Asks ffprobe about the file at hand. */
export type Ask = (...args: string[]) => Promise<string>;
type Answer = { streams?: Stream[]; format?: { start_time?: string; duration?: string } };

const isPicture = ({ codec_type, disposition }: Stream) => codec_type === 'video' && !disposition?.attached_pic;
const carriesC2pa = (movie: Movie | null) => movie?.provenance ?? false;

function refusePicture(
	{ codec_name = 'an unknown codec', width = 0, height = 0 }: Stream,
	kind: Probe['kind'],
	name: string,
): void {
	const allowed: readonly string[] = kind === 'picture' ? CODECS.picture : CODECS.video;
	if (!allowed.includes(codec_name))
		throw new Fault('media', `${name} holds ${codec_name}, which Reelsmith does not read`, {
			hint: 'Export it as H.264 in an MP4 file.',
		});
	if (!width || !height) throw new Fault('media', `${name} has a picture without a size`);
	if (width * height > MOST_PIXELS || Math.max(width, height) > MOST_SIDE)
		throw new Fault('media', `${name} is ${width}x${height}; 7680x4320 is the largest picture taken`);
}

function soundOf(sounds: Stream[], container: { duration?: string }, name: string): Sound | null {
	const [first] = sounds;
	if (!first) return null;
	const codec = first.codec_name ?? 'an unknown codec';
	if (!isAllowedAudio(codec))
		throw new Fault('media', `the sound of ${name} is ${codec}, which Reelsmith does not read`);
	return {
		stream: first.index,
		codec,
		sampleRate: Number(first.sample_rate ?? 0),
		channels: first.channels ?? 0,
		seconds: Number(first.duration ?? container.duration ?? 0) || 0,
		tracks: sounds.length,
	};
}

/** The part of a probe that travels with an asset. A still picture has one frame and no length. */
export function factsOf(probe: Probe): MediaFacts {
	const { video, audio } = probe;
	const fps = (rate: Rate | undefined) => (rate ? rateText(rate) : '1/1');
	return {
		seconds: probe.seconds,
		video: video && {
			codec: video.codec,
			width: video.width,
			height: video.height,
			fps: fps(video.rate),
			frames: video.frames,
		},
		audio: audio && {
			codec: audio.codec,
			sampleRate: audio.sampleRate,
			channels: audio.channels,
			seconds: audio.seconds,
		},
	};
}
