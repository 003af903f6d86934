import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sha256 } from '../../base/hash.ts';
import type { Numbering } from './counted.ts';
import { AAC, counted, lavfi, moving, noise, VEO_LIKE, X264 } from './drawn.ts';
import { ODDITIES } from './oddities.ts';

const two = (first: string, second: string) =>
	`[0:v]${first},setpts=PTS-STARTPTS,format=yuv420p[x];[1:v]${second},setpts=PTS-STARTPTS,format=yuv420p[y];[x][y]concat=n=2:v=1:a=0,setsar=0[v]`;

const CLAP = "color=black:s=320x180:r=24:d=2,drawbox=c=white:t=fill:enable='between(t,0.99,1.02)'";
const BEEP = "aevalsrc='0.5*sin(2*PI*1000*t)*between(t,1,1.2)':s=48000:d=2";

/** Small imitations of Veo's clips and of the odd ones that people mix in, by name. */
const RECIPES = {
	/** Set A: one IDR, two and three seconds, noise of its own each. */
	a2: [...moving(2), ...noise(2, 1), '-vf', 'setsar=0', ...VEO_LIKE(20, ':scenecut=0'), ...AAC],
	a3: [
		...lavfi('gradients=s=320x180:r=24:n=5:seed=3:speed=0.03:d=3'),
		...noise(3.043, 2),
		'-vf',
		'setsar=0',
		...VEO_LIKE(20, ':scenecut=0'),
		...AAC,
	],
	/** Set B: a scene cut listed as a sync sample that is no IDR, other parameter sets, sound shorter than the picture. */
	b3: [
		...lavfi('testsrc2=s=320x180:r=24'),
		...lavfi('mandelbrot=s=320x180:r=24'),
		...noise(2.902, 3),
		...['-filter_complex', two('trim=end_frame=30', 'trim=end_frame=42'), '-map', '[v]', '-map', '2:a'],
		...VEO_LIKE(18, ''),
		...AAC,
	],
	/** An IDR every second. */
	idr3: [
		...moving(3),
		...noise(3, 4),
		'-vf',
		'setsar=0,hue=h=90',
		...X264,
		'-x264-params',
		'keyint=24:open-gop=0:scenecut=0',
		...AAC,
	],
	/** No B frames: decodes no frame ahead. */
	flat2: [
		...moving(2),
		'-vf',
		'setsar=0,hue=h=180',
		...X264,
		'-x264-params',
		'bframes=0',
		'-video_track_timescale',
		'90000',
	],
	mute30: [...lavfi('testsrc2=s=480x270:r=30:d=2'), ...X264],
	tall25: [
		...lavfi('testsrc2=s=180x320:r=25:d=2'),
		...lavfi('sine=f=900:r=44100:d=2'),
		...X264,
		'-c:a',
		'aac',
		'-ac',
		'1',
	],
	ntsc2: [...lavfi('testsrc2=s=320x180:r=30000/1001:d=2'), ...noise(2, 5), '-vf', 'setsar=0', ...X264, ...AAC],
	odd: [
		...lavfi('testsrc2=s=322x182:r=15:d=1'),
		'-vf',
		'crop=321:181:exact=1,format=yuv444p',
		'-c:v',
		'libx264',
		'-preset',
		'ultrafast',
	],
	ten: [...moving(1), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p10le'],
	hevc: [
		...moving(1),
		'-c:v',
		'libx265',
		'-preset',
		'ultrafast',
		'-x265-params',
		'log-level=error',
		'-tag:v',
		'hvc1',
		'-pix_fmt',
		'yuv420p',
	],
	one: [...moving(1), ...noise(0.04, 6), '-frames:v', '1', ...X264, ...AAC],
	black: [...lavfi('color=black:s=320x180:r=24:d=1'), ...X264],
	fadein: [...moving(3), '-vf', 'fade=t=in:st=1:d=1,setsar=0', ...X264],
	surround: [
		...moving(1),
		...lavfi('sine=f=300:r=48000:d=1'),
		'-filter_complex',
		'[1:a]pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0[a]',
		'-map',
		'0:v',
		'-map',
		'[a]',
		...X264,
		'-c:a',
		'aac',
	],
	/** Frames at uneven times. */
	vfr: [...moving(2), '-vf', "select='not(mod(n,3))+lt(n,12)',setsar=0", '-fps_mode', 'passthrough', ...X264],
	/** Twelve frames hidden by the edit list. */
	edited: [],
	turned: [],
	vp9: [
		...moving(1),
		...lavfi('sine=f=500:d=1'),
		'-c:v',
		'libvpx-vp9',
		'-deadline',
		'realtime',
		'-cpu-used',
		'8',
		'-c:a',
		'libopus',
	],
	/** I frames every half second that frames before them lean on, and no IDR picture but the first. */
	opengop: [
		...moving(3),
		...noise(3, 7),
		'-vf',
		'setsar=0,hue=h=45',
		...X264,
		'-x264-params',
		'open-gop=1:keyint=12:bframes=3',
		...AAC,
	],
	/** Eight B frames in a row. */
	deep: [
		...moving(2),
		'-vf',
		'setsar=0,hue=h=270',
		...X264,
		'-x264-params',
		'bframes=8:b-pyramid=normal:ref=8:b-adapt=0',
		'-level',
		'5',
	],
	/** Sound that begins half a second late, in a container that counts milliseconds. */
	late: [
		...moving(2),
		'-itsoffset',
		'0.5',
		...noise(1, 8),
		'-map',
		'0:v',
		'-map',
		'1:a',
		...X264,
		'-c:a',
		'libopus',
		'-f',
		'matroska',
	],
	fragmented: [...moving(2), ...noise(2, 9), ...X264, ...AAC, '-movflags', '+frag_keyframe+empty_moov'],
	prores: [
		...lavfi('testsrc2=s=320x180:r=25:d=1'),
		...noise(1, 10),
		'-c:v',
		'prores',
		'-profile:v',
		'0',
		'-c:a',
		'pcm_s16le',
		'-f',
		'mov',
	],
	interlaced: [...moving(1), ...X264, '-flags', '+ilme+ildct', '-x264-params', 'tff=1'],
	stretched: [...moving(1), '-vf', 'setsar=4/3', ...X264],
	/** Pictures at HDR's curve: ten bits, wide colours. */
	hdr: [
		...moving(1),
		'-c:v',
		'libx264',
		'-preset',
		'ultrafast',
		'-pix_fmt',
		'yuv420p10le',
		'-color_primaries',
		'bt2020',
		'-color_trc',
		'smpte2084',
		'-colorspace',
		'bt2020nc',
	],
	full: [
		...moving(1),
		'-vf',
		'scale=out_range=pc,format=yuvj420p',
		'-c:v',
		'libx264',
		'-preset',
		'ultrafast',
		'-color_range',
		'pc',
	],
	/** Black with one white frame and a beep beginning with it, at 1 s: for what belongs together. */
	clap: [...lavfi(CLAP), ...lavfi(BEEP), ...X264, '-x264-params', 'keyint=12', ...AAC],
	/** Eighteen seconds with an IDR every two. */
	long: [
		...moving(18),
		...noise(18, 12),
		'-vf',
		'setsar=0,hue=h=30',
		...X264,
		'-x264-params',
		'keyint=48:open-gop=0:scenecut=0',
		...AAC,
	],
	/** Numbered frames, from one to three hundred, as Veo writes them. */
	n1: counted(1, 1, VEO_LIKE(20, ':scenecut=0')),
	n2: counted(2, 2, VEO_LIKE(20, ':scenecut=0')),
	n3: counted(3, 3, VEO_LIKE(18, ':scenecut=0')),
	n7: counted(4, 7, VEO_LIKE(20, ':scenecut=0'), { longer: 0.043 }),
	n24: counted(5, 24, VEO_LIKE(18, '')),
	n49: counted(6, 49, VEO_LIKE(20, ':scenecut=0'), { longer: -0.08 }),
	n96: counted(7, 96, VEO_LIKE(18, '')),
	n181: counted(8, 181, VEO_LIKE(20, ':scenecut=0'), { longer: 0.043 }),
	n300: counted(9, 300, VEO_LIKE(18, '')),
	/** The same with an IDR picture every second, open groups, no B frames, many, and at other rates. */
	nIdr: counted(10, 72, [...X264, '-x264-params', 'keyint=24:open-gop=0:scenecut=0']),
	nOpen: counted(11, 60, [...X264, '-x264-params', 'open-gop=1:keyint=12:bframes=3']),
	nFlat: counted(12, 48, [...X264, '-x264-params', 'bframes=0']),
	nDeep: counted(13, 60, [...X264, '-x264-params', 'bframes=8:b-pyramid=normal:ref=8:b-adapt=0', '-level', '5']),
	n30: counted(14, 45, X264, { rate: '30' }),
	nNtsc: counted(15, 60, X264, { rate: '30000/1001' }),
	n25: counted(16, 50, X264, { rate: '25' }),
	n60: counted(17, 120, X264, { rate: '60' }),
	n12: counted(18, 24, X264, { rate: '12' }),
	/** The same in other codecs and containers. */
	nHevc: counted(19, 48, ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error']),
	nTen: counted(20, 36, ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p10le']),
	av1: counted(21, 24, ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-pix_fmt', 'yuv420p']),
	vp8: [...moving(1), ...noise(1, 21), '-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis', '-f', 'webm'],
	mpeg2: [...moving(1), ...noise(1, 22), '-c:v', 'mpeg2video', '-q:v', '3', '-c:a', 'pcm_s16be', '-f', 'mov'],
	mpeg4: [...moving(1), ...noise(1, 23), '-c:v', 'mpeg4', '-q:v', '3', ...AAC],
	mjpeg: [...moving(1), '-c:v', 'mjpeg', '-q:v', '4', '-pix_fmt', 'yuvj420p', '-f', 'mov'],
	mkv: [...moving(2), ...noise(2, 24), ...X264, '-c:a', 'flac', '-f', 'matroska'],
	/** HDR by HLG, two sound tracks, sound of 8 kHz, sound that ends after half the picture, a picture as cover. */
	hlg: [
		...moving(1),
		...['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error', '-pix_fmt', 'yuv420p10le'],
		...['-color_primaries', 'bt2020', '-color_trc', 'arib-std-b67', '-colorspace', 'bt2020nc', '-tag:v', 'hvc1'],
	],
	languages: [...moving(1), ...noise(1, 25), ...noise(1, 26), '-map', '0', '-map', '1', '-map', '2', ...X264, ...AAC],
	telephone: [...moving(2), ...lavfi('anoisesrc=r=8000:a=0.3:seed=27:d=2'), ...X264, '-c:a', 'aac', '-ac', '1'],
	short: [...moving(2), ...noise(0.9, 28), ...X264, ...AAC],
	silent: [...moving(2), ...lavfi('anullsrc=r=48000:cl=stereo:d=2'), ...X264, ...AAC],
	...ODDITIES,
	/** Half of a clip whose header stands in front. */
	half: [],
	tone: [...noise(2, 11), '-c:a', 'aac', '-f', 'mp4'],
	still: [...lavfi('testsrc2=s=320x180'), '-frames:v', '1', '-c:v', 'png', '-f', 'image2'],
	gif: [...moving(1), '-r', '5'],
} as const;
export type ClipName = keyof typeof RECIPES;
/** All of them. */
export const CLIP_NAMES = Object.keys(RECIPES) as ClipName[];

/** The number that a clip's frames carry as the clip's; those made of others carry the others'. */
const NUMBERS: Partial<Record<ClipName, number>> = {
	...{ n1: 1, n2: 2, n3: 3, n7: 4, n24: 5, n49: 6, n96: 7, n181: 8, n300: 9, nIdr: 10, nOpen: 11, nFlat: 12 },
	...{ nDeep: 13, n30: 14, nNtsc: 15, n25: 16, n60: 17, n12: 18, nHevc: 19, nTen: 20, av1: 21, nVfr: 22 },
	...{ n5: 23, n120: 24, n24Film: 25, nIntra: 26, nRefresh: 27, nBase: 28, nLossless: 29, nSlices: 30, nTagged: 31 },
	...{ nMkv: 6, nTold: 6, nLate: 6, nEdited: 7, nLive: 10, nFrag: 10, nAudioFirst: 10, nTimecode: 10 },
};

/** How the frames of a clip are numbered; null where they are not. */
export function numberingOf(name: ClipName): Numbering | null {
	const clip = NUMBERS[name];
	if (clip === undefined) return null;
	return { clip, first: name === 'nEdited' ? 12 : 0, ...(name === 'nVfr' ? { rate: 24, slack: 3 } : { slack: 0 }) };
}

const EXTENSIONS: Partial<Record<ClipName, string>> = { vp9: 'webm', gif: 'gif' };

/** A test's own folder and the clips in it, made when first asked for. Call `remove` when done. */
export function testClips() {
	const folder = mkdtempSync(join(tmpdir(), 'reelsmith-media-'));
	const path = (name: ClipName) => {
		const file = join(folder, `${name}.${EXTENSIONS[name] ?? 'mp4'}`);
		if (!existsSync(file)) make(name, file, path);
		return file;
	};
	return { folder, path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function make(name: ClipName, file: string, path: (name: ClipName) => string): void {
	if (name === 'edited') return ffmpeg('-ss', '0.5', '-i', path('a2'), '-c', 'copy', file);
	if (name === 'turned') return ffmpeg('-i', path('a2'), '-c', 'copy', '-metadata:s:v', 'rotate=90', file);
	if (name === 'half') {
		ffmpeg('-i', path('a3'), '-c', 'copy', '-movflags', '+faststart', file);
		return truncateSync(file, Math.round(statSync(file).size / 2));
	}
	const recipe: Recipe = RECIPES[name];
	ffmpeg(...(typeof recipe === 'function' ? recipe(path) : recipe), file);
}

/** ffmpeg's arguments, or how to get them from where the other clips lie. */
type Recipe = readonly string[] | ((path: (name: ClipName) => string) => string[]);

/** Runs ffmpeg for a test; throws with its words. */
export function ffmpeg(...args: string[]): void {
	execFileSync('ffmpeg', ['-nostdin', '-y', '-v', 'error', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** A hash of each decoded frame's pixels, in the order of showing. */
export function frameHashes(path: string): string[] {
	const args = ['-v', 'error', '-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'framemd5', '-'];
	const lines = execFileSync('ffmpeg', args, { encoding: 'utf8', maxBuffer: 1 << 28 }).split('\n');
	return lines.filter((line) => line && !line.startsWith('#')).map((line) => line.split(',').at(-1)!.trim());
}

/** The decoded sound at 48 kHz in 16 bit, the left one of `channels` channels. */
export function leftSamples(path: string, channels = 2): Int16Array {
	const output = ['-f', 's16le', '-ar', '48000', '-ac', String(channels), '-'];
	const bytes = execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:a:0', ...output], {
		maxBuffer: 1 << 28,
	});
	const step = channels * 2;
	return Int16Array.from({ length: bytes.length / step }, (_, index) => bytes.readInt16LE(index * step));
}

/** What ffprobe says of a stream. */
type Told = Record<string, string | number> & { disposition: Record<string, 0 | 1> };

/** What ffprobe says of the streams of a file. */
export function streamsOf(path: string): Told[] {
	const args = ['-v', 'error', '-show_streams', '-of', 'json', path];
	return (JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })) as { streams: Told[] }).streams;
}

/** The chapters of a film: when each begins, in seconds, and its title; and the title of the film. */
export function titlesOf(path: string): { title: string; chapters: { from: number; title: string }[] } {
	const args = ['-v', 'error', '-show_chapters', '-show_format', '-of', 'json', path];
	const { chapters, format } = JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })) as {
		chapters: { start_time: string; tags?: { title?: string } }[];
		format: { tags?: { title?: string } };
	};
	const found = chapters.map(({ start_time, tags }) => ({ from: Number(start_time), title: tags?.title ?? '' }));
	return { title: format.tags?.title ?? '', chapters: found };
}

/** The JPEG that file lists show for a film that has one. */
export const coverOf = (path: string): Buffer =>
	execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:v:1', '-c', 'copy', '-f', 'image2pipe', '-']);

/** A file as the stitch takes it. */
export const asClip = (path: string) => ({ id: sha256(readFileSync(path)), path, name: path.split('/').at(-1)! });

/** Real Veo clips beside the repository; null where they are missing. */
export function footage(): string[] | null {
	const folder = resolve('../shared/footage');
	const files = ['veo-bricks.mp4', 'veo-diner.mp4', 'veo-hall.mp4'].map((name) => join(folder, name));
	return files.every((file) => existsSync(file)) ? files : null;
}

/** Sides of the small grey pictures that `smallFrames` makes. */
const [SMALL_WIDTH, SMALL_HEIGHT] = [32, 18];

/** Every frame as a small grey picture: what it shows, whatever the codec did to it. */
export function smallFrames(path: string): Buffer[] {
	const scale = ['-vf', `scale=${SMALL_WIDTH}:${SMALL_HEIGHT}:flags=area,format=gray`, '-f', 'rawvideo', '-'];
	const args = ['-v', 'error', '-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough', ...scale];
	const bytes = execFileSync('ffmpeg', args, { maxBuffer: 1 << 28 });
	const size = SMALL_WIDTH * SMALL_HEIGHT;
	return Array.from({ length: bytes.length / size }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

/** Mean difference of two small pictures in grey levels of 255. */
export function difference(a: Buffer, b: Buffer): number {
	return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;
}
