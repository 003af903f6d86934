/**
 * Random films out of odd clips: `node worker/media/fuzz.ts [count] [--seed n]`. Each either comes out right (length,
 * even steps, decodes without a complaint, copied frames bit-exact) or is refused by a fault that names a clip. Prints
 * the seed that repeats a run.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { asFault } from '../base/errors.ts';
import { Timeline } from '../contract/timeline.ts';
import type { Media } from './index.ts';
import { asClip, CLIP_NAMES, frameHashes, streamsOf, testClips, type ClipName } from './testing/clips.ts';
import { openTestMedia, stitchTest } from './testing/engine.ts';

export type FuzzResult = {
	/** The timeline in words, enough to repeat it. */
	what: string;
	outcome: 'film' | 'refused';
	/** What is wrong with it; empty when all is well. */
	wrong: string[];
};

type Clips = ReturnType<typeof testClips>;
type Random = () => number;
type Piece = {
	name: ClipName;
	cutFrom?: number;
	cutTo?: number;
	transition: 'cut' | 'crossfade';
	transitionSeconds: number;
};

const LONGEST = 5;
/** Clips that no film can be made of. */
const HOPELESS: ClipName[] = ['half', 'gif', 'tone', 'still'];

/** Makes and judges one random film; the same random numbers give the same film. */
export async function fuzzOne(media: Media, clips: Clips, random: Random): Promise<FuzzResult> {
	const pieces = Array.from({ length: 1 + Math.floor(random() * LONGEST) }, () => randomPiece(random));
	const target = randomTarget(random);
	const what = JSON.stringify({ pieces, target });
	const asked = pieces.map(({ name, ...piece }) => ({ ...piece, path: clips.path(name) }));
	try {
		const { report, out } = await stitchTest(media, clips.folder, asked, { target });
		const expected = pieces.some(({ name }) => HOPELESS.includes(name))
			? ['a clip that is none became part of a film']
			: [];
		return { what, outcome: 'film', wrong: [...expected, ...judge(out, report, pieces, clips)] };
	} catch (error) {
		const { code, message } = asFault(error);
		const named = pieces.some(({ name }) => message.includes(asClip(clips.path(name)).name));
		const right = (code === 'media' || code === 'invalid_input') && named;
		return { what, outcome: 'refused', wrong: right && mayRefuse(code, pieces) ? [] : [`${code}: ${message}`] };
	}
}

/** A `media` fault needs a clip that is no clip; `invalid_input` a cut or a crossfade. */
function mayRefuse(code: string, pieces: Piece[]): boolean {
	if (code === 'media') return pieces.some(({ name }) => HOPELESS.includes(name));
	return pieces.some(
		({ cutFrom, cutTo, transition }) => cutFrom !== undefined || cutTo !== undefined || transition === 'crossfade',
	);
}

function randomPiece(random: Random): Piece {
	const usual = CLIP_NAMES.filter((name) => !HOPELESS.includes(name));
	const among = random() < 0.05 ? HOPELESS : usual;
	const tenth = (most: number) => Math.round(random() * most * 1000) / 1000;
	return {
		name: among[Math.floor(random() * among.length)]!,
		...(random() < 0.12 && { cutFrom: tenth(0.6) }),
		...(random() < 0.12 && { cutTo: 0.5 + tenth(2) }),
		transition: random() < 0.35 ? 'crossfade' : 'cut',
		transitionSeconds: 0.01 + tenth(0.4),
	};
}

function randomTarget(random: Random): Timeline['target'] {
	if (random() < 0.5) return {};
	const rates = ['24', '25', '30000/1001', '24000/1001', '60', '12'];
	return { width: 320, height: 180, ...(random() < 0.7 && { fps: rates[Math.floor(random() * rates.length)]! }) };
}

type Report = Awaited<ReturnType<Media['stitch']>>;

/** Everything wrong with a film, in words. */
function judge(out: string, report: Report, pieces: Piece[], clips: Clips): string[] {
	const wrong: string[] = [];
	const decoded = spawnSync('ffmpeg', ['-nostdin', '-v', 'error', '-i', out, '-f', 'null', '-'], {
		encoding: 'utf8',
	});
	if (decoded.status !== 0 || decoded.stderr)
		wrong.push(`it does not decode cleanly: ${decoded.stderr.slice(0, 300)}`);
	const film = frameHashes(out);
	if (film.length !== report.frames) wrong.push(`${film.length} frames instead of ${report.frames}`);
	for (const stream of streamsOf(out)) {
		if (Math.abs(Number(stream.start_time)) > 0) wrong.push(`${stream.codec_type} starts at ${stream.start_time}`);
		if (Math.abs(Number(stream.duration) - report.seconds) > 0.0001)
			wrong.push(`${stream.codec_type} lasts ${stream.duration} instead of ${report.seconds}`);
	}
	const [n, d] = report.fps.split('/').map(Number);
	let at = 0;
	for (const {
		seconds,
		how,
		clips: [clip],
	} of report.segments) {
		const frames = Math.round((seconds * n!) / d!);
		const source = how === 'copied' ? frameHashes(clips.path(pieces[clip!]!.name)).join() : '';
		if (how === 'copied' && !source.includes(film.slice(at, at + frames).join()))
			wrong.push(`the copied frames from ${at} on differ`);
		at += frames;
	}
	return at === report.frames ? wrong : [...wrong, 'the segments do not add up to the film'];
}

/** Numbers in [0, 1) that a seed repeats (mulberry32, public domain). */
export function seeded(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string' } } });
	const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
	const clips = testClips();
	try {
		const media = await openTestMedia(clips.folder);
		console.log(`seed ${seed}`);
		let bad = 0;
		for (let round = 0; round < Number(positionals[0] ?? 100); round++) {
			const { what, outcome, wrong } = await fuzzOne(media, clips, seeded(seed + round));
			if (wrong.length) bad++;
			console.log(`${seed + round} ${outcome}${wrong.length ? ` WRONG ${what}\n  ${wrong.join('\n  ')}` : ''}`);
		}
		console.log(bad ? `${bad} went wrong` : 'all as they should be');
		process.exitCode = bad ? 1 : 0;
	} finally {
		clips.remove();
	}
}

if (import.meta.main) await main();
