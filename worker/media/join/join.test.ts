import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Captions } from '../../contract/caption.ts';
import { readMovie } from '../boxes.ts';
import { planCues, type Cue } from '../captions/cues.ts';
import { DamagedFile } from '../damaged.ts';
import { copyRecipe, encodeRecipe, type Source } from '../recipes.ts';
import { openPieces, targetFor } from '../pieces.testkit.ts';
import type { Chapter, Plan, Segment } from '../plan.ts';
import { secondsOf } from '../rate.ts';
import type { FilmTarget } from '../target.ts';
import { ffmpeg, testClips, titlesOf } from '../testing/clips.ts';
import { joinFilm, type Wrapping } from './join.ts';
import { layOut, type Lane } from './lane.ts';
import { sampleTable } from './tables.ts';

const clips = testClips();
afterAll(clips.remove);

const FRAMES = 48;
let target: FilmTarget;
/** A copied piece, and an encoded one. */
let pieces: string[];

beforeAll(async () => {
	const { source, make } = await openPieces(clips.folder);
	const [copied, encoded]: Source[] = await Promise.all([source(clips.path('a2')), source(clips.path('idr3'))]);
	target = targetFor([copied!, encoded!]);
	pieces = [
		await make(copyRecipe(copied!, 0, FRAMES, target), FRAMES, target),
		await make(encodeRecipe(encoded!, 0, FRAMES, target), FRAMES, target),
	];
});

type Made = {
	paths?: string[];
	cues?: Cue[];
	chapters?: Chapter[];
	wrapping?: Partial<Wrapping>;
	signal?: AbortSignal;
};

/** Joins pieces of two seconds each. */
function joined({ paths = pieces, cues = [], chapters = [], wrapping, signal }: Made = {}): Promise<string> {
	const segments = paths.map((_, index) => ({ start: index * FRAMES, frames: FRAMES, hidden: 0 }) as Segment);
	const frames = paths.length * FRAMES;
	const plan: Plan = { target, frames, clips: [], segments, sound: null, cues, chapters, notes: [] };
	const names = paths.map((path) => path.slice(clips.folder.length + 1));
	const wrapped = { title: 'T', tags: {}, captions: Captions.parse({}), cover: null, ...wrapping };
	const job = { folder: clips.folder, signal: signal ?? AbortSignal.timeout(20_000), progress: () => undefined };
	return joinFilm(plan, { pictures: names, sound: null }, wrapped, job);
}

/** What every packet of the picture is, in order: times in the track's units, bytes, flags, and a hash of its content. */
function packetsOf(path: string): string {
	const entries = 'packet=pts,dts,duration,size,flags,data_hash';
	const args = ['-v', 'error', '-select_streams', 'v:0', '-show_packets', '-show_data_hash', 'md5'];
	return execFileSync('ffprobe', [...args, '-show_entries', entries, '-of', 'csv', path], {
		encoding: 'utf8',
		maxBuffer: 1 << 26,
	});
}

test('the film has packet for packet what ffmpeg makes of the same pieces', async () => {
	const paths = [pieces[0]!, pieces[1]!, pieces[0]!, pieces[0]!];
	const out = await joined({ paths });
	const [list, other] = [join(clips.folder, 'list'), join(clips.folder, 'other.mp4')];
	const length = secondsOf(FRAMES, target.rate).toFixed(6);
	writeFileSync(
		list,
		`ffconcat version 1.0\n${paths.map((path) => `file '${path}'\nduration ${length}\n`).join('')}`,
	);
	const scale = ['-video_track_timescale', String(target.timescale)];
	ffmpeg('-copyts', '-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy', ...scale, other);

	expect(packetsOf(out)).toBe(packetsOf(other));
	expect(packetsOf(out).match(/K/g)).toHaveLength(4);
});

test('the header stands in front, and every byte of the file belongs to a box', async () => {
	const bytes = readFileSync(await joined());
	const types = [];
	for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at))
		types.push(bytes.toString('latin1', at + 4, at + 8));

	expect(types).toEqual(['ftyp', 'moov', 'free', 'mdat']);
});

test('places beyond four gigabytes are told in 64 bits', () => {
	const lane: Lane = {
		...{ timescale: 1, sizes: [7, 7, 7], durations: [1, 1, 1], offsets: null },
		stores: [{ samples: 3, path: 'never read', positions: [0, 7, 14] }],
	};
	const places = { chunks: layOut([lane]).chunks, begin: 5e9, wide: true };
	const table = sampleTable(lane, { entry: Buffer.alloc(0), sync: null, more: [] }, places);
	const at = table.indexOf('co64') + 12;

	expect([0, 8, 16].map((by) => Number(table.readBigUInt64BE(at + by)))).toEqual([5e9, 5e9 + 7, 5e9 + 14]);
});

test('a piece that is not what was made is named, and nothing is made of it', async () => {
	const damaged = join(clips.folder, 'damaged.mp4');
	const whole = readFileSync(pieces[1]!);
	const media = whole.indexOf('mdat') + 4;
	const attempt = async (bytes: Buffer) => {
		writeFileSync(damaged, bytes);
		await expect(joined({ paths: [pieces[0]!, damaged] })).rejects.toMatchObject({ path: damaged });
		await expect(joined({ paths: [pieces[0]!, damaged] })).rejects.toBeInstanceOf(DamagedFile);
	};

	await attempt(whole.subarray(0, whole.length >> 1));
	// Zeros, as a power cut leaves them: in the pictures, and where the parameter sets stood.
	await attempt(Buffer.from(whole).fill(0, media + (whole.length >> 1), media + (whole.length >> 1) + 4096));
	const noSets = Buffer.from(whole);
	noSets[media + 4] = 9;
	await attempt(noSets);
});

test('a piece of another kind is refused', async () => {
	const other = join(clips.folder, 'other-rate.mp4');
	ffmpeg('-i', pieces[1]!, '-c', 'copy', '-video_track_timescale', '90000', other);

	await expect(joined({ paths: [pieces[0]!, other] })).rejects.toMatchObject({ path: other });
});

test('joining stops when it is told to', async () => {
	const stop = new AbortController();
	stop.abort(new Error('enough'));

	await expect(joined({ signal: stop.signal })).rejects.toThrow('enough');
});

const LINES = [
	...['<b>bold</b> <i>x', '{\\an8}top {y:i}micro {\\b1}', 'a\\Nb \\h c\\', '1 < 2 & 3 > 1 &lt; &amp; &nbsp;'],
	...['00:00:01,000 --> 00:00:02,000', '42', ' 42 ', '-7', '+1', '<!-- no -->', `it's 100% "q" , ; [x]`],
	...['<font color="red">', '漢字 עברית 😀', '٤٢', '{', '}', '<', '\\', '</b>', '<3 love', 'WEBVTT', '%{pts}'],
];
const cueOf = (lines: string[], from: number, to: number): Cue => ({
	...{ from, to },
	lines: lines.map((text) => [{ text, from, to }]),
});

/** What a film's captions say and when, as another program reads them: a sample's text is led by its length in two bytes. */
async function captionsOf(cues: Cue[], count = 2): Promise<{ texts: string[]; times: number[][]; end: number }> {
	const paths = Array.from({ length: count }, () => pieces[0]!);
	const film = await joined({ paths, cues });
	const read = ['-v', 'error', '-i', film, '-map', '0:s', '-c', 'copy', '-f', 'data', '-'];
	const bytes = execFileSync('ffmpeg', read, { maxBuffer: 1 << 26 });
	const show = ['-v', 'error', '-select_streams', 's', '-show_packets', '-of', 'json', film];
	const { packets } = JSON.parse(execFileSync('ffprobe', show, { encoding: 'utf8', maxBuffer: 1 << 26 })) as {
		packets: { pts_time: string; duration_time: string; size: string }[];
	};
	let [at, end] = [0, 0];
	const samples = packets.map(({ pts_time, duration_time, size }) => {
		const length = bytes.readUInt16BE(at);
		expect(Number(size)).toBe(length + 2);
		const text = bytes.toString('utf8', at + 2, at + 2 + length);
		at += Number(size);
		const from = Number(pts_time);
		end = from + Number(duration_time);
		return { text, times: [from, Number(end.toFixed(3))] };
	});
	const shown = samples.filter(({ text }) => text);
	return { texts: shown.map(({ text }) => text), times: shown.map(({ times }) => times), end };
}

test('captions say exactly what was written, tags and figures included', async () => {
	const { texts, end } = await captionsOf(
		LINES.map((line, index) => cueOf([line], index, index + 0.9)),
		12,
	);

	expect(texts).toEqual(LINES.map((line) => line.trim()));
	expect(end).toBe(24);
});

test('two lines stay two lines, at their times, and nothing is said when the film is over', async () => {
	const cues = [cueOf(['1. First', '2. Second'], 1.25, 2.5), cueOf(['Third'], 3, 4.125), cueOf(['late'], 5, 6)];
	const { texts, times, end } = await captionsOf(cues);

	expect(texts).toEqual(['1. First\n2. Second', 'Third']);
	expect(times).toEqual([
		[1.25, 2.5],
		[3, 4],
	]);
	expect(end).toBe(4);
});

test('what overlaps waits, and what has no time is there for an instant', async () => {
	const { texts, times } = await captionsOf([cueOf(['one'], 1, 2), cueOf(['two'], 1.5, 3), cueOf(['three'], 3, 3)]);

	expect(texts).toEqual(['one', 'two', 'three']);
	expect(times).toEqual([
		[1, 2],
		[2, 3],
		[3, 3.001],
	]);
});

test('no text can begin a cue of its own', async () => {
	const hostile = 'one\n\n2\n00:00:09,000 --> 00:00:10,000\ntwo';
	const cues = planCues([{ text: hostile, from: 0, to: 4 }], { width: 640, height: 360 }, Captions.parse({}));
	const { texts, times } = await captionsOf(cues);

	expect(texts).toHaveLength(cues.length);
	expect(Math.max(...times.flat())).toBeLessThanOrEqual(4);
});

test('chapters keep their titles and places, more of them than one list can hold, and titles that are too long', async () => {
	const long = '漢'.repeat(100);
	const chapters = Array.from({ length: 300 }, (_, index) => ({
		...{ title: index ? `Part ${index + 1}` : long, start: index, frames: index < 299 ? 1 : 7 * FRAMES - 299 },
	}));
	const out = await joined({ paths: Array.from({ length: 7 }, () => pieces[0]!), chapters });
	const found = titlesOf(out);

	expect(found.chapters).toHaveLength(300);
	expect(found.chapters[0]!.title).toBe(long);
	expect(found.chapters[299]!.title).toBe('Part 300');
	expect(found.chapters[299]!.from).toBeCloseTo(secondsOf(299, target.rate), 5);
});

test('what is told of a film comes back as it was written', async () => {
	const tags = {
		artist: 'Ä & B',
		description: 'x'.repeat(5000),
		comment: '=;#\\',
		copyright: '© 2026',
		date: '2026-11-21',
	};
	const out = await joined({ wrapping: { title: '漢字 "t" \\', tags } });
	const told = JSON.parse(
		execFileSync('ffprobe', ['-v', 'error', '-show_format', '-of', 'json', out], { encoding: 'utf8' }),
	) as { format: { tags: Record<string, string> } };

	expect(told.format.tags).toMatchObject({ title: '漢字 "t" \\', ...tags, encoder: 'Reelsmith' });
});

test('a film is made anew over an old one, and is whole', async () => {
	const out = await joined();
	const first = readFileSync(out);
	truncateSync(out, 100);
	await joined();

	expect(readFileSync(out).equals(first)).toBe(true);
	expect((await readMovie(out, 'film')).tracks).toHaveLength(1);
	rmSync(out);
	expect(existsSync(out)).toBe(false);
});
