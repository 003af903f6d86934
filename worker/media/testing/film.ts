import { spawnSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { readMovie, type Track } from '../boxes.ts';
import { isIdr, nalReader } from '../nal.ts';
import { streamsOf } from './clips.ts';

/** What a finished film really holds, read by decoding it and by its tables. */
export type Film = {
	/** Hash of each frame's pixels, in the order of showing, without those hidden between two frames. */
	frames: string[];
	/** Place among all decoded frames of each of these. */
	places: number[];
	/** Frames that are shown for no more than an instant each, because others lean on them. */
	hidden: number;
	/** Whatever ffmpeg complained about while decoding picture and sound. */
	complaints: string;
	/** Steps between frames that are not exactly one frame long. */
	uneven: number;
	/** Samples listed as sync samples that are no IDR pictures, or the other way round. */
	wrongSync: number[];
	track: Track;
	streams: ReturnType<typeof streamsOf>;
};

/** Reads a film by decoding all of it. */
export async function readFilm(path: string): Promise<Film> {
	const decoded = decode(path);
	const movie = await readMovie(path, 'film');
	const track = movie.tracks.find(({ kind }) => kind === 'vide')!;
	const first = decoded.times[0] ?? 0;
	const ticks = frameTicks(track);
	const shownFor = (index: number) => (decoded.times[index + 1] ?? Infinity) - decoded.times[index]!;
	const places = [...decoded.times.keys()].filter((index) => shownFor(index) > ticks * AN_INSTANT);
	const shown = places.map((index) => (decoded.times[index]! - first) / ticks);
	return {
		frames: places.map((index) => decoded.hashes[index]!),
		places,
		hidden: decoded.times.length - places.length,
		complaints: decoded.complaints,
		uneven: shown.filter((place, index) => place !== index).length,
		wrongSync: await wrongSync(path, track),
		track,
		streams: streamsOf(path),
	};
}

/** Share of a frame's time below which nobody sees it. */
const AN_INSTANT = 0.1;

/** The step between most of the frames. */
function frameTicks({ durations }: Track): number {
	const counts = new Map<number, number>();
	for (const [count, value] of durations) counts.set(value, (counts.get(value) ?? 0) + count);
	return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most))[0];
}

/** Time and hash of every frame that the decoder gives out, and its words about picture and sound. */
function decode(path: string): { times: number[]; hashes: string[]; complaints: string } {
	const picture = ['-map', '0:v:0', '-fps_mode', 'passthrough', '-enc_time_base', '-1', '-f', 'framemd5', '-'];
	const sound = ['-map', '0:a?', '-f', 'null', '-'];
	const { stdout, stderr } = spawnSync(
		'ffmpeg',
		['-nostdin', '-v', 'repeat+warning', '-copyts', '-i', path, ...picture, ...sound],
		{ encoding: 'utf8', maxBuffer: 1 << 28, timeout: DECODE_MS },
	);
	const rows = stdout
		.split('\n')
		.filter((line) => line && !line.startsWith('#'))
		.map((line) => line.split(',').map((cell) => cell.trim()));
	const complaints = stderr.split('\n').filter((line) => line && !HARMLESS.test(line));
	return {
		times: rows.map(([, , pts]) => Number(pts)),
		hashes: rows.map((cells) => cells.at(-1)!),
		complaints: complaints.join('\n'),
	};
}

/** What ffmpeg complains about while decoding a file; empty for a clean one. */
export const complaintsOf = (path: string): string => decode(path).complaints;

const DECODE_MS = 600_000;
/**
 * Words about ffmpeg's own checking output, and about a cover: it has no times, and of a JPEG in one colour, its own as
 * well, ffmpeg overlooks the marker that ends it.
 */
const HARMLESS = /framemd5|null @|Non-monotonous DTS|deprecated pixel format|timescale not set|EOI missing/;

async function wrongSync(path: string, track: Track): Promise<number[]> {
	const file = await open(path);
	try {
		const units = nalReader(file, track.nalLength);
		const listed = new Set(track.sync ?? track.sizes.keys());
		const wrong = [];
		for (let sample = 0; sample < track.sizes.length; sample++)
			if (isIdr(await units(track.positions[sample]!, track.sizes[sample]!)) !== listed.has(sample))
				wrong.push(sample);
		return wrong;
	} finally {
		await file.close();
	}
}
