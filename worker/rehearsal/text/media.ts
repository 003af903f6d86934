import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { drawPicture } from '../clips/picture.ts';
import { clipColour, clipTone, hexColour, seedOf, type ClipSpec } from '../clips/spec.ts';
import type { House } from '../house.ts';
import { shotIn } from '../video/operations.ts';

export type Medium = 'image' | 'speech' | 'music';
export type Made = { bytes: Buffer; type: string; usd: number };

/** US dollars: one 1K picture, a minute of speech (25 tokens a second), one song. Read in October 2026. */
const IMAGE_USD = 0.067;
const SPEECH_USD_PER_SECOND = (25 * 9) / 1e6;
const SONG_USD = 0.08;
/** How fast a voice reads. */
const LETTERS_PER_SECOND = 15;
const SONG_SECONDS = 30;
const DEADLINE_MS = 60_000;

/** A picture that shows its prompt (PNG), a tone as long as the text would take to read (WAV, 24 kHz mono), or a chord (MP3). */
export function makeMedia(house: House, medium: Medium, text: string): Promise<Made> {
	const spec: ClipSpec = {
		shot: shotIn(text) ?? 1,
		prompt: text,
		note: '',
		seed: seedOf(text),
		seconds: 1,
		width: 1280,
		height: 720,
		sound: false,
		turn: 0,
	};
	return house.clips.run(async (signal) => {
		const folder = await mkdtemp(join(tmpdir(), 'rehearsal-'));
		try {
			return await makers[medium](spec, folder, signal);
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	});
}

const makers: Record<Medium, (spec: ClipSpec, folder: string, signal: AbortSignal) => Promise<Made>> = {
	async image(spec, folder, signal) {
		await writeFile(join(folder, 'picture.ass'), drawPicture(spec));
		const source = `color=c=${hexColour(clipColour(spec)).replace('#', '0x')}:s=${spec.width}x${spec.height}:r=24:d=1`;
		const bytes = await ffmpeg(
			['-i', source, '-vf', 'ass=picture.ass', '-frames:v', '1'],
			'image.png',
			folder,
			signal,
		);
		return { bytes, type: 'image/png', usd: IMAGE_USD };
	},
	async speech(spec, folder, signal) {
		const seconds = Math.max(1, Math.round((spec.prompt.length / LETTERS_PER_SECOND) * 10) / 10);
		const syllables = `0.3*sin(2*PI*${clipTone(spec)}*t)*gt(sin(2*PI*3*t)\\,-0.4)`;
		const bytes = await ffmpeg(
			['-i', `aevalsrc=${syllables}:s=24000:d=${seconds}`, '-ac', '1', '-c:a', 'pcm_s16le'],
			'speech.wav',
			folder,
			signal,
		);
		return { bytes, type: 'audio/wav', usd: seconds * SPEECH_USD_PER_SECOND };
	},
	async music(spec, folder, signal) {
		const root = clipTone(spec);
		const chord = [1, 1.25, 1.5].map((part) => `0.1*sin(2*PI*${(root * part).toFixed(2)}*t)`).join('+');
		const source = `aevalsrc=(${chord})*(0.6+0.4*cos(PI*t)):s=44100:d=${SONG_SECONDS}`;
		const bytes = await ffmpeg(
			['-i', source, '-ac', '2', '-c:a', 'libmp3lame', '-b:a', '128k'],
			'music.mp3',
			folder,
			signal,
		);
		return { bytes, type: 'audio/mpeg', usd: SONG_USD };
	},
};

async function ffmpeg(options: string[], name: string, folder: string, signal: AbortSignal): Promise<Buffer> {
	const args = ['-nostdin', '-y', '-v', 'error', '-f', 'lavfi', ...options, name];
	await execa('ffmpeg', args, { cwd: folder, cancelSignal: signal, timeout: DEADLINE_MS, stdin: 'ignore' });
	return readFile(join(folder, name));
}
