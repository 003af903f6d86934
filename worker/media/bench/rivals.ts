import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A way of making a film without the engine: a command that writes `out`. */
export type Rival = { name: string; command: (paths: string[], folder: string, out: string) => string[] };

const FFMPEG = ['ffmpeg', '-nostdin', '-y', '-v', 'error'];
/** What everybody encodes with, and the same as the engine's own. */
const ENCODE = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', '-pix_fmt', 'yuv420p'];
const AAC = ['-c:a', 'aac', '-b:a', '192k'];
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const shell = (script: string) => ['sh', '-ec', script];

/** The floor: reading and writing the bytes, which makes no film. */
export const cat: Rival = {
	name: 'cat',
	command: (paths, _, out) => shell(`cat ${paths.map(quoted).join(' ')} > ${quoted(out)}`),
};

/** ffmpeg's concat demuxer with copied packets: what most tools do. */
export const concat: Rival = {
	name: 'concat -c copy',
	command(paths, folder, out) {
		const list = join(folder, 'list.txt');
		writeFileSync(list, paths.map((path) => `file ${quoted(path)}\n`).join(''));
		return [...FFMPEG, '-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy', out];
	},
};

type Shape = { width: number; height: number; fps: number; mute?: number[]; captions?: string };

/** One filter graph over all clips, everything encoded once; clips are made to fit where a shape is given. */
export const graph = (shape?: Shape): Rival => ({
	name: 'one filter graph',
	command(paths, _, out) {
		const mute = (index: number) => shape?.mute?.includes(index);
		const silence = paths.length;
		const pictures = paths.map((_path, index) => `[${index}:v]${shape ? fitted(shape) : 'setsar=1'}[v${index}]`);
		const sounds = paths.map((_path, index) =>
			mute(index)
				? `[${silence}:a]atrim=duration=${MUTE_SECONDS},asetpts=PTS-STARTPTS[a${index}]`
				: `[${index}:a]aresample=48000,aformat=channel_layouts=stereo[a${index}]`,
		);
		const all = paths.map((_path, index) => `[v${index}][a${index}]`).join('');
		const burn = shape?.captions ? `;[c]subtitles=filename=${shape.captions}[v]` : '';
		const joined = `${all}concat=n=${paths.length}:v=1:a=1[${burn ? 'c' : 'v'}][a]${burn}`;
		const extra = shape?.mute?.length ? ['-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo'] : [];
		return [
			...FFMPEG,
			...paths.flatMap((path) => ['-i', path]),
			...extra,
			...['-filter_complex', [...pictures, ...sounds, joined].join(';'), '-map', '[v]', '-map', '[a]'],
			...[...ENCODE, ...AAC, out],
		];
	},
});
/** Length of the bench's mute clip. */
const MUTE_SECONDS = 5;

const fitted = ({ width, height, fps }: Shape) =>
	`fps=${fps},scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1,setsar=1,format=yuv420p`;

/**
 * Crossfades over all clips: one graph of xfade for the picture, and one of acrossfade for the sound. Each clip is opened
 * once for either: with both in one graph ffmpeg holds the pictures of all clips back while it waits for their sound,
 * and 30 clips of 1080p took more than 23 GB.
 */
export const crossfades = (fps: number, clipSeconds: number, fadeSeconds: number): Rival => ({
	name: 'one xfade graph',
	command(paths, _, out) {
		const count = paths.length;
		const ready = {
			v: paths.map((_path, index) => `[${index}:v]settb=1/${fps},setpts=N,format=yuv420p[v${index}]`),
			a: paths.map(
				(_path, index) =>
					`[${count + index}:a]apad=whole_dur=${clipSeconds},atrim=duration=${clipSeconds}[a${index}]`,
			),
		};
		const faded = (kind: 'v' | 'a', step: (index: number) => string) =>
			paths.slice(1).map((_path, index) => {
				const before = index ? `${kind}x${index}` : `${kind}0`;
				return `[${before}][${kind}${index + 1}]${step(index)}[${kind}x${index + 1}]`;
			});
		const pictures = faded('v', (index) => {
			const offset = (index + 1) * (clipSeconds - fadeSeconds);
			return `xfade=transition=fade:duration=${fadeSeconds}:offset=${offset}`;
		});
		const sounds = faded('a', () => `acrossfade=d=${fadeSeconds}:c1=tri:c2=tri`);
		const graph = (filters: string[]) => ['-filter_complex', filters.join(';')];
		return [
			...FFMPEG,
			...paths.flatMap((path) => ['-an', '-i', path]),
			...paths.flatMap((path) => ['-vn', '-i', path]),
			...graph([...ready.v, ...pictures, `[vx${count - 1}]format=yuv420p[v]`]),
			...graph([...ready.a, ...sounds]),
			...['-map', '[v]', '-map', `[ax${count - 1}]`, ...ENCODE, ...AAC, out],
		];
	},
});

/**
 * What the community node MediaFX does: every clip to an MPEG-TS of the first one's size and rate with libx264's
 * defaults and 44.1 kHz sound, then all by the concat protocol (dandacompany/n8n-nodes-mediafx, operations/merge.ts).
 */
export const normalised = (shape: Shape): Rival => ({
	name: "MediaFX's way",
	command(paths, folder, out) {
		const parts = paths.map((_path, index) => join(folder, `part${index}.ts`));
		const lines = paths.map((path, index) => {
			const mute = shape.mute?.includes(index);
			const silence = mute ? `-f lavfi -t ${MUTE_SECONDS} -i anullsrc=r=44100:cl=stereo` : '';
			const sound = `[${mute ? 1 : 0}:a]aformat=sample_fmts=fltp:sample_rates=44100:channel_layouts=stereo[a]`;
			const filter = quoted(`[0:v]${fitted(shape)},setpts=PTS-STARTPTS[v];${sound}`);
			const made = `-filter_complex ${filter} -map [v] -map [a] -c:v libx264 -c:a aac ${quoted(parts[index]!)}`;
			return `${FFMPEG.join(' ')} -i ${quoted(path)} ${silence} ${made}`;
		});
		const joined = `${FFMPEG.join(' ')} -i ${quoted(`concat:${parts.join('|')}`)} -c copy ${quoted(out)}`;
		return shell([...lines, joined].join('\n'));
	},
});
