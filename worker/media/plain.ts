import type { Movie, Track } from './boxes.ts';
import { constantFrames, type ConstantFrames } from './frames.ts';
import { copyFacts, type Picture } from './picture.ts';
import type { Probe, Sound } from './probe.ts';
import { secondsOf } from './rate.ts';
import { plainSps } from './sps.ts';

/**
 * The probe of the plainest and most common clip, read from its tables alone: one H.264 picture at a constant rate,
 * one AAC-LC sound or none, both from the first instant on, nothing turned, stretched or edited. It spares a run of
 * ffprobe, which costs more than copying the clip does. Null for everything else: then ffprobe is asked.
 */
export async function probePlain(
	movie: Movie,
	file: { path: string; name: string; bytes: number },
): Promise<Probe | null> {
	const pictures = movie.tracks.filter(({ kind }) => kind === 'vide');
	const sounds = movie.tracks.filter(({ kind }) => kind === 'soun');
	const [track, sound] = [pictures[0], sounds[0]];
	if (movie.fragmented || pictures.length !== 1 || sounds.length > 1 || !track) return null;
	if (movie.tracks.length !== pictures.length + sounds.length) return null;
	const constant = constantFrames(track, movie.timescale);
	if (typeof constant === 'string' || !beginsAtZero(track)) return null;
	const audio = sound ? plainSound(sound, movie) : null;
	if (sound && !audio) return null;
	const video = await plainPicture(movie, track, constant, file);
	return (
		video && {
			kind: 'video',
			format: 'mov',
			bytes: file.bytes,
			seconds: video.seconds,
			provenance: movie.provenance,
			video,
			audio,
		}
	);
}

/** Shown from 0 on: the edit begins at the first frame on screen, no gap before it. */
function beginsAtZero({ edits, offsets }: Track): boolean {
	return edits.length <= 1 && (edits[0]?.mediaTime ?? 0) === (offsets[0]?.[1] ?? 0);
}

async function plainPicture(
	movie: Movie,
	track: Track,
	constant: ConstantFrames,
	file: { path: string; name: string },
): Promise<Picture | null> {
	const { entry } = track;
	if (track.format !== 'avc1' || track.descriptions !== 1 || !entry.avcC || entry.more || track.turned) return null;
	const sps = plainSps(entry.avcC);
	if (!sps || sps.width !== entry.width || sps.height !== entry.height) return null;
	const size = { width: sps.width, height: sps.height };
	return {
		stream: movie.tracks.indexOf(track),
		codec: 'h264',
		...size,
		stored: size,
		rotation: 0,
		pixelAspect: { n: 1, d: 1 },
		pixelFormat: 'yuv420p',
		interlaced: false,
		colour: sps.colour,
		frames: constant.order.length,
		rate: constant.rate,
		seconds: secondsOf(constant.order.length, constant.rate),
		lastFrameSeconds: secondsOf(1, constant.rate),
		startSeconds: 0,
		uneven: null,
		copy: await copyFacts(file, track, constant),
	};
}

/** Sampling rates by their index, as far as they mean AAC-LC without doubt (ISO/IEC 14496-3 table 1.18). */
const RATES: Record<number, number> = { 3: 48_000, 4: 44_100, 5: 32_000 };
const MPEG4_AUDIO = 0x40;
const LOW_COMPLEXITY = 2;

function plainSound(track: Track, movie: Movie): Sound | null {
	const config =
		track.format === 'mp4a' && track.descriptions === 1 && track.entry.esds && audioConfig(track.entry.esds);
	const [edit] = track.edits;
	if (!config || config.length < 2 || track.edits.length > 1 || (edit && edit.mediaTime < 0)) return null;
	const bits = config.readUInt16BE(0);
	const [type, rate, channels] = [bits >> 11, RATES[(bits >> 7) & 15], (bits >> 3) & 15];
	if (type !== LOW_COMPLEXITY || !rate || (channels !== 1 && channels !== 2)) return null;
	const seconds = edit ? edit.duration / movie.timescale : track.duration / track.timescale;
	return { stream: movie.tracks.indexOf(track), codec: 'aac', sampleRate: rate, channels, seconds, tracks: 1 };
}

/** The decoder's configuration out of `esds`: nested descriptors 3, 4 and 5 (ISO/IEC 14496-1 §7.2.6). */
function audioConfig(esds: Buffer): Buffer | null {
	const es = descriptor(esds.subarray(4), 3);
	// Behind the stream's id stands a byte of flags; with any of these set, optional fields follow.
	if (!es || es.length < 3 || es[2]! & 0xe0) return null;
	const decoder = descriptor(es.subarray(3), 4);
	return decoder && decoder[0] === MPEG4_AUDIO ? descriptor(decoder.subarray(13), 5) : null;
}

/** The content of a descriptor with this tag at the beginning; its length has seven bits a byte. */
function descriptor(bytes: Buffer, tag: number): Buffer | null {
	if (bytes[0] !== tag) return null;
	let [at, length] = [1, 0];
	for (; at <= 4 && at < bytes.length; at++) {
		length = length * 128 + (bytes[at]! & 127);
		if (!(bytes[at]! & 128)) return bytes.subarray(at + 1, at + 1 + length);
	}
	return null;
}
