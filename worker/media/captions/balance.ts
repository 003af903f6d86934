import { breakCost } from './breaks.ts';
import { tokensOf, type Token } from './tokens.ts';

const SPACE_EMS = 0.26;
/** What an uneven line costs against a bad break: the square of the share that is missing. */
const UNEVEN = 90;
const LINE = 60;

export type BalancedLine = { text: string; cut: boolean };

/** Breaks a text into as few lines as `widest` em allow, of as even a length as good breaks let them have. */
export function balanced(text: string, widest: number): BalancedLine[] {
	const tokens = tokensOf(text, widest);
	const best: { cost: number; end: number }[] = [];
	best[tokens.length] = { cost: 0, end: tokens.length };
	const total = widthOf(tokens, 0, tokens.length);
	const ideal = total / Math.ceil(total / widest);
	for (let start = tokens.length - 1; start >= 0; start--) {
		for (let end = start + 1; end <= tokens.length; end++) {
			const width = widthOf(tokens, start, end);
			if (end > start + 1 && width > widest) break;
			const next = tokens[end];
			const cost =
				LINE +
				UNEVEN * ((width - ideal) / ideal) ** 2 +
				(next ? breakCost(tokens[end - 1]!, next) : 0) +
				best[end]!.cost;
			if (cost < (best[start]?.cost ?? Infinity)) best[start] = { cost, end };
		}
	}
	const lines: BalancedLine[] = [];
	for (let at = 0; at < tokens.length; at = best[at]!.end) {
		const line = tokens.slice(at, best[at]!.end);
		lines.push({
			text: line
				.map(({ text: word, space }) => (space ? `${word} ` : word))
				.join('')
				.trim(),
			cut: line.some(({ cut }) => cut),
		});
	}
	return lines;
}

const widthOf = (tokens: Token[], start: number, end: number): number =>
	tokens
		.slice(start, end)
		.reduce(
			(sum, { width, space }, index, all) => sum + width + (space && index < all.length - 1 ? SPACE_EMS : 0),
			0,
		);
