/**
 * Measures the film engine against one ffmpeg filter graph over the same clips: `node worker/media/bench.ts [clips]
 * [footage folder]`. Prints wall seconds, processor seconds of all processes and the largest one's memory. Without
 * the sandbox, because the system loses count of processor time in namespaces; bubblewrap adds some 10 ms a run.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sha256 } from '../base/hash.ts';
import { makeLog } from '../base/log.ts';
import { Timeline } from '../contract/timeline.ts';
import { openMedia } from './index.ts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { stitch: { type: 'string' }, cache: { type: 'string' }, crossfade: { type: 'boolean', default: false } },
});
if (values.stitch) await stitchAll(values.stitch);
else compare(Number(positionals[0] ?? 30), positionals[1] ?? '../shared/footage');

/** One stitch in a process of its own, so that its processor time can be told apart. */
async function stitchAll(folder: string): Promise<void> {
	const paths = readdirSync(folder)
		.filter((name) => /^clip.*mp4$/.test(name))
		.sort();
	const clips = paths.map((name) => ({
		id: sha256(readFileSync(join(folder, name))),
		path: join(folder, name),
		name,
	}));
	const transition = values.crossfade ? 'crossfade' : 'cut';
	const timeline = Timeline.parse({ clips: clips.map(({ id }) => ({ asset: id, transition })) });
	const options = {
		ffmpeg: 'ffmpeg',
		ffprobe: 'ffprobe',
		sandbox: 'off',
		cache: values.cache!,
		log: makeLog('silent'),
	} as const;
	const media = await openMedia(options);
	const request = { clips, timeline, title: 'Bench', out: join(folder, 'film.mp4') };
	await media.stitch(request, { signal: AbortSignal.timeout(3_600_000), progress: () => undefined });
}

function compare(count: number, footage: string): void {
	const folder = mkdtempSync(join(tmpdir(), 'reelsmith-bench-'));
	try {
		const sources = realClips(footage) ?? madeClips(folder);
		const clips = Array.from({ length: count }, (_, index) =>
			distinct(sources[index % sources.length]!, folder, index),
		);
		const own = (...options: string[]) => [
			process.execPath,
			import.meta.filename,
			'--stitch',
			folder,
			'--cache',
			join(folder, 'cache'),
			...options,
		];
		const fade = values.crossfade ? ['--crossfade'] : [];
		measure('stitch, nothing cached', own(...fade));
		measure('stitch, all cached', own(...fade));
		copyFileSync(sources.at(-1)!, clips[count >> 1]!);
		measure('stitch, one clip changed', own(...fade));
		measure('one filter graph', graph(clips, join(folder, 'graph.mp4')));
		measure('copying the bytes', ['sh', '-c', `cat ${folder}/clip*.mp4 > ${folder}/cat`]);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function realClips(folder: string): string[] | null {
	if (!existsSync(folder)) return null;
	const names = readdirSync(folder).filter((name) => name.endsWith('.mp4'));
	return names.length ? names.map((name) => resolve(folder, name)) : null;
}

/** An imitation of a Veo clip for machines without real ones: 8 s of 720p with sound. */
function madeClips(folder: string): string[] {
	const path = join(folder, 'source.mp4');
	const inputs = [
		'-f',
		'lavfi',
		'-i',
		'testsrc2=s=1280x720:r=24:d=8',
		'-f',
		'lavfi',
		'-i',
		'anoisesrc=r=48000:a=0.2:d=8',
	];
	const encode = ['-c:v', 'libx264', '-profile:v', 'high', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-ac', '2'];
	execFileSync('ffmpeg', [
		'-v',
		'error',
		...inputs,
		...encode,
		'-x264-params',
		'scenecut=0:open-gop=1:keyint=250',
		path,
	]);
	return [path];
}

/** The same pictures under another content address: an empty `free` box of a length of its own at the end. */
function distinct(source: string, folder: string, index: number): string {
	const path = join(folder, `clip${String(index).padStart(4, '0')}.mp4`);
	copyFileSync(source, path);
	const box = Buffer.alloc(8 + index);
	box.writeUInt32BE(8 + index);
	box.write('free', 4, 'latin1');
	appendFileSync(path, box);
	return path;
}

/** What is done elsewhere: every clip into one graph, everything encoded. */
function graph(clips: string[], out: string): string[] {
	const pads = clips.map((_, index) => `[${index}:v]setsar=1[v${index}];`).join('');
	const joined = clips.map((_, index) => `[v${index}][${index}:a]`).join('');
	const encode = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-c:a', 'aac', '-b:a', '192k'];
	const inputs = clips.flatMap((path) => ['-i', path]);
	const filters = [
		'-filter_complex',
		`${pads}${joined}concat=n=${clips.length}:v=1:a=1[v][a]`,
		'-map',
		'[v]',
		'-map',
		'[a]',
	];
	return ['ffmpeg', '-nostdin', '-y', '-v', 'error', ...inputs, ...filters, ...encode, out];
}

function measure(what: string, command: string[]): void {
	const text = execFileSync(
		'sh',
		['-c', '/usr/bin/env time -f "%e %U %S %M" "$@" 2>&1 >/dev/null', 'sh', ...command],
		{ encoding: 'utf8' },
	);
	const [wall, user, system, memory] = text.trim().split('\n').at(-1)!.split(' ').map(Number);
	const cells = [
		`${wall!.toFixed(2)} s`,
		`${(user! + system!).toFixed(2)} cpu s`,
		`${Math.round(memory! / 1024)} MB`,
	];
	console.log(`${what.padEnd(26)} ${cells.map((cell) => cell.padStart(12)).join('')}`);
}
