import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asFault } from '../../base/errors.ts';
import type { Media } from '../index.ts';
import type { ClipName, testClips } from '../testing/clips.ts';
import { stitchTest } from '../testing/engine.ts';
import { complaintsOf, readFilm } from '../testing/film.ts';
import { pick, seeded, type Random } from '../testing/seeded.ts';
import { leftovers } from './leftovers.ts';
import type { FuzzResult } from './one.ts';

/** Clips whose bytes are changed: every container, and tables of every kind. */
const VICTIMS: readonly ClipName[] = [
	...(['n24', 'n7', 'a2', 'nIdr', 'vp9', 'mkv', 'edited', 'fragmented', 'prores', 'vfr', 'surround'] as const),
	...(['mpeg2', 'late', 'n30', 'hevc', 'nTold', 'nVfr', 'nLive'] as const),
];
const DEADLINE_MS = 90_000;
/** A clip of three seconds that comes out longer says of itself that it is. */
const LONGEST_SECONDS = 3600;
/** Bytes that mean something in lengths and counts. */
const TELLING = [0, 1, 127, 128, 255];
/** Where the damage is: near the tables, near the beginning, anywhere; and how often the end is missing. */
const SHARES = { tables: 0.6, head: 0.2, cut: 0.1, telling: 0.3, fade: 0.3 };
const [TABLES, HEAD] = [3000, 600];

/**
 * Makes a film with a damaged clip in its middle: either it holds every frame that was planned, evenly, or the damaged
 * clip is refused by its name, and nothing is left behind.
 */
export async function damagedOne(media: Media, clips: ReturnType<typeof testClips>, seed: number): Promise<FuzzResult> {
	const random = seeded(seed);
	const victim = pick(random, VICTIMS);
	const name = `film-${seed}.mp4`;
	const path = join(clips.folder, `damaged-${seed}.mp4`);
	writeFileSync(path, damaged(readFileSync(clips.path(victim)), random));
	const fade = random() < SHARES.fade && { transition: 'crossfade' as const, transitionSeconds: 0.1 };
	const pieces = [{ path: clips.path('n7') }, { path, ...fade }, { path: clips.path('n3') }];
	const film = { name, target: { width: 320, height: 180 }, sound: { loudness: null } };
	const signal = AbortSignal.timeout(DEADLINE_MS);
	let why: string | undefined;
	const wrong = await stitchTest(media, clips.folder, pieces, { ...film, signal }).then(
		({ out, report }) => judge(out, report, path),
		(error: unknown) => {
			const { code, message } = asFault(error);
			why = message;
			const refused = (code === 'media' || code === 'invalid_input') && message.includes(`damaged-${seed}.mp4`);
			return refused ? [] : [`${code}: ${message}`];
		},
	);
	const outcome = existsSync(join(clips.folder, name)) ? 'film' : 'refused';
	for (const each of [join(clips.folder, name), path]) rmSync(each, { force: true });
	const left = await leftovers(clips.folder, name);
	return { seed, outcome, why, wrong: [...wrong, ...left], what: `damaged ${victim}` };
}

function damaged(whole: Buffer, random: Random): Buffer {
	const bytes = Buffer.from(whole);
	const where = random();
	const tables = Math.max(0, bytes.indexOf('moov', 0, 'latin1'));
	const [from, length] =
		where < SHARES.tables ? [tables, TABLES] : [0, where < SHARES.tables + SHARES.head ? HEAD : bytes.length];
	for (let left = 1 + Math.floor(random() * 4); left > 0; left--) {
		const at = from + Math.floor(random() * Math.min(length, bytes.length - from));
		bytes[at] = random() < SHARES.telling ? pick(random, TELLING) : Math.floor(random() * 256);
	}
	return random() < SHARES.cut ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
}

/** What is broken inside a picture is copied as it is: then the film cannot show more than its clip does. */
async function judge(
	out: string,
	{ frames: planned, seconds }: { frames: number; seconds: number },
	path: string,
): Promise<string[]> {
	const { frames, uneven, wrongSync, complaints } = await readFilm(out);
	if (seconds > LONGEST_SECONDS) return [`it lasts ${seconds} s`];
	if (complaintsOf(path)) return [];
	return [
		...(complaints ? [`it does not decode cleanly: ${complaints.slice(0, 300)}`] : []),
		...(frames.length === planned ? [] : [`it has ${frames.length} frames instead of ${planned}`]),
		...(uneven ? [`${uneven} frames are not one step behind the one before`] : []),
		...(wrongSync.length ? [`samples ${wrongSync.slice(0, 5).join()} are listed wrongly as IDR or not`] : []),
	];
}
