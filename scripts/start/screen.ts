const colours = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint(1);
export const faint = paint(2);
export const good = paint(32);
export const bad = paint(31);

const began = Date.now();

/** A line with the time since the start before it. */
export function say(text: string): void {
	const seconds = Math.floor((Date.now() - began) / 1000);
	const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
	console.log(`${faint(clock)}  ${text}`);
}

/** US dollars for people; a fraction of a cent is said as such and not as nothing. */
export const money = (usd: number) => (usd > 0 && usd < 0.01 ? 'less than $0.01' : `$${usd.toFixed(2)}`);
