import { link, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { checkSound } from './check.ts';
import type { SoundPiece, SoundPlan } from './programme.ts';
import { SAMPLE_RATE } from './rate.ts';
import { fileIn, type Kitchen } from './render.ts';

/** 16-bit stereo. */
const SAMPLE_BYTES = 4;
/** Samples moved at once: a second or so, whatever the film's length. */
const BLOCK = 65_536;
/** The coder `fast` costs less than half of the default, inaudibly at this rate. */
const ENCODER = ['-c:a', 'aac', '-b:a', '192k', '-aac_coder', 'fast'];
const BASE_SECONDS = 60;
const SPARE_BYTES = 16 * 1024 * 1024;

/**
 * The film's sound, encoded once from first to last sample: AAC packets of single clips cannot be joined exactly.
 * Needs the pieces' PCM in `folder`; leaves the track there (or finds it in the cache) and returns its name.
 */
export async function encodeProgramme(
	{ tools, cache, pool }: Kitchen,
	plan: SoundPlan,
	folder: string,
	signal: AbortSignal,
): Promise<string> {
	const [name, raw, track] = [`${plan.key}.m4a`, 'film.pcm', join(folder, `${plan.key}.m4a`)];
	if (await cache.take(plan.key, 'm4a', track)) {
		const whole = await checkSound(track, plan.samples).then(
			() => true,
			() => false,
		);
		if (whole) return name;
		await rm(track);
	}
	await writeProgramme(plan.pieces, ({ pcm }) => pcm && fileIn(folder, pcm), join(folder, raw), signal);
	const seconds = plan.samples / SAMPLE_RATE;
	const input = ['-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', '2', '-i', raw];
	const run = {
		args: ['-y', ...input, ...ENCODER, '-movie_timescale', String(SAMPLE_RATE), '-f', 'mp4', 'made.m4a'],
		folder,
		about: "the film's sound",
		seconds: BASE_SECONDS + seconds,
		fileBytes: SPARE_BYTES + plan.samples * SAMPLE_BYTES,
		signal,
	};
	await pool(() => tools.ffmpeg(run), signal);
	const made = join(folder, 'made.m4a');
	await checkSound(made, plan.samples);
	await link(made, track);
	await cache.put(made, plan.key, 'm4a');
	await rm(join(folder, raw));
	return name;
}

/**
 * Writes the film's PCM: every piece in its place, silence where a clip has none, two clips mixed where they overlap.
 * `fileOf` tells where a clip's PCM lies. The mix keeps equal power (sine and cosine), because two shots' sounds have
 * nothing in common and would dip in a linear one; peaks are held at full scale.
 */
export async function writeProgramme(
	pieces: SoundPiece[],
	fileOf: (piece: SoundPiece) => string | null,
	out: string,
	signal: AbortSignal,
): Promise<void> {
	const film = await open(out, 'w');
	try {
		let tail = Buffer.alloc(0);
		for (const [index, piece] of pieces.entries()) {
			signal.throwIfAborted();
			tail = await writePiece(film, piece, fileOf(piece), tail, pieces[index + 1]?.fadeIn ?? 0);
		}
	} finally {
		await film.close();
	}
}

/** Writes one piece up to where the next begins to fade in; returns the rest, which is mixed with the next. */
async function writePiece(
	film: FileHandle,
	piece: SoundPiece,
	path: string | null,
	before: Buffer,
	shared: number,
): Promise<Buffer<ArrayBuffer>> {
	const file = path === null ? null : await open(path);
	try {
		const read = (from: number, samples: number) => readSamples(file, from, samples);
		if (piece.fadeIn) await film.writeFile(mixed(before, await read(0, piece.fadeIn)));
		const end = piece.samples - shared;
		for (let at = piece.fadeIn; at < end; at += BLOCK)
			await film.writeFile(await read(at, Math.min(BLOCK, end - at)));
		return await read(end, shared);
	} finally {
		await file?.close();
	}
}

async function readSamples(file: FileHandle | null, from: number, samples: number): Promise<Buffer<ArrayBuffer>> {
	const bytes = Buffer.alloc(samples * SAMPLE_BYTES);
	for (let filled = 0; file && filled < bytes.length;) {
		const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from * SAMPLE_BYTES + filled);
		if (!bytesRead) throw new RangeError('a piece of sound is shorter than planned');
		filled += bytesRead;
	}
	return bytes;
}

/** Two stretches of 16-bit stereo of the same length, the first fading out while the second fades in. */
export function mixed(out: Buffer, into: Buffer): Buffer {
	const samples = into.length / SAMPLE_BYTES;
	const mix = Buffer.alloc(into.length);
	for (let sample = 0; sample < samples; sample++) {
		const angle = ((sample + 0.5) / samples) * (Math.PI / 2);
		const [fading, rising] = [Math.cos(angle), Math.sin(angle)];
		for (let at = sample * SAMPLE_BYTES; at < (sample + 1) * SAMPLE_BYTES; at += 2) {
			const value = Math.round(out.readInt16LE(at) * fading + into.readInt16LE(at) * rising);
			mix.writeInt16LE(Math.max(-32_768, Math.min(32_767, value)), at);
		}
	}
	return mix;
}
