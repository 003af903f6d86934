import type { LoudnessReport } from '../contract/sound.ts';
import type { StitchReport } from '../contract/timeline.ts';
import type { Plan } from './plan.ts';
import { rateText, secondsOf } from './rate.ts';
import { soundPieces } from './sound/sound.ts';
import { isHdr } from './target.ts';

/** The most lines that tell what was lost; films of a thousand clips need no thousand lines. */
const MOST_LINES = 50;

/** What came of a plan: pieces found in the cache, the sound, and the processor seconds of every ffmpeg run. */
export type Made = {
	found: Set<string>;
	sound: { loudness: LoudnessReport; found: boolean; notes?: string[] } | null;
	cpuSeconds: number;
};

/** What the film is, what was copied and encoded and why, and what the sources had that the film has not. */
export function reportOf(plan: Plan, made: Made): StitchReport {
	const { target, frames, segments, sound } = plan;
	const { found, cpuSeconds } = made;
	const keys = new Set([...segments, ...(sound ? soundPieces(plan) : [])].map(({ key }) => key));
	const seconds = (count: number) => secondsOf(count, target.rate);
	const sum = (wanted: 'copied' | 'encoded') =>
		seconds(segments.reduce((total, { how, frames: length }) => total + (how === wanted ? length : 0), 0));
	return {
		width: target.width,
		height: target.height,
		fps: rateText(target.rate),
		frames,
		seconds: seconds(frames),
		copiedSeconds: sum('copied'),
		encodedSeconds: sum('encoded'),
		segments: segments.map(({ key, clips, how, why, frames: length }) => ({
			clips,
			how,
			why: how === 'encoded' && clips.length === 1 ? why + enlarged(plan, clips[0]!) : why,
			seconds: seconds(length),
			cached: found.has(key),
		})),
		// The sound as a whole is one piece more.
		cacheHits: [...keys].filter((key) => found.has(key)).length + (made.sound?.found ? 1 : 0),
		pieces: keys.size + (made.sound ? 1 : 0),
		cpuSeconds: Math.round(cpuSeconds * 100) / 100,
		loudness: made.sound?.loudness ?? null,
		lost: lostOf(plan),
		notes: [...plan.notes, ...(made.sound?.notes ?? [])],
	};
}

/** Nothing is scaled up silently. */
function enlarged({ clips, target }: Plan, index: number): string {
	const { width, height } = clips[index]!.source.probe.video!;
	const factor = Math.min(target.width / width, target.height / height);
	return factor > 1 ? `; it was enlarged ${factor.toFixed(2)} times` : '';
}

function lostOf({ clips }: Plan): string[] {
	const lost = clips.flatMap(({ name, source: { probe } }) => {
		const of = `of ${name}`;
		const { video, audio } = probe;
		return [
			...(probe.provenance ? [`the provenance record (C2PA) ${of}: it vouches for the original file alone`] : []),
			...(audio && audio.channels > 2
				? [`the surround sound ${of}: ${audio.channels} channels became stereo`]
				: []),
			...(audio && audio.tracks > 1
				? [`the further sound tracks ${of}: the film has the first of ${audio.tracks}`]
				: []),
			...(video && isHdr(video.colour.transfer) ? [`the high dynamic range ${of}`] : []),
			...(video && /1[0-6]le|1[0-6]be/.test(video.pixelFormat)
				? [`the finer colour ${of}: ${video.pixelFormat} became 8 bit`]
				: []),
		];
	});
	const more = lost.length - MOST_LINES;
	return more > 0 ? [...lost.slice(0, MOST_LINES), `and ${more} things more like these`] : lost;
}
