import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../base/hash.ts';
import { Sound } from '../../contract/sound.ts';
import { Timeline } from '../../contract/timeline.ts';
import { openCache } from '../cache.ts';
import { openTools } from '../ffmpeg.ts';
import { layClips } from '../lay.ts';
import { makePool } from '../pool.ts';
import { probeFile } from '../probe.ts';
import { AAC_FRAME } from '../rate.ts';
import type { Source } from '../recipes.ts';
import { renderPieces, type Kitchen } from '../render.ts';
import { ffmpeg } from '../testing/clips.ts';
import { toneIn } from '../testing/hearing.ts';
import { busesOf } from './buses.ts';
import { writeMix } from './master.ts';
import { planSound, type SoundPlan } from './programme.ts';
import { makeSound, soundPieces, type MadeSound } from './sound.ts';
import { framesFor } from './sections.ts';

/** Samples a second everywhere here. */
export const RATE = 48_000;
/** Left and right at sample n, from −1 to 1; one number is both. */
export type Wave = (sample: number) => number | [number, number];

// Looked up once: a test's globals are slow to reach, and a sound has many samples.
const { sin, floor, round } = Math;
const TURN = 2 * Math.PI;

export const sine =
	(hertz: number, level = 0.5, phase = 0): Wave =>
	(n) =>
		level * sin((TURN * hertz * n) / RATE + phase);
/** Noise that is the same every time. */
export const noise =
	(level: number, seed = 1): Wave =>
	(n) => {
		const x = sin(n * 12.9898 + seed * 78.233) * 43_758.5453;
		return level * (2 * (x - floor(x)) - 1);
	};

type Part = { clip: Source; narration?: Source; transition?: string; transitionSeconds?: number };
type Film = { parts: Part[]; music?: Source; sound?: object; fps?: string; cards?: { lead: number; tail: number } };

/** A folder, a cache and real tools to make sounds with. Call `remove` when done. */
export async function openStage() {
	const folder = mkdtempSync(join(tmpdir(), 'reelsmith-sound-'));
	const tools = await openTools({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', sandbox: 'off' });
	const cache = await openCache(join(folder, 'cache'), 1e10);
	const kitchen: Kitchen = { tools, cache, pool: makePool(2), slots: 2, making: new Map() };
	const source = async (path: string): Promise<Source & { name: string }> => {
		const name = path.split('/').at(-1)!;
		const probe = await probeFile(tools, path, { name, signal: AbortSignal.timeout(20_000) });
		return { id: sha256(readFileSync(path)), path, probe, name };
	};
	/** A clip of black pictures with exactly this sound, or none. */
	const clip = async (name: string, seconds: number, wave: Wave | null, fps = '24') => {
		const out = join(folder, `${name}.mov`);
		const picture = ['-f', 'lavfi', '-i', `color=black:s=64x36:r=${fps}:d=${seconds}`];
		const sound = wave ? [...raw(write(`${name}.raw`, seconds, wave)), '-c:a', 'pcm_s16le'] : [];
		ffmpeg(...picture, ...sound, '-c:v', 'libx264', '-preset', 'ultrafast', out);
		return source(out);
	};
	/** A file of sound, in the format that its name says. */
	const sound = async (name: string, seconds: number, wave: Wave, options: string[] = []) => {
		const out = join(folder, name);
		ffmpeg(...raw(write(`${name}.raw`, seconds, wave)), ...options, out);
		return source(out);
	};
	const write = (name: string, seconds: number, wave: Wave) => {
		writeFileSync(join(folder, name), pcmBytes(Math.round(seconds * RATE), wave));
		return join(folder, name);
	};
	const scratch = () => cache.scratch();
	return {
		folder,
		kitchen,
		cache,
		tools,
		source,
		clip,
		sound,
		scratch,
		remove: () => rmSync(folder, { recursive: true }),
	};
}
export type Stage = Awaited<ReturnType<typeof openStage>>;

const raw = (path: string) => ['-f', 's16le', '-ar', String(RATE), '-ac', '2', '-i', path];

/** A wave as 16-bit stereo. */
export function pcmBytes(samples: number, wave: Wave): Buffer {
	const bytes = Buffer.alloc(samples * 4);
	for (let n = 0; n < samples; n++) {
		const value = wave(n);
		const [left, right] = typeof value === 'number' ? [value, value] : value;
		bytes.writeInt16LE(held(left), n * 4);
		bytes.writeInt16LE(held(right), n * 4 + 2);
	}
	return bytes;
}

function held(value: number): number {
	const scaled = round(value * 32_768);
	return scaled > 32_767 ? 32_767 : scaled < -32_768 ? -32_768 : scaled;
}

/** The plan of a film's sound; `lead` and `tail` are frames of title cards. */
export function planOf({ parts, music, sound = {}, fps, cards }: Film): SoundPlan {
	const timeline = Timeline.parse({
		clips: parts.map(({ transition, transitionSeconds, clip }) => ({
			asset: clip.id,
			...(transition && { transition }),
			...(transitionSeconds && { transitionSeconds }),
		})),
		target: fps ? { fps } : {},
	});
	const clips = parts.map(({ clip }) => ({ ...clip, name: (clip as { name?: string }).name ?? clip.id }));
	const { target, laid, frames } = layClips(timeline, clips);
	const { lead = 0, tail = 0 } = cards ?? {};
	const placed = laid.map((each) => ({ ...each, start: each.start + lead }));
	const settings = Sound.parse({ loudness: null, ...(music && { music: { asset: music.id } }), ...sound });
	const names = clips.map(({ name }) => name);
	const narrations = parts.map(({ narration }) => narration ?? null);
	const film = { frames: lead + frames + tail, target };
	return planSound(placed, film, settings, { narrations, names, music: music ?? null }, 'test')!;
}

/** What comes of a plan before it is encoded. */
export async function mixOf(
	{ kitchen, scratch }: Stage,
	plan: SoundPlan,
): Promise<{ left: Int16Array; right: Int16Array }> {
	const folder = await scratch();
	const signal = AbortSignal.timeout(30_000);
	await renderPieces(soundPieces({ sound: plan }), folder, kitchen, { signal, done: () => undefined });
	const { buses } = await busesOf(plan, folder, signal);
	const out = join(folder, 'mix.pcm');
	await writeMix({ buses, from: 0, to: plan.samples }, out, null, { signal, progress: () => undefined });
	return channels(readFileSync(out));
}

/** Both channels of 16-bit stereo. */
export function channels(bytes: Buffer): { left: Int16Array; right: Int16Array } {
	const pcm = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
	return { left: pcm.filter((_, n) => n % 2 === 0), right: pcm.filter((_, n) => n % 2 === 1) };
}

/** Makes a plan's track; answers with the path of it in MP4, too. */
export async function trackOf(
	{ kitchen, scratch }: Stage,
	plan: SoundPlan,
	signal = AbortSignal.timeout(60_000),
): Promise<MadeSound & { path: string; heard: number[] }> {
	const folder = await scratch();
	const heard: number[] = [];
	const job = { signal, progress: (share: number) => void heard.push(share) };
	await renderPieces(soundPieces({ sound: plan }), folder, kitchen, { signal, done: () => undefined });
	const made = await makeSound(kitchen, plan, folder, job);
	const [track, path] = [join(folder, made.name), join(folder, 'track.m4a')];
	const wrapped = ['-c', 'copy', '-bsf:a', soundTimes(plan.samples), '-movie_timescale', String(RATE), path];
	ffmpeg('-copyts', '-f', 'aac', '-i', track, ...wrapped);
	return { ...made, path, heard };
}

/**
 * What ffmpeg needs to wrap a track of ADTS into MP4: the encoder's first frame is heard before the film begins, and
 * the last one only as far as the film goes. Frames of ADTS know neither.
 */
function soundTimes(samples: number): string {
	const last = framesFor(samples) - 1;
	const rest = samples - (last - 1) * AAC_FRAME;
	const times = `ts=(N-1)*${AAC_FRAME}:duration=if(eq(N\\,${last})\\,${rest}\\,${AAC_FRAME})`;
	return `aac_adtstoasc,setts=${times}:time_base=1/${RATE}`;
}

/** What ffmpeg's own meter says of a file: LUFS and dBTP. */
export function meteredBy(path: string, input: string[] = []): { loudness: number; truePeak: number } {
	const filter = 'ebur128=peak=true:metadata=1,ametadata=mode=print:file=-';
	const args = ['-v', 'error', ...input, '-i', path, '-af', filter, '-f', 'null', '-'];
	const text = execFileSync('ffmpeg', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
	const last = (key: string) => Number([...text.matchAll(new RegExp(`r128\\.${key}=(\\S+)`, 'g'))].at(-1)?.[1]);
	return { loudness: last('I'), truePeak: 20 * Math.log10(last('true_peak')) };
}

/** How strong one tone is in a stretch, as the amplitude of a sine of full scale 1. */
export const tone = (pcm: Int16Array, hertz: number, from: number, samples = 4800): number =>
	toneIn({ of: pcm, from, length: samples }, hertz) / 32_768;

/** Decibels of an amplitude. */
export const db = (amplitude: number): number => 20 * Math.log10(amplitude);
