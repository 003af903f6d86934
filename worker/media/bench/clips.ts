import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { footage } from '../testing/clips.ts';

/** How Veo encodes: High profile, B-pyramid, four reference frames, one IDR, 12288 time units a second. */
const veo = (level: string) => [
	...['-c:v', 'libx264', '-profile:v', 'high', '-level:v', level, '-preset', 'medium', '-pix_fmt', 'yuv420p'],
	...['-crf', '20', '-video_track_timescale', '12288'],
	...['-x264-params', 'keyint=250:bframes=3:b-pyramid=normal:ref=3:open-gop=1:scenecut=0'],
];
const AAC = ['-c:a', 'aac', '-b:a', '128k', '-ar', '48000', '-ac', '2'];
const SECONDS = 8;
const ODD_SECONDS = 5;

export type BenchClips = {
	/** Where the clips come from, for people. */
	origin: string;
	/** So many clips of 8 s of 720p, or 1080p, no two of the same bytes. */
	matched(count: number): string[];
	large(count: number): string[];
	/** Eight clips as people mix them. */
	mixed(): string[];
};

/** The bench's clips in `folder`, made when first asked for: of real Veo clips where they are present. */
export function benchClips(folder: string): BenchClips {
	const real = footage();
	const make = maker(folder);
	const sources = () => real ?? [0, 1, 2].map((index) => make(`made${index}`, ...madeClip(index)));
	const enlarged = () =>
		sources().map((path, index) => {
			const scale = ['-vf', 'scale=1920:1080:flags=lanczos,setsar=0', '-c:a', 'copy'];
			return make(`large${index}`, '-i', path, ...scale, ...veo('4.0'));
		});
	const several = (from: string[], count: number, kind: string) =>
		Array.from({ length: count }, (_, index) =>
			distinct(from[index % from.length]!, folder, `${kind}${index}.mp4`),
		);
	return {
		origin: real ? 'three real Veo clips' : 'test pictures encoded as Veo encodes',
		matched: (count) => several(sources(), count, 'clip'),
		large: (count) => several(enlarged(), count, 'hd'),
		mixed: () => mixedClips(sources(), make),
	};
}

type Make = (name: string, ...args: string[]) => string;

function maker(folder: string): Make {
	mkdirSync(folder, { recursive: true });
	return (name, ...args) => {
		const path = join(folder, name.includes('.') ? name : `${name}.mp4`);
		if (!existsSync(path)) execFileSync('ffmpeg', ['-nostdin', '-y', '-v', 'error', ...args, path]);
		return path;
	};
}

const lavfi = (graph: string) => ['-f', 'lavfi', '-i', graph];

/** Three unlike pictures with some noise, which is what makes real clips costly. */
function madeClip(index: number): string[] {
	const pictures = [
		`testsrc2=s=1280x720:r=24:d=${SECONDS}`,
		`mandelbrot=s=1280x720:r=24,trim=duration=${SECONDS}`,
		`gradients=s=1280x720:r=24:n=5:seed=3:speed=0.03:d=${SECONDS}`,
	];
	const sound = lavfi(`anoisesrc=r=48000:a=0.2:seed=${index + 1}:d=${SECONDS}`);
	return [...lavfi(pictures[index]!), ...sound, '-vf', 'noise=alls=3:allf=t,setsar=0', ...veo('3.1'), ...AAC];
}

/** Portrait at 25 frames a second in mono 44.1 kHz, mute at 30, another size, VP9, HEVC; and three that fit. */
function mixedClips(sources: string[], make: Make): string[] {
	const plain = ['-c:v', 'libx264', '-preset', 'medium', '-pix_fmt', 'yuv420p'];
	const picture = (size: string, rate: number) => lavfi(`testsrc2=s=${size}:r=${rate}:d=${ODD_SECONDS}`);
	const tone = (rate: number) => lavfi(`sine=f=600:r=${rate}:d=${ODD_SECONDS}`);
	const hevc = ['-c:v', 'libx265', '-preset', 'fast', '-x265-params', 'log-level=error', '-tag:v', 'hvc1'];
	const vp9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-c:a', 'libopus'];
	return [
		sources[0]!,
		make('tall', ...picture('720x1280', 25), ...tone(44_100), ...plain, '-c:a', 'aac', '-ac', '1'),
		sources[1]!,
		make('mute', ...picture('1280x720', 30), ...plain),
		sources[2]!,
		make('large30', ...picture('1920x1080', 30), ...tone(48_000), ...plain, ...AAC),
		make('vp9.webm', ...picture('1280x720', 24), ...tone(48_000), ...vp9),
		make('hevc', ...picture('1280x720', 24), ...tone(48_000), ...hevc, '-pix_fmt', 'yuv420p', ...AAC),
	];
}

/** The same pictures under another content address: an empty `free` box of a length of its own at the end. */
export function distinct(source: string, folder: string, name: string): string {
	const path = join(folder, name);
	if (existsSync(path)) return path;
	copyFileSync(source, path);
	const number = Number(/\d+/.exec(name)?.[0] ?? 0);
	const box = Buffer.alloc(8 + number);
	box.writeUInt32BE(box.length);
	box.write('free', 4, 'latin1');
	appendFileSync(path, box);
	return path;
}
