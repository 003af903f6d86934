import type { Tools } from '../ffmpeg.ts';
import { userInput } from '../input.ts';
import { SAMPLE_RATE } from '../rate.ts';
import type { Recipe, Source } from '../recipes.ts';

/**
 * The sound of any asset as 16-bit stereo at 48 kHz, from its own beginning: the first sound track of a file of sound
 * or of a video. `from` and `most` are samples: where it begins, and how many there are at most; it may be shorter,
 * nothing is added. Give it a source whose probe has sound.
 */
export function pcmOf(source: Source, { from = 0, most }: { from?: number; most?: number } = {}): Recipe {
	const { id, path, probe } = source;
	const { stream, channels } = probe.audio!;
	const cut = most === undefined ? (from ? `atrim=start_sample=${from}` : null) : range(from, most);
	const chain = [
		// Holes in the file's own time are filled, so that words stay when they are said.
		`aresample=${SAMPLE_RATE}:async=1:first_pts=0`,
		// Left to itself ffmpeg makes a single channel 3 dB softer on its way to two.
		...(channels === 1 ? ['pan=stereo|c0=c0|c1=c0'] : []),
		'aformat=sample_fmts=s16:channel_layouts=stereo',
		...(cut ? [cut] : []),
	];
	return {
		inputs: [{ id, options: userInput(path, probe.format) }],
		output: ['-map', `0:${stream}`, '-af', chain.join(','), '-c:a', 'pcm_s16le', '-f', 's16le'],
		extension: 'pcm',
	};
}

const range = (from: number, most: number) => `atrim=start_sample=${from}:end_sample=${from + most}`;

/** A decoder is this much faster than the sound at least, on a loaded machine; and what a start may take. */
const FASTER = 4;
const BASE_SECONDS = 60;

/**
 * How many seconds of sound a file really holds, by decoding it. Files of nothing but packets (`aac`, and `mp3` without
 * a header) do not say, and what a probe estimates from their first packets may be off by a tenth and more.
 */
export async function secondsHeard(
	tools: Tools,
	{ path, probe }: Source,
	about: string,
	signal: AbortSignal,
): Promise<number> {
	const { stream, seconds: said } = probe.audio!;
	let seconds = 0;
	const input = ['-nostats', '-progress', 'pipe:1', ...userInput(path, probe.format)];
	const args = [...input, '-map', `0:${stream}`, '-c:a', 'pcm_s16le', '-f', 'null', '-'];
	const progress = (done: { seconds: number }) => void (seconds = Math.max(seconds, done.seconds));
	await tools.ffmpeg({ args, about, seconds: BASE_SECONDS + said / FASTER, signal, progress });
	return seconds;
}
