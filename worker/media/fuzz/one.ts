import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asFault } from '../../base/errors.ts';
import type { Media } from '../index.ts';
import type { Probe } from '../probe.ts';
import { asClip, numberingOf, type testClips } from '../testing/clips.ts';
import { requestOf, stitchTest } from '../testing/engine.ts';
import { judgeFilm } from '../testing/judge.ts';
import { layOnPaper } from '../testing/paper.ts';
import { seeded } from '../testing/seeded.ts';
import { extraFiles } from './extras.ts';
import { leftovers } from './leftovers.ts';
import { HOPELESS, randomFilm, type RandomFilm } from './random.ts';
import { isBeyondLatin } from './texts.ts';

export type FuzzResult = {
	seed: number;
	outcome: 'film' | 'refused';
	/** Why it was refused, in the engine's words. */
	why?: string;
	/** What is wrong with it; empty when all is well. */
	wrong: string[];
	/** The film in words, enough to repeat it. */
	what: string;
};

type Clips = ReturnType<typeof testClips>;
/** A film of a few seconds is made or refused in this time on a loaded machine, or it hangs. */
const DEADLINE_MS = 120_000;
const GRACE_MS = 5000;

/** Makes and judges the film of a seed: right, or refused as it had to be, and nothing left behind either way. */
export async function fuzzOne(media: Media, clips: Clips, seed: number): Promise<FuzzResult> {
	const film = randomFilm(seeded(seed));
	const name = `film-${seed}.mp4`;
	const out = join(clips.folder, name);
	const { pieces, sound, logo, prepared, patience, ...rest } = film;
	const files = extraFiles(clips.folder);
	const asked = pieces.map(({ name: clip, narration, ...piece }) => ({
		...piece,
		path: clips.path(clip),
		...(narration && { narration: files.narration(narration) }),
	}));
	const music = sound.music && { ...sound.music, path: files.music() };
	const whole = { ...rest, name, sound: { ...sound, music }, ...(logo && { logo: { ...logo, path: files.logo() } }) };
	const request = requestOf(asked, whole);
	if (prepared !== undefined) await prepare(media, request, prepared);
	const signal = AbortSignal.timeout(patience ?? DEADLINE_MS);
	const stitching = stitchTest(media, clips.folder, asked, { ...whole, signal });
	let why: string | undefined;
	const wrong = await endingIn(DEADLINE_MS + GRACE_MS, stitching).then(
		(made) => judgeMade(media, clips, film, made),
		(error: unknown) => {
			const impatient = patience !== undefined && error === signal.reason;
			why = impatient ? 'whoever waited gave up' : asFault(error).message;
			return impatient ? [] : judgeRefusal(media, clips, film, error, request);
		},
	);
	const outcome = existsSync(out) ? 'film' : 'refused';
	rmSync(out, { force: true });
	const left = await leftovers(clips.folder, name);
	return { seed, outcome, why, wrong: [...wrong, ...left], what: JSON.stringify(film) };
}

/** Makes what can be made of the film while only its first clips are there; what is wrong with it shows later. */
async function prepare(media: Media, request: ReturnType<typeof requestOf>, there: number): Promise<void> {
	const clips = request.clips.map((clip, index) => (index < there ? clip : null));
	const options = { signal: AbortSignal.timeout(DEADLINE_MS), progress: () => undefined };
	await media.prepare({ ...request, clips }, options).catch(() => undefined);
}

/** The promise's own end, or a complaint when it has none in time. */
async function endingIn<T>(ms: number, promise: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const hanging = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error('it hangs')), ms);
	});
	return Promise.race([promise, hanging]).finally(() => clearTimeout(timer));
}

type Made = Awaited<ReturnType<typeof stitchTest>>;

async function judgeMade(media: Media, clips: Clips, { pieces }: RandomFilm, made: Made): Promise<string[]> {
	if (pieces.some(({ name }) => HOPELESS.includes(name))) return ['a clip that is none became part of a film'];
	const paths = pieces.map(({ name }) => clips.path(name));
	const probes = await probeAll(media, paths);
	const numbered = pieces.map(({ name }) => numberingOf(name));
	return judgeFilm({ ...made, paths, probes, numbered });
}

const probed = new Map<string, Promise<Probe>>();
const probeAll = (media: Media, paths: string[]) =>
	Promise.all(
		paths.map((path) => {
			const known = probed.get(path) ?? media.probe(path, { name: path, signal: AbortSignal.timeout(30_000) });
			probed.set(path, known);
			return known;
		}),
	);

/** A `media` fault needs a clip that is none, and `invalid_input` cuts or transitions that do not fit; both name a clip. */
async function judgeRefusal(
	media: Media,
	clips: Clips,
	{ pieces, cards }: RandomFilm,
	error: unknown,
	{ timeline }: ReturnType<typeof requestOf>,
): Promise<string[]> {
	const { code, message } = asFault(error);
	const complaint = [
		`${code}: ${message}${code === 'internal' ? ((asFault(error).cause as Error)?.stack ?? '') : ''}`,
	];
	const named = pieces.some(({ name }) => message.includes(asClip(clips.path(name)).name));
	if (pieces.some(({ name }) => HOPELESS.includes(name))) return code === 'media' && named ? [] : complaint;
	if (code !== 'invalid_input') return complaint;
	const texts = [
		...pieces.map(({ text = '' }) => text),
		...[cards?.first, cards?.last].map((card) => card?.title ?? ''),
	];
	if (texts.some(isBeyondLatin) && !named) return [];
	const probes = await probeAll(
		media,
		pieces.map(({ name }) => clips.path(name)),
	);
	const fps = timeline.target.fps;
	const rates = fps ? [fps] : probes.map(({ video }) => `${video!.rate.n}/${video!.rate.d}`);
	const tooShort = rates.some((rate) =>
		layOnPaper(timeline, probes, rate).clips.some(
			({ from, to, fadeIn, fadeOut }) => to - from < Math.max(1, fadeIn + fadeOut),
		),
	);
	return named && tooShort ? [] : complaint;
}
