import type { Logo } from '../contract/look.ts';
import { fromRgb, numbered } from './encoded.ts';
import { userInput } from './input.ts';
import type { Recipe, Source } from './recipes.ts';
import type { FilmTarget } from './target.ts';

/** A picture and how it lies over the film. */
export type LogoSource = { source: Source; logo: Logo };

/** What is drawn over a piece of film, at the film's size. */
export type Overlay = {
	/** An ASS script whose time 0 is the piece's first frame; null for none. */
	captions: string | null;
	logo: LogoSource | null;
};

/** Chains of filters from one label to another, and what they read. */
export type Drawn = { inputs: Recipe['inputs']; files: NonNullable<Recipe['files']>; graph: string[] };

/** No text of a user ever stands in a filter: the script goes through a file of this name in the run's own folder. */
export const SCRIPT = 'k.ass';

/**
 * Draws captions and, above them, the logo over frames numbered from 0. `place` is the number that the logo has among
 * the run's inputs. The logo is one picture, held from the first frame to the last.
 */
export function drawn(
	overlay: Overlay,
	target: FilmTarget,
	{ place, from, to }: { place: number; from: string; to: string },
): Drawn {
	const { captions, logo } = overlay;
	const written = captions === null ? 'null' : `ass=filename=${SCRIPT}`;
	const files = captions === null ? [] : [{ name: SCRIPT, content: captions }];
	if (!logo) return { inputs: [], files, graph: [`[${from}]${written}[${to}]`] };
	const { x, y } = logoPlace(logo, target);
	const { id, path, probe } = logo.source;
	return {
		inputs: [{ id, options: userInput(path, probe.format) }],
		files,
		graph: [
			`[${place}:${probe.video!.stream}]${logoChain(logo, target).join(',')}[logo]`,
			`[${from}]${written}[under]`,
			`[under][logo]overlay=${x}:${y}:eof_action=repeat:format=yuv420[${to}]`,
		],
	};
}

/** Scaled with its colours weighed by their opacity, or what hides under transparent pixels would shine at the edges. */
function logoChain(logo: LogoSource, target: FilmTarget): string[] {
	const { width, height } = logoPlace(logo, target);
	return [
		...['trim=end_frame=1', 'format=gbrap', 'premultiply=inplace=1'],
		...[`scale=${width}:${height}:flags=lanczos+accurate_rnd`, 'unpremultiply=inplace=1'],
		...(logo.logo.opacity < 1 ? [`colorchannelmixer=aa=${logo.logo.opacity.toFixed(4)}`] : []),
		...[...fromRgb(target), 'format=yuva420p', 'setsar=0', ...numbered(target.rate)],
	];
}

/**
 * Where the logo lies: a share of the film's width wide, its own shape kept, inside the film's edges by its margin.
 * All numbers are even, so that colour and brightness of its edge fall together in 4:2:0.
 */
export function logoPlace(
	{ source, logo }: LogoSource,
	film: { width: number; height: number },
): { x: number; y: number; width: number; height: number } {
	const even = (length: number) => Math.max(2, Math.round(length / 2) * 2);
	const { width, height } = source.probe.video!;
	const margin = Math.round((logo.margin * Math.min(film.width, film.height)) / 2) * 2;
	const ratio = Math.min(
		(logo.width * film.width) / width,
		(film.width - 2 * margin) / width,
		(film.height - 2 * margin) / height,
	);
	const size = { width: even(width * ratio), height: even(height * ratio) };
	const [above, beside] = logo.corner.split('-');
	return {
		...size,
		x: beside === 'left' ? margin : film.width - margin - size.width,
		y: above === 'top' ? margin : film.height - margin - size.height,
	};
}
