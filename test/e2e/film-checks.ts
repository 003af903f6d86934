import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Sound is compared at this rate: a sample is 0.02 ms. */
export const SAMPLE_RATE = 48_000;
/** A test's films are short; decoding one takes a second or two alone on two cores. */
const DEADLINE_MS = 60_000;
const LARGEST_OUTPUT = 512 * 1024 * 1024;

const run = promisify(execFile);
/** Taken out once: inside jest every look at a global is slow, and these stand in the innermost loops. */
const { sin, cos, sqrt } = Math;
const TURN = 2 * Math.PI;

export interface Frame {
	/** Place in time, in ticks of the file's own clock. */
	pts: number;
	/** MD5 of the decoded picture. */
	hash: string;
}

/** Fetches a file to disk; throws on anything but 2xx. */
export async function download(url: string, path: string, headers: Record<string, string> = {}): Promise<string> {
	const response = await fetch(url, { headers, signal: AbortSignal.timeout(DEADLINE_MS) });
	if (!response.ok) throw new Error(`${url}: ${response.status} ${(await response.text()).slice(0, 300)}`);
	await writeFile(path, Buffer.from(await response.arrayBuffer()));
	return path;
}

/** Decodes every picture of a file and gives one hash for each, in the order in which they are shown. */
export async function framesOf(path: string): Promise<Frame[]> {
	const lines = (await ffmpeg(['-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'framemd5', '-']))
		.toString()
		.split('\n')
		.filter((line) => line && !line.startsWith('#'));
	return lines.map((line) => {
		const fields = line.split(',').map((field) => field.trim());
		return { pts: Number(fields[2]), hash: fields[5] ?? '' };
	});
}

/** Decodes a file's sound to one channel of samples between -1 and 1 at SAMPLE_RATE. */
export async function soundOf(path: string): Promise<Float32Array> {
	const bytes = await ffmpeg([
		'-i',
		path,
		'-map',
		'0:a:0',
		'-ac',
		'1',
		'-ar',
		String(SAMPLE_RATE),
		'-f',
		'f32le',
		'-',
	]);
	return new Float32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
}

/** What the container says of its streams: seconds of picture and of sound, where each begins, and the picture's size. */
export async function streamsOf(path: string) {
	const entries = 'stream=codec_type,codec_name,start_time,duration,width,height,r_frame_rate';
	const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', path], {
		timeout: DEADLINE_MS,
	});
	const { streams } = JSON.parse(stdout) as { streams: Array<Record<string, string | number>> };
	const pick = (type: string) => streams.find(({ codec_type }) => codec_type === type) ?? {};
	return { count: streams.length, video: pick('video'), audio: pick('audio') };
}

/**
 * The colour that most of a picture has at a moment of the film, as [red, green, blue]: the background of a rehearsal
 * clip, whose words and shapes cover the smaller part.
 */
export async function backgroundAt(path: string, seconds: number): Promise<[number, number, number]> {
	const small = ['-frames:v', '1', '-vf', 'scale=160:-2:flags=neighbor', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
	const pixels = await ffmpeg(['-ss', seconds.toFixed(3), '-i', path, ...small]);
	const counts = new Map<number, number>();
	for (let at = 0; at + 2 < pixels.length; at += 3) {
		const colour = pixels.readUIntBE(at, 3);
		counts.set(colour, (counts.get(colour) ?? 0) + 1);
	}
	const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
	return [most >> 16, (most >> 8) & 255, most & 255];
}

/** `#123456` as [18, 52, 86]. */
export const colourOf = (hex: string): [number, number, number] => [
	Number.parseInt(hex.slice(1, 3), 16),
	Number.parseInt(hex.slice(3, 5), 16),
	Number.parseInt(hex.slice(5, 7), 16),
];

/** The largest difference between two colours in one of their three parts. */
export const apart = (a: number[], b: number[]): number =>
	Math.max(...a.map((part, index) => Math.abs(part - (b[index] ?? 0))));

/** How much of a clip's sound is looked for in a film, and how far from its place, in samples. */
const COMPARED = 1.5 * SAMPLE_RATE;
const FARTHEST = SAMPLE_RATE / 100;

/**
 * Looks for the beginning of a clip's own sound around the place in a film where it has to be. Gives how far off it
 * lies, in samples (0 = exact, more = late), and how like the two are there: 1 is the same sound, 0 nothing alike.
 */
export function soundOffset(film: Float32Array, clip: Float32Array, at: number): { samples: number; likeness: number } {
	const place = Math.round(at * SAMPLE_RATE);
	const length = Math.min(COMPARED, clip.length, film.length - place - FARTHEST);
	let best = { samples: 0, likeness: -1 };
	for (let samples = -Math.min(FARTHEST, place); samples <= FARTHEST; samples += 1) {
		const likeness = likenessOf(film, place + samples, clip, length);
		if (likeness > best.likeness) best = { samples, likeness };
	}
	return best;
}

function likenessOf(film: Float32Array, place: number, clip: Float32Array, length: number): number {
	let both = 0;
	let filmPower = 0;
	let clipPower = 0;
	for (let at = 0; at < length; at += 1) {
		const a = film[place + at]!;
		const b = clip[at]!;
		both += a * b;
		filmPower += a * a;
		clipPower += b * b;
	}
	return both / sqrt(filmPower * clipPower || 1);
}

/** A rehearsal clip begins with a beep (and repeats it each second): pitch and length. */
const BEEP_HZ = 1760;
const BEEP_SAMPLES = 0.06 * SAMPLE_RATE;
/** What is looked at on each side of a joint, and how far off the joint may be found, in samples. */
const SIDE = 0.08 * SAMPLE_RATE;
const SPAN = 0.025 * SAMPLE_RATE;
/** The place is looked for in steps of so many samples, then again around the best in finer ones. */
const STEPS = [60, 8, 1];

/**
 * Finds where one clip's tone ends and the next one's begins, from the film's sound alone: the place at which "the old
 * tone or silence before, the new tone under its beep after" explains the sound best. Gives seconds off `at`.
 */
export function toneChange(film: Float32Array, at: number, fromHz: number, toHz: number): number {
	const joint = Math.round(at * SAMPLE_RATE);
	const from = joint - SIDE - SPAN;
	const to = joint + SIDE + SPAN;
	const misfit = (place: number) =>
		unexplained(film, from, place, [fromHz]) +
		unexplained(film, place, place + BEEP_SAMPLES, [toHz, BEEP_HZ]) +
		unexplained(film, place + BEEP_SAMPLES, to, [toHz]);
	let best = joint;
	let span = SPAN;
	for (const step of STEPS) {
		const places = Array.from({ length: 2 * Math.ceil(span / step) + 1 }, (_, index) => index * step - span + best);
		best = places.map((place) => ({ place, misfit: misfit(place) })).sort((a, b) => a.misfit - b.misfit)[0]!.place;
		span = step * 2;
	}
	return (best - joint) / SAMPLE_RATE;
}

/** The power of a stretch of sound that no mixture of the given tones can account for: least squares. */
function unexplained(film: Float32Array, from: number, to: number, tones: number[]): number {
	const size = tones.length * 2;
	const gram = Array.from({ length: size }, () => new Float64Array(size + 1));
	let power = 0;
	const wave = new Float64Array(size);
	for (let at = from; at < to; at += 1) {
		tones.forEach((hz, index) => {
			const angle = (TURN * hz * at) / SAMPLE_RATE;
			wave[index * 2] = sin(angle);
			wave[index * 2 + 1] = cos(angle);
		});
		const heard = film[at]!;
		power += heard * heard;
		for (let row = 0; row < size; row += 1) {
			for (let column = 0; column < size; column += 1) gram[row]![column]! += wave[row]! * wave[column]!;
			gram[row]![size]! += wave[row]! * heard;
		}
	}
	const parts = gram.map((row) => row[size]!);
	return power - solve(gram).reduce((sum, share, index) => sum + share * parts[index]!, 0);
}

/** Gauss elimination of a small system whose last column is the right-hand side. */
function solve(rows: Float64Array[]): number[] {
	const size = rows.length;
	for (let pivot = 0; pivot < size; pivot += 1)
		for (let row = 0; row < size; row += 1) {
			if (row === pivot) continue;
			const factor = rows[row]![pivot]! / rows[pivot]![pivot]!;
			for (let column = pivot; column <= size; column += 1) rows[row]![column]! -= factor * rows[pivot]![column]!;
		}
	return rows.map((row, index) => row[size]! / row[index]!);
}

async function ffmpeg(args: string[]): Promise<Buffer> {
	const { stdout } = await run('ffmpeg', ['-nostdin', '-v', 'error', '-xerror', ...args], {
		encoding: 'buffer',
		maxBuffer: LARGEST_OUTPUT,
		timeout: DEADLINE_MS,
	});
	return stdout;
}
