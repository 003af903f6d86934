import { matrixOf } from './colour.ts';
import { rateText } from './rate.ts';
import type { FilmTarget } from './target.ts';

/** Visually clean at a third of the time of `medium`: SSIM .9924 against .9941 of `medium`, crf 18, on Veo clips. */
const ENCODER = ['-c:v', 'libx264', '-profile:v', 'high', '-preset', 'veryfast', '-crf', '18', '-pix_fmt', 'yuv420p'];
/** One IDR at the start of a piece and one every 250 frames; no frame may refer across an I frame. */
const STRUCTURE = ['-x264-params', 'open-gop=0:scenecut=0:keyint=250'];
/** Decoders need none of it, and with it ffmpeg lists frames as sync samples that are no IDR pictures. */
const WITHOUT_SEI = 'filter_units=remove_types=6';
/**
 * Filters of a piece's packets. Every IDR picture of a film brings its parameter sets along, because those of its pieces
 * differ while having the same numbers: of encoded pieces they stand in the encoder's own header, of copied ones in the
 * clip's. What removes units also changes the form of that header, so it comes last.
 */
export const PACKETS = { encoded: `dump_extra,${WITHOUT_SEI}`, copied: `h264_mp4toannexb,${WITHOUT_SEI}` };

/**
 * Options that encode the graph's output `[v]` as a piece of the film: exactly so many frames, which the graph numbers
 * from 0 in units of one frame.
 */
export function encoded(frames: number, target: FilmTarget): string[] {
	const { n, d } = target.rate;
	return [
		...['-map', '[v]', '-frames:v', String(frames), '-fps_mode', 'passthrough'],
		// Left to itself ffmpeg counts in the graph's frame rate, which newer ones forget at `setpts`.
		...['-enc_time_base', rateText({ n: d, d: n })],
		// Sources say otherwise at times, and all pieces have to say the same; H.264 means left when it says nothing.
		...[...ENCODER, '-chroma_sample_location', 'left', '-level:v', target.level, ...STRUCTURE],
		...['-bsf:v', PACKETS.encoded, ...container(target)],
	];
}

/** Options of the file that holds a piece of the film's picture. */
export const container = ({ timescale }: Pick<FilmTarget, 'timescale'>): string[] => [
	...['-video_track_timescale', String(timescale), '-map_metadata', '-1', '-f', 'mp4'],
];

/**
 * The last filters before the encoder: the film's pixels and colour tags, frames numbered from 0. The encoder writes
 * what the frames say of their colour, so what a source said must not come through.
 */
export function finished({ colour, rate }: FilmTarget): string[] {
	const { range, space, transfer, primaries } = colour;
	const tags = `range=${range}:color_primaries=${primaries}:color_trc=${transfer}:colorspace=${space}`;
	return ['format=yuv420p', `setparams=${tags}`, 'setsar=0', ...numbered(rate)];
}

/** Filters that give frame n the time n, in units of one frame. */
export const numbered = ({ n, d }: FilmTarget['rate']): string[] => [`settb=${rateText({ n: d, d: n })}`, 'setpts=N'];

/** Filters from red, green and blue to the film's pixels, exact for each colour. */
export const fromRgb = (target: FilmTarget): string[] => [
	`scale=out_color_matrix=${matrixOf(target.colour, target.height)}:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int`,
];
