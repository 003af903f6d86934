import type { Tools } from '../ffmpeg.ts';

const ASK_SECONDS = 20;

/** Whether this ffmpeg has a filter or an encoder; asked each time, which takes 50 ms and knows of no other ffmpeg. */
export async function has(
	tools: Tools,
	list: 'filters' | 'encoders',
	name: string,
	signal: AbortSignal,
): Promise<boolean> {
	const { stdout } = await tools.ffmpeg({ args: [`-${list}`], about: 'ffmpeg', seconds: ASK_SECONDS, signal });
	return new RegExp(`^\\s*\\S+\\s+${name}\\s`, 'm').test(stdout);
}
