import { parseArgs } from 'node:util';

export interface StartOptions {
	/** End after the first film. */
	once: boolean;
	/** Speak to Google itself, which costs money. */
	live: boolean;
	help: boolean;
}

export const USAGE = `npm start                  set up, start everything, make a rehearsal film, leave the editor open
npm start -- --once        end after the film; exit code 0 only if it is there and right
npm start -- --live        with Google itself, after showing the price and asking; reads .env`;

/** Reads the command line; throws with the usage on anything it does not know. */
export function readOptions(args: string[]): StartOptions {
	const flag = { type: 'boolean', default: false } as const;
	try {
		const { values } = parseArgs({ args, options: { once: flag, live: flag, help: { ...flag, short: 'h' } } });
		return values as StartOptions;
	} catch (error) {
		throw new Error(`${(error as Error).message}\n\n${USAGE}`);
	}
}
