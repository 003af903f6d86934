import { container, encoded, finished, PACKETS } from './encoded.ts';
import type { Argument } from './ffmpeg.ts';
import { fitted } from './fit.ts';
import { userInput } from './input.ts';
import { drawn, type Overlay } from './overlay.ts';
import type { Picture } from './picture.ts';
import type { Probe } from './probe.ts';
import { SAMPLE_RATE, secondsOf } from './rate.ts';
import type { FilmTarget } from './target.ts';

export type { LogoSource, Overlay } from './overlay.ts';
export { transitionRecipe } from './transition.ts';

/**
 * How one file is made: what is read, and ffmpeg's options for it. A pure value, so that its hash can be its address.
 */
export type Recipe = {
	/** Files by content address, with the options before them. */
	inputs: { id: string; options: Argument[] }[];
	/** Files of ours that the run finds in its own folder. */
	files?: { name: string; content: string }[];
	/** Options of the output, without its name. */
	output: string[];
	extension: 'mp4' | 'pcm';
};

/** A clip as the recipes read it. */
export type Source = { id: string; path: string; probe: Probe };

const input = ({ id, path, probe }: Source, ...options: string[]) => ({
	id,
	options: userInput(path, probe.format, ...(saysEverything(probe) ? UNSEEN : []), ...options),
});
/**
 * Of a clip whose tables say everything, ffmpeg need not decode the first picture to know it, a third of what copying
 * costs, nor read ahead for more.
 */
const UNSEEN = ['-skip_frame', 'all', '-probesize', '32'];
const saysEverything = ({ video, audio }: Probe) => Boolean(video?.copy) && (!audio || audio.codec === 'aac');
const picture = ({ probe }: Source): Picture => probe.video!;

/**
 * Frames [from, to) as they are, without SEI (so that only true IDR pictures are listed as sync samples), timed anew:
 * frame n is shown at n and decoded at n - delay. The first `hidden` ones, which later ones refer to, are shown for one
 * unit of time each, in no time of their own.
 */
export function copyRecipe(source: Source, from: number, to: number, target: FilmTarget, hidden = 0): Recipe {
	const { stream, rate, startSeconds } = picture(source);
	// Half a frame behind the IDR's own time, so that rounding cannot reach the sync sample before it.
	const seek = from ? ['-noaccurate_seek', '-ss', (startSeconds + secondsOf(from + 0.5, rate)).toFixed(6)] : [];
	return {
		inputs: [input(source, ...seek)],
		output: [
			...['-map', `0:${stream}`, '-c:v', 'copy', '-frames:v', String(to - from)],
			...retimed(target, hidden),
		],
		extension: 'mp4',
	};
}

/** Frames [from, to) of a clip, counted at the film's rate, made to fit the film, with what is drawn over them. */
export function encodeRecipe(source: Source, from: number, to: number, target: FilmTarget, overlay?: Overlay): Recipe {
	const clip = fitted(source, { from, to }, target, { place: 0, out: 'fit' });
	const over = overlay && drawn(overlay, target, { place: 1, from: 'fit', to: 'seen' });
	const graph = [
		...[...clip.graph, ...(over?.graph ?? [])],
		`[${over ? 'seen' : 'fit'}]${finished(target).join(',')}[v]`,
	];
	return {
		inputs: [clip.input, ...(over?.inputs ?? [])],
		...(over?.files.length ? { files: over.files } : {}),
		output: ['-filter_complex', graph.join(';'), ...encoded(to - from, target)],
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

/**
 * Options that copy a picture track with its times counted anew: shown from 0 on, the n-th sample decoded `delay`
 * frames before the n-th is shown. A frame is as long as the first packet says, kept in `st(0)`: the expression's own
 * `TB` is the source's unit in ffmpeg 5 while the packets already count in the muxer's.
 */
export function retimed({ delay, ...target }: Pick<FilmTarget, 'delay' | 'timescale'>, hidden = 0): string[] {
	const frame = 'if(N,ld(0),st(0,DURATION))';
	const place = `round((PTS-STARTPTS)/(${frame}))`;
	const times = hidden
		? [
				`pts='if(lt(${place},${hidden}),${place},${hidden}+(${place}-${hidden})*(${frame}))'`,
				// What is not evaluated for the first packet stores nothing: so the frame's length stands in front.
				`dts='0*(${frame})+if(lt(N,${hidden}),N-${delay},max(N-${delay},${hidden}+(N-${hidden}-${delay})*(${frame})))'`,
			]
		: ['pts=PTS-STARTPTS', `dts='(N-${delay})*${frame}'`];
	return ['-bsf:v', `${PACKETS.copied},setts=${[...times, `duration='${frame}'`].join(':')}`, ...container(target)];
}
