import { canonical, sha256 } from '../base/hash.ts';
import type { Recipe } from './recipes.ts';

/** Counts up when the same recipe would be carried out differently: everything cached before is then forgotten. */
const ENGINE = 3;

/** The content address of what a recipe makes: inputs count by their content, not by where they lie. */
export function keyOf({ inputs, files = [], output, extension }: Recipe, engine: string): string {
	const anonymous = inputs.map(({ id, options }) => ({
		id,
		options: options.filter((option) => typeof option === 'string'),
	}));
	return hashOf({ inputs: anonymous, files, output, extension }, engine);
}

/** The address of anything made from plain values by this engine on that ffmpeg. */
export const hashOf = (content: object, engine: string): string =>
	sha256(canonical({ ...content, engine: `${ENGINE} ${engine}` }));
