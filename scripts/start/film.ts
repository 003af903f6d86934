import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { WorkerServer } from '../house/worker-server.ts';
import type { Job } from './watch.ts';

const run = promisify(execFile);

/** A film may differ from its timeline by the rounding of each clip to whole frames, and by the last audio packet. */
const TOLERANCE_S = 0.1;

/** A whole decode of a minute's film takes seconds; this is for long ones on slow machines. */
const DECODE_DEADLINE_MS = 600_000;

export interface Film {
	path: string;
	seconds: number;
	width: number;
	height: number;
	bytes: number;
	shots: number;
}

interface StitchOutcome {
	asset: { id: string; name: string; bytes: number };
	report: { seconds: number };
}

/**
 * Fetches the film of an execution's jobs into a folder and looks at it with eyes of its own, not the worker's:
 * as many clips as the storyboard has shots, as long as they are together, picture and sound, every frame decodes,
 * and what was put on Drive is this very file. Throws with what is wrong.
 */
export async function takeFilm(worker: WorkerServer, jobs: Job[], folder: string): Promise<Film> {
	const made = (kind: string) => jobs.filter((job) => job.kind === kind && job.status === 'succeeded');
	const stitch = made('stitch').at(-1);
	if (!stitch) throw new Error('no film was stitched');
	const { asset } = stitch.result as unknown as StitchOutcome;
	const path = unusedPath(folder, asset.name.replace(/[/\\]/g, '-'));
	const md5 = await download(worker, asset.id, path);
	const { clips } = (stitch.input as { timeline: { clips: TimelineClip[] } }).timeline;
	const shots = made('storyboard').flatMap((job) => (job.result as { shots?: unknown[] }).shots ?? []).length;
	if (shots && clips.length !== shots)
		throw new Error(`the storyboard has ${shots} shots and the film ${clips.length} clips`);
	const seen = await look(path);
	const wanted = await lengthOf(worker, clips);
	if (!(Math.abs(seen.seconds - wanted) <= TOLERANCE_S))
		throw new Error(`the film is ${seen.seconds} s long and its clips ${wanted} s`);
	const sent = made('export').map((job) => (job.result as { file: { md5: string } }).file.md5);
	if (sent.length && !sent.includes(md5)) throw new Error('the file on Drive is not the film');
	return { path, ...seen, bytes: asset.bytes, shots: clips.length };
}

/** Two films may have one title; none overwrites another. */
function unusedPath(folder: string, name: string): string {
	const { name: stem, ext } = parse(name);
	for (let number = 1; ; number += 1) {
		const path = join(folder, number === 1 ? name : `${stem} ${number}${ext}`);
		if (!existsSync(path)) return path;
	}
}

interface TimelineClip {
	asset: string;
	cutFrom?: number;
	cutTo?: number;
	transition: string;
	transitionSeconds: number;
}

async function lengthOf(worker: WorkerServer, clips: TimelineClip[]): Promise<number> {
	let sum = 0;
	for (const [index, clip] of clips.entries()) {
		const { media } = await worker.api<{ media: { seconds: number } | null }>('GET', `/v1/assets/${clip.asset}`);
		const overlap = index > 0 && clip.transition !== 'cut' ? clip.transitionSeconds : 0;
		sum += (clip.cutTo ?? media?.seconds ?? Number.NaN) - (clip.cutFrom ?? 0) - overlap;
	}
	return sum;
}

async function download(worker: WorkerServer, asset: string, path: string): Promise<string> {
	const response = await worker.call('GET', `/v1/assets/${asset}/content`);
	if (!response.ok || !response.body) throw new Error(`the worker does not hand out the film: ${response.status}`);
	const hash = createHash('md5');
	const source = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
	source.on('data', (bytes: Buffer) => hash.update(bytes));
	await pipeline(source, createWriteStream(path, { mode: 0o600 }));
	return hash.digest('hex');
}

async function look(path: string): Promise<{ seconds: number; width: number; height: number }> {
	const probe = await run('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', `file:${path}`]);
	const { streams, format } = JSON.parse(probe.stdout) as { streams: Stream[]; format: { duration?: string } };
	const video = streams.find((stream) => stream.codec_type === 'video');
	if (!video?.width || !video.height) throw new Error('the film has no picture');
	if (!streams.some((stream) => stream.codec_type === 'audio')) throw new Error('the film has no sound');
	const seconds = Number(video.duration ?? format.duration);
	if (!(seconds > 0)) throw new Error('the film has no length');
	const decode = await run('ffmpeg', ['-v', 'error', '-nostdin', '-i', `file:${path}`, '-f', 'null', '-'], {
		timeout: DECODE_DEADLINE_MS,
	});
	if (decode.stderr.trim())
		throw new Error(`the film does not decode cleanly: ${decode.stderr.trim().slice(0, 500)}`);
	return { seconds, width: video.width, height: video.height };
}

interface Stream {
	codec_type: string;
	width?: number;
	height?: number;
	duration?: string;
}
