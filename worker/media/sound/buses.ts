import { stat } from 'node:fs/promises';
import { SAMPLE_RATE } from '../rate.ts';
import { fileIn } from '../render.ts';
import { duckedGain, speechOf, standingOut, steppedBack, type Heard } from './duck.ts';
import { openMeter } from './meter.ts';
import { GRID, gridPoints, mix, type Bus, type Layer } from './mix.ts';
import { fadeMusic, musicLayers } from './music.ts';
import { SAMPLE_BYTES } from './pieces.ts';
import type { SoundPiece, SoundPlan } from './programme.ts';

/** A narration that the film's end cuts off fades out over this. */
const LAST_FADE = SAMPLE_RATE / 2;

/** Clips, narrations and music of a plan whose PCM lies in `folder`, each with its gain; and what is worth telling. */
export async function busesOf(
	plan: SoundPlan,
	folder: string,
	signal: AbortSignal,
): Promise<{ buses: Bus[]; notes: string[] }> {
	const { samples, levels } = plan;
	const clips = clipLayers(plan.pieces, ({ pcm }) => pcm && fileIn(folder, pcm));
	const spoken = await narrationLayers(plan, folder);
	const marks = await speechOf(spoken, samples, signal);
	const back = spoken.length ? steppedBack(marks) : marks;
	const duckDb = spoken.length ? levels.clipsDuckDb : 0;
	const own: Bus = {
		layers: clips,
		gain: levels.clipsDb || duckDb ? duckedGain(back, levels.clipsDb, duckDb) : null,
	};
	const { narrationDb } = levels;
	const voice: Bus = { layers: spoken, gain: narrationDb ? duckedGain(marks, narrationDb, 0) : null };
	const music = plan.music && (await musicBus(plan, plan.music, { folder, clips, spoken, marks, signal }));
	return { buses: [own, voice, ...(music ? [music.bus] : [])], notes: music?.notes ?? [] };
}

/** The clips' own sound, each piece fading into the next over what they share; `pathOf` is null for a silent one. */
export function clipLayers(pieces: SoundPiece[], pathOf: (piece: SoundPiece) => string | null): Layer[] {
	return pieces.flatMap((piece, index) => {
		const path = pathOf(piece);
		const { start, samples, fadeIn } = piece;
		return path ? [{ path, start, samples, fadeIn, fadeOut: pieces[index + 1]?.fadeIn ?? 0 }] : [];
	});
}

/** Narrations as long as they really are; what the film's end cuts off is faded out. */
async function narrationLayers({ narrations, samples }: SoundPlan, folder: string): Promise<Layer[]> {
	return Promise.all(
		narrations.map(async ({ pcm, start }) => {
			const path = fileIn(folder, pcm);
			const whole = await samplesOf(path);
			const length = Math.min(whole, samples - start);
			return {
				path,
				start,
				samples: length,
				fadeIn: 0,
				fadeOut: length < whole ? Math.min(LAST_FADE, length) : 0,
			};
		}),
	);
}

const samplesOf = async (path: string) => (await stat(path)).size / SAMPLE_BYTES;

type Around = { folder: string; clips: Layer[]; spoken: Heard[]; marks: Float32Array; signal: AbortSignal };

async function musicBus(
	plan: SoundPlan,
	{ pcm, settings }: NonNullable<SoundPlan['music']>,
	{ folder, clips, spoken, marks, signal }: Around,
): Promise<{ bus: Bus; notes: string[] }> {
	const path = fileIn(folder, pcm);
	const length = await samplesOf(path);
	const layers = musicLayers(path, length, plan.samples, settings);
	const end = Math.min(plan.samples, layers.at(-1)!.start + layers.at(-1)!.samples);
	const depth = settings.duck ? settings.duckDb : 0;
	const talk = depth ? await talkOf(plan, clips, spoken, marks, signal) : marks;
	const gain = duckedGain(depth ? steppedBack(talk) : talk, settings.gainDb, depth);
	fadeMusic(gain, end, settings);
	const seconds = (count: number) => `${(count / SAMPLE_RATE).toFixed(2)} s`;
	const notes = [
		...(end < plan.samples ? [`the music ends after ${seconds(end)}, silence follows`] : []),
		...(layers.length > 1 ? [`the music lasts ${seconds(length)} and is heard ${layers.length} times`] : []),
	];
	return { bus: { layers, gain }, notes };
}

/** Where somebody speaks: the narrations, and under clips without one what stands out of their own sound. */
async function talkOf(
	{ samples, pieces }: SoundPlan,
	clips: Layer[],
	spoken: Heard[],
	marks: Float32Array,
	signal: AbortSignal,
): Promise<Float32Array> {
	const free = new Uint8Array(gridPoints(samples)).fill(1);
	const take = (from: number, length: number) =>
		void free.fill(0, Math.floor(from / GRID), (from + length) / GRID + 1);
	for (const { start, samples: length } of spoken) {
		take(start, length);
		const piece = pieces.findLast(({ start: begin }) => begin <= start);
		if (piece) take(piece.start, piece.samples);
	}
	if (!clips.length || !free.includes(1)) return marks;
	const meter = openMeter(samples);
	for await (const { block, at, length } of mix([{ layers: clips, gain: null }], { from: 0, to: samples }, signal))
		meter.push(block, at, length);
	const out = standingOut(meter.energy, samples, (sample) => free[sample / GRID] === 1);
	return marks.map((mark, point) => Math.max(mark, out[point]!));
}
