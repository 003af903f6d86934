import type { TitleCard } from '../contract/look.ts';
import { cardAss } from './captions/card.ts';
import { encoded, finished, fromRgb, numbered } from './encoded.ts';
import { drawn, SCRIPT, type LogoSource } from './overlay.ts';
import { framesIn, rateText } from './rate.ts';
import type { Recipe } from './recipes.ts';
import type { FilmTarget } from './target.ts';

/** Frames that a title card is shown: the whole number nearest to its seconds, one at least. */
export const cardFrames = ({ seconds }: TitleCard, { rate }: Pick<FilmTarget, 'rate'>): number =>
	Math.max(1, framesIn(seconds, rate));

/**
 * A title card as a piece of the film, without any clip. It is drawn in red, green and blue and turned into the film's
 * colours at the end, so that background and letters have exactly the colours that were asked for; its words come
 * through the script alone.
 */
export function cardRecipe(card: TitleCard, target: FilmTarget, logo: LogoSource | null = null): Recipe {
	const frames = cardFrames(card, target);
	const blank = [
		`color=c=0x${card.background.slice(1)}:s=${target.width}x${target.height}:r=${rateText(target.rate)}`,
		...[`trim=end_frame=${frames}`, 'format=gbrp', `ass=filename=${SCRIPT}`, ...fromRgb(target)],
		...['format=yuv420p', 'setsar=0', ...numbered(target.rate)],
	];
	const over = logo && drawn({ captions: null, logo }, target, { place: 0, from: 'card', to: 'seen' });
	const graph = [
		...[`${blank.join(',')}[card]`, ...(over?.graph ?? [])],
		`[${over ? 'seen' : 'card'}]${finished(target).join(',')}[v]`,
	];
	return {
		inputs: over?.inputs ?? [],
		files: [{ name: SCRIPT, content: cardAss(card, target) }],
		output: ['-filter_complex', graph.join(';'), ...encoded(frames, target)],
		extension: 'mp4',
	};
}
