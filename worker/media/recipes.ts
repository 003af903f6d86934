import type { Argument } from './ffmpeg.ts';
import { userInput } from './input.ts';
import type { Picture } from './picture.ts';
import type { Probe } from './probe.ts';
import { framesIn, rateText, SAMPLE_RATE, sameRate, secondsOf, type Rate } from './rate.ts';
import { isHdr, type FilmTarget } from './target.ts';

/**
 * How one file is made: what is read, and ffmpeg's options for it. A pure value, so that its hash can be its address.
 */
export type Recipe = {
	/** Files by content address, with the options before them. */
	inputs: { id: string; options: Argument[] }[];
	/** Options of the output, without its name. */
	output: string[];
	extension: 'mp4' | 'pcm' | 'm4a';
};

/** A clip as the recipes read it. */
export type Source = { id: string; path: string; probe: Probe };

/** Visually clean at a third of the time of `medium`: SSIM .9924 against .9941 of `medium`, crf 18, on Veo clips. */
const ENCODER = ['-c:v', 'libx264', '-profile:v', 'high', '-preset', 'veryfast', '-crf', '18', '-pix_fmt', 'yuv420p'];
/** One IDR at the start of a piece and one every 250 frames; no frame may refer across an I frame. */
const STRUCTURE = ['-x264-params', 'open-gop=0:scenecut=0:keyint=250'];

const input = ({ id, path, probe }: Source, ...options: string[]) => ({
	id,
	options: userInput(path, probe.format, ...options),
});
const picture = ({ probe }: Source): Picture => probe.video!;

/**
 * Frames [from, to) as they are, without SEI (so that only true IDR pictures are listed as sync samples), timed anew:
 * frame n is shown at n and decoded at n - delay.
 */
export function copyRecipe(source: Source, from: number, to: number, target: FilmTarget): Recipe {
	const { stream, rate, startSeconds } = picture(source);
	// Half a frame behind the IDR's own time, so that rounding cannot reach the sync sample before it.
	const seek = from ? ['-noaccurate_seek', '-ss', (startSeconds + secondsOf(from + 0.5, rate)).toFixed(6)] : [];
	return {
		inputs: [input(source, ...seek)],
		output: [...['-map', `0:${stream}`, '-c:v', 'copy', '-frames:v', String(to - from)], ...retimed(target)],
		extension: 'mp4',
	};
}

/** Frames [from, to) of a clip, counted at the film's rate, made to fit the film. */
export function encodeRecipe(source: Source, from: number, to: number, target: FilmTarget): Recipe {
	const skip = skippedFrames(source, from, target);
	return {
		inputs: [input(source, ...seekOver(source, skip))],
		output: [
			...['-map', `0:${picture(source).stream}`, '-vf', fitted(source, { from, to, skip }, target)],
			...encoded(to - from, target),
		],
		extension: 'mp4',
	};
}

/**
 * The end of one clip blending into the beginning of the next: `lead` frames of the first alone, then `frames` of
 * both. At most two inputs are ever open in a process, so memory does not grow with the film.
 */
export function crossfadeRecipe(
	a: { source: Source; from: number },
	b: { source: Source; from: number },
	{ lead, frames }: { lead: number; frames: number },
	target: FilmTarget,
): Recipe {
	const seconds = (count: number) => secondsOf(count, target.rate).toFixed(6);
	const skips = [a, b].map(({ source, from }) => skippedFrames(source, from, target));
	const [ofA, ofB] = [
		fitted(a.source, { from: a.from, to: a.from + lead + frames, skip: skips[0]! }, target),
		fitted(b.source, { from: b.from, to: b.from + frames, skip: skips[1]! }, target),
	];
	const graph = [
		`[0:${picture(a.source).stream}]${ofA}[a]`,
		`[1:${picture(b.source).stream}]${ofB}[b]`,
		`[a][b]xfade=transition=fade:duration=${seconds(frames)}:offset=${seconds(lead)},format=yuv420p[v]`,
	];
	return {
		inputs: [a.source, b.source].map((source, index) => input(source, ...seekOver(source, skips[index]!))),
		output: ['-filter_complex', graph.join(';'), '-map', '[v]', ...encoded(lead + frames, target)],
		extension: 'mp4',
	};
}

/** Exactly `samples` samples of a clip's sound as 16-bit stereo, from `from` samples after its first frame is shown. */
export function pcmRecipe(source: Source, from: number, samples: number): Recipe {
	const begin = from + Math.round(picture(source).startSeconds * SAMPLE_RATE);
	const chain = [
		`aresample=${SAMPLE_RATE}:async=1:first_pts=0`,
		// Left to itself ffmpeg makes a single channel 3 dB softer on its way to two.
		...(source.probe.audio!.channels === 1 ? ['pan=stereo|c0=c0|c1=c0'] : []),
		'aformat=sample_fmts=s16:channel_layouts=stereo',
		`apad=whole_len=${begin + samples}`,
		`atrim=start_sample=${begin}:end_sample=${begin + samples}`,
	];
	return {
		inputs: [input(source)],
		output: ['-map', `0:${source.probe.audio!.stream}`, '-af', chain.join(','), '-c:a', 'pcm_s16le', '-f', 's16le'],
		extension: 'pcm',
	};
}

/** Decoders need none of it, and with it ffmpeg lists frames as sync samples that are no IDR pictures. */
const WITHOUT_SEI = 'filter_units=remove_types=6';

/**
 * Options that copy a picture track with its times counted anew: shown from 0 on, the n-th sample decoded `delay`
 * frames before the n-th is shown. A frame is as long as the first packet says, kept in `st(0)`: the expression's own
 * `TB` is the source's unit in ffmpeg 5 while the packets already count in the muxer's.
 */
export function retimed(target: FilmTarget): string[] {
	const frame = 'if(N,ld(0),st(0,DURATION))';
	const times = `setts=pts=PTS-STARTPTS:dts='(N-${target.delay})*${frame}':duration='${frame}'`;
	return ['-bsf:v', `${WITHOUT_SEI},${times}`, ...container(target)];
}

const container = ({ timescale }: FilmTarget) => [
	'-video_track_timescale',
	String(timescale),
	'-map_metadata',
	'-1',
	'-f',
	'mp4',
];

function encoded(frames: number, target: FilmTarget): string[] {
	const { space, transfer, primaries } = target.colour;
	const tags = { '-colorspace': space, '-color_trc': transfer, '-color_primaries': primaries };
	return [
		...[
			'-frames:v',
			String(frames),
			'-fps_mode',
			'passthrough',
			...ENCODER,
			'-level:v',
			target.level,
			...STRUCTURE,
		],
		...Object.entries(tags).flatMap(([option, value]) => (value === 'unknown' ? [] : [option, value])),
		...['-bsf:v', WITHOUT_SEI, ...container(target)],
	];
}

/** A cut further in than this is sought, some seconds early: what a decoder shows first after a seek may be broken. */
const SEEK_SECONDS = 10;
const EARLY_SECONDS = 4;

/** Frames from the clip's beginning that need not be decoded: none unless its frames are the film's, one for one. */
function skippedFrames(source: Source, from: number, { rate }: FilmTarget): number {
	const video = picture(source);
	const countable = !video.uneven && sameRate(video.rate, rate);
	return countable && secondsOf(from, rate) > SEEK_SECONDS ? from - framesIn(EARLY_SECONDS, rate) : 0;
}

/** Options that begin a quarter of a frame before frame `skip`, which then is the first one of the input. */
function seekOver(source: Source, skip: number): string[] {
	const { rate, startSeconds } = picture(source);
	return skip ? ['-ss', (startSeconds + secondsOf(skip - 0.25, rate)).toFixed(6)] : [];
}

/**
 * The filter chain from a clip's decoder to the film: upright frames at the film's rate, cut to [from, to), fitted and
 * centred, numbered from 0. The first `skip` frames never came. The last frame is held where rounding leaves a frame
 * short.
 */
function fitted(source: Source, range: { from: number; to: number; skip: number }, target: FilmTarget): string {
	const video = picture(source);
	const held = Math.ceil((video.lastFrameSeconds * target.rate.n) / target.rate.d) + 2;
	const counted = `fps=${rateText(target.rate)}:round=near`;
	return [
		...(video.interlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
		...(range.skip ? [`${counted}:start_time=0`] : ['setpts=PTS-STARTPTS', counted]),
		`tpad=stop_mode=clone:stop=${held}`,
		`trim=start_frame=${range.from - range.skip}:end_frame=${range.to - range.skip}`,
		...(isHdr(video.colour.transfer) ? TONE_MAP : []),
		...scaled(video, target),
		'setsar=0',
		'format=yuv420p',
		`settb=${rateText(inverse(target.rate))}`,
		'setpts=N',
	].join(',');
}

/** PQ and HLG to BT.709 by light: linear, smaller primaries, Hable's curve, video range. */
const TONE_MAP = [
	'zscale=t=linear:npl=100',
	'format=gbrpf32le',
	'zscale=p=bt709',
	'tonemap=tonemap=hable:desat=0',
	'zscale=t=bt709:m=bt709:r=tv',
	'format=yuv420p',
];

const inverse = ({ n, d }: Rate): Rate => ({ n: d, d: n });

/** Scaling and centring where the size differs; the matrix and range are converted where they do. */
function scaled(video: Picture, target: FilmTarget): string[] {
	const size = fittedSize(video, target);
	const colours = isHdr(video.colour.transfer) ? '' : matrixChange(video, target);
	const same =
		size.width === video.width && size.height === video.height && video.pixelAspect.n === video.pixelAspect.d;
	const scale = same && !colours ? [] : [`scale=${size.width}:${size.height}:flags=lanczos+accurate_rnd${colours}`];
	const pad = `pad=${target.width}:${target.height}:${(target.width - size.width) / 2}:${(target.height - size.height) / 2}`;
	return size.width === target.width && size.height === target.height ? scale : [...scale, pad];
}

/** The largest size of the clip's shape in the film's frame, with sides and margins that 4:2:0 can hold. */
export function fittedSize(video: { width: number; height: number }, target: { width: number; height: number }) {
	const ratio = Math.min(target.width / video.width, target.height / video.height);
	const side = (length: number, most: number) => {
		const near = Math.min(most, Math.max(2, Math.round((length * ratio) / 2) * 2));
		return (most - near) % 4 === 0 ? near : near + 2;
	};
	return { width: side(video.width, target.width), height: side(video.height, target.height) };
}

/** Matrices as the scale filter names them; unknown ones follow the size, as players take them. */
function matrixChange({ colour, height }: Picture, target: FilmTarget): string {
	const matrix = (space: string, lines: number) => {
		if (space === 'bt709') return 'bt709';
		if (space === 'smpte170m' || space === 'bt470bg' || space === 'fcc') return 'bt601';
		if (space === 'bt2020nc' || space === 'bt2020c') return 'bt2020';
		return lines > 576 ? 'bt709' : 'bt601';
	};
	const [from, to] = [matrix(colour.space, height), matrix(target.colour.space, target.height)];
	const range = colour.range === 'pc' ? ':in_range=pc:out_range=tv' : '';
	return from === to || colour.space === 'gbr' ? range : `:in_color_matrix=${from}:out_color_matrix=${to}${range}`;
}
