import { isBeyondVideo, matrixChange, toOrdinary } from './colour.ts';
import { fromRgb, numbered } from './encoded.ts';
import { userInput } from './input.ts';
import type { Picture } from './picture.ts';
import { framesIn, rateText, sameRate, secondsOf } from './rate.ts';
import type { Recipe, Source } from './recipes.ts';
import type { FilmTarget } from './target.ts';

/** A stretch of a clip on its way into a film: what is opened, and the chains of filters from there to a label. */
export type Fitted = { input: Recipe['inputs'][number]; graph: string[] };

/**
 * Frames [from, to) of a clip, counted at the film's rate, upright, progressive, at the film's rate, size and colours,
 * numbered from 0. `place` is the input's number in the run; the graph ends in the label `[out]`. The last frame is
 * held where rounding leaves a frame short.
 */
export function fitted(
	source: Source,
	{ from, to }: { from: number; to: number },
	target: FilmTarget,
	{ place, out }: { place: number; out: string },
): Fitted {
	const { id, path, probe } = source;
	const video = probe.video!;
	const skip = skippedFrames(video, from, target);
	const chain = [
		...counted(video, { from, to, skip }, target),
		...shaped(video, target),
		...(isBeyondVideo(video.colour) ? toOrdinary(video, target) : []),
		'format=yuv420p',
		'setsar=0',
		...numbered(target.rate),
	];
	const [own, filling] = filled(fittedSize(video, target), target, out);
	return {
		input: { id, options: userInput(path, probe.format, ...seekOver(video, skip)) },
		graph: [`[${place}:${video.stream}]${[...chain, ...own].join(',')}`, ...filling],
	};
}

/** A cut further in than this is sought, some seconds early: what a decoder shows first after a seek may be broken. */
const SEEK_SECONDS = 10;
const EARLY_SECONDS = 4;

/** Frames from the clip's beginning that need not be decoded: none unless its frames are the film's, one for one. */
function skippedFrames(video: Picture, from: number, { rate }: FilmTarget): number {
	const countable = !video.uneven && sameRate(video.rate, rate);
	return countable && secondsOf(from, rate) > SEEK_SECONDS ? from - framesIn(EARLY_SECONDS, rate) : 0;
}

/** Options that begin a quarter of a frame before frame `skip`, which then is the first one of the input. */
function seekOver({ rate, startSeconds }: Picture, skip: number): string[] {
	return skip ? ['-ss', (startSeconds + secondsOf(skip - 0.25, rate)).toFixed(6)] : [];
}

/** Whole frames at the film's rate, cut to [from, to); the first `skip` frames never came. */
function counted(video: Picture, range: { from: number; to: number; skip: number }, target: FilmTarget): string[] {
	const held = Math.ceil((video.lastFrameSeconds * target.rate.n) / target.rate.d) + 2;
	const even = `fps=${rateText(target.rate)}:round=near`;
	// Of a clip that lasts less than half a frame of the film nothing would remain.
	const longer = `tpad=stop_mode=clone:stop=${Math.ceil((video.rate.n * target.rate.d) / (video.rate.d * target.rate.n))}`;
	return [
		...(video.interlaced ? ['bwdif=mode=send_frame:deint=interlaced'] : []),
		...(framesIn(video.seconds, target.rate) < 1 ? [longer] : []),
		...(range.skip ? [`${even}:start_time=0`] : ['setpts=PTS-STARTPTS', even]),
		`tpad=stop_mode=clone:stop=${held}`,
		`trim=start_frame=${range.from - range.skip}:end_frame=${range.to - range.skip}`,
	];
}

type Size = { width: number; height: number };

/** Scaling to the clip's size in the film, with matrix and range; nothing where the clip has all that already. */
function shaped(video: Picture, target: FilmTarget): string[] {
	const size = fittedSize(video, target);
	const colours = isBeyondVideo(video.colour) ? '' : matrixChange(video, target);
	const stored = uprightSize(video);
	const plain = video.pixelFormat === 'yuv420p' || isBeyondVideo(video.colour);
	const same = size.width === stored.width && size.height === stored.height;
	if (same && plain && !colours) return [];
	const cropped = target.fit === 'crop' ? covering(video, target) : null;
	const { width, height } = cropped?.scaled ?? size;
	const scale = `scale=${width}:${height}:flags=lanczos+accurate_rnd${colours}`;
	return [...(cropped?.before ?? []), scale, ...(cropped?.behind ?? [])];
}

/** What the decoder's frames measure after ffmpeg has turned them upright. */
function uprightSize({ stored, rotation }: Picture): Size {
	return rotation % 180 === 90 ? { width: stored.height, height: stored.width } : stored;
}

/**
 * The size of a clip's picture in the film's frame: all of the frame when it is cropped, else the largest of the
 * clip's shape, with sides and margins that 4:2:0 can hold.
 */
export function fittedSize(video: Size, target: Size & Pick<FilmTarget, 'fit'>): Size {
	if (target.fit === 'crop') return { width: target.width, height: target.height };
	const ratio = Math.min(target.width / video.width, target.height / video.height);
	const side = (length: number, most: number) => {
		const near = Math.min(most, Math.max(2, Math.round((length * ratio) / 2) * 2));
		return (most - near) % 4 === 0 ? near : near + 2;
	};
	return { width: side(video.width, target.width), height: side(video.height, target.height) };
}

/** Pixels kept around what is cropped from a source, so that scaling sees beyond the edge of what is shown. */
const SPARE = 4;

/**
 * The middle of a clip so that it covers the frame. What is far outside is dropped before scaling, since a wide clip
 * in a tall film shows a third of itself; the rest is cut to the pixel behind it.
 */
function covering(video: Picture, target: FilmTarget): { before: string[]; scaled: Size; behind: string[] } {
	const stored = uprightSize(video);
	const ratio = Math.max(target.width / video.width, target.height / video.height);
	const across = { width: (video.width * ratio) / stored.width, height: (video.height * ratio) / stored.height };
	// In steps of four from the whole, so that as many whole pairs of pixels fall away on either side.
	const kept = (side: keyof Size) =>
		stored[side] - 4 * Math.max(0, Math.floor((stored[side] - target[side] / across[side] - 2 * SPARE) / 4));
	const part = { width: kept('width'), height: kept('height') };
	const side = (each: keyof Size) => Math.max(target[each], Math.round((part[each] * across[each]) / 2) * 2);
	const scaled = { width: side('width'), height: side('height') };
	const at = (outer: number, inner: number) => Math.floor((outer - inner) / 4) * 2;
	const crop = (outer: Size, inner: Size) =>
		outer.width === inner.width && outer.height === inner.height
			? []
			: [`crop=${inner.width}:${inner.height}:${at(outer.width, inner.width)}:${at(outer.height, inner.height)}`];
	return { before: crop(stored, part), scaled, behind: crop(scaled, target) };
}

/**
 * Fills what the clip leaves free of the frame. First the filters that end the clip's own chain, with its label; then
 * the chains that follow. The bars stand beside the picture, so that no pixel of it is touched or drawn twice.
 */
function filled(size: Size, target: FilmTarget, out: string): [own: string[], graph: string[]] {
	const margin = { x: (target.width - size.width) / 2, y: (target.height - size.height) / 2 };
	if (!margin.x && !margin.y) return [[`null[${out}]`], []];
	if (target.fit === 'blur') return blurred(size, target, out);
	if (isGrey(target.padColour) || (margin.x && margin.y))
		return [
			[`pad=${target.width}:${target.height}:${margin.x}:${margin.y}:0x${target.padColour.slice(1)}[${out}]`],
			[],
		];
	const { n, d } = target.rate;
	const bar = margin.x ? `${margin.x}x${size.height}` : `${size.width}x${margin.y}`;
	const bars = [
		`color=c=0x${target.padColour.slice(1)}:s=${bar}:r=${rateText({ n, d })}`,
		...['trim=end_frame=1', 'format=gbrp', ...fromRgb(target), 'format=yuv420p', 'setsar=0'],
		...['loop=loop=-1:size=1', ...numbered(target.rate), `split[${out}1][${out}2]`],
	];
	return [[`null[${out}0]`], [bars.join(','), beside(margin.x > 0, out)]];
}

/** The filter `pad` knows BT.601 alone, which makes no difference to a grey. */
const isGrey = (colour: string) => new Set(colour.slice(1).toLowerCase().match(/../g)).size === 1;

const beside = (horizontal: boolean, out: string) =>
	`[${out}1][${out}0][${out}2]${horizontal ? 'hstack' : 'vstack'}=inputs=3:shortest=1[${out}]`;

/** The background is blurred at this part of the film's size, and by so much of the small picture's shorter side. */
const SMALLER = 10;
const BLUR_SHARE = 0.06;

/** Bars out of a blurred copy of the clip that covers the frame: only what shows of it is ever scaled up. */
function blurred(size: Size, target: FilmTarget, out: string): [own: string[], graph: string[]] {
	const horizontal = size.width < target.width;
	const small = {
		width: Math.max(8, Math.ceil(target.width / SMALLER)),
		height: Math.max(8, Math.ceil(target.height / SMALLER)),
	};
	const middle = horizontal
		? { width: size.width, height: evenSide((size.width * target.height) / target.width) }
		: { width: evenSide((size.height * target.width) / target.height), height: size.height };
	const bar = horizontal
		? { width: (target.width - size.width) / 2, height: target.height }
		: { width: target.width, height: (target.height - size.height) / 2 };
	const strip = horizontal
		? { width: Math.max(1, Math.round((bar.width * small.width) / target.width)), height: small.height }
		: { width: small.width, height: Math.max(1, Math.round((bar.height * small.height) / target.height)) };
	const far = { x: small.width - strip.width, y: small.height - strip.height };
	const sigma = (Math.min(small.width, small.height) * BLUR_SHARE).toFixed(2);
	const grown = [`scale=${bar.width}:${bar.height}:flags=bicubic`, 'format=yuv420p', 'setsar=0'].join(',');
	const cut = (x: number, y: number) => `crop=${strip.width}:${strip.height}:${x}:${y}`;
	return [
		[`split[${out}0][${out}s]`],
		[
			`[${out}s]crop=${middle.width}:${middle.height},scale=${small.width}:${small.height}:flags=area,format=yuv444p,` +
				`gblur=sigma=${sigma}:steps=2,split[${out}l][${out}r]`,
			`[${out}l]${cut(0, 0)},${grown}[${out}1]`,
			`[${out}r]${cut(far.x, far.y)},${grown}[${out}2]`,
			beside(horizontal, out),
		],
	];
}

const evenSide = (length: number) => Math.max(2, Math.floor(length / 2) * 2);
