import { existsSync } from 'node:fs';
import { Timeline, type StitchReport } from '../../contract/timeline.ts';
import type { Media } from '../index.ts';
import type { Probe } from '../probe.ts';
import { rateText, secondsOf } from '../rate.ts';
import { requestOf } from '../testing/engine.ts';
import { judgeFilm } from '../testing/judge.ts';
import { layOnPaper } from '../testing/paper.ts';
import type { Case, Entry } from './cases.ts';
import type { Measured } from './measure.ts';
import type { Delivered } from './ours.ts';

type Once = Measured & { delivered: Delivered | null };
const PROBE_MS = 60_000;
const MOST_WORDS = 100;

/** Judges a film of the bench, the engine's and its rivals' alike; `right`, `no film`, or the first thing wrong with it. */
export async function rightness(entry: Entry, each: Case, once: Once, out: string, media: Media): Promise<string> {
	if (once.exitCode !== 0) return `failed: ${once.stderr.trim().split('\n').at(-1)?.slice(0, 100) ?? once.exitCode}`;
	if (entry.name === 'cat') return 'no film';
	if (!existsSync(out)) return 'no film';
	const { timeline, clips } = requestOf(
		'rival' in entry ? each.pieces : entry.pieces,
		'rival' in entry ? {} : entry.film,
	);
	const probes = await Promise.all(clips.map(({ path }) => probeOnce(media, path)));
	const paths = clips.map(({ path }) => path);
	const report = once.delivered?.report ?? wouldBe(timeline, probes);
	const wrong = await judgeFilm({ out, report, timeline, paths, probes }).catch((error: Error) => [error.message]);
	const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : '';
	return wrong.length ? `wrong: ${wrong[0]!.replace(/\s+/g, ' ').slice(0, MOST_WORDS)}${more}` : 'right';
}

const probes = new Map<string, Promise<Probe>>();
function probeOnce(media: Media, path: string): Promise<Probe> {
	const known = probes.get(path) ?? media.probe(path, { name: path, signal: AbortSignal.timeout(PROBE_MS) });
	probes.set(path, known);
	return known;
}

/** What a report of a rival's film would say: the rate of the first clip, everything encoded. */
function wouldBe(given: Timeline, found: Probe[]): StitchReport {
	const timeline = Timeline.parse(given);
	const fps = rateText(found[0]!.video!.rate);
	const { frames, rate } = layOnPaper(timeline, found, fps);
	const seconds = secondsOf(frames, rate);
	const { width, height } = found[0]!.video!;
	const segment = { clips: [], how: 'encoded' as const, why: '', seconds, cached: false };
	return {
		...{ width, height, fps, frames, seconds, copiedSeconds: 0, encodedSeconds: seconds, segments: [segment] },
		...{ cacheHits: 0, pieces: 0, cpuSeconds: 0, loudness: null, lost: [], notes: [] },
	};
}
