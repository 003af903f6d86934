import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ffmpeg } from '../testing/clips.ts';

/** Sound files that somebody may speak in, with what ffmpeg needs to know; some do not tell how long they are. */
const NARRATIONS = {
	wav: ['narration.wav'],
	aac: ['narration.aac'],
	mp3: ['-write_xing', '0', 'narration.mp3'],
	ogg: ['-c:a', 'libopus', 'narration.ogg'],
	webm: ['-c:a', 'libopus', '-live', '1', 'narration.webm'],
} as const;
export type NarrationKind = keyof typeof NARRATIONS;
export const NARRATION_KINDS = Object.keys(NARRATIONS) as NarrationKind[];

/** Music, somebody speaking and a logo with transparency, made when first asked for. */
export function extraFiles(folder: string) {
	const made = (...args: string[]) => {
		const path = join(folder, args.at(-1)!);
		if (!existsSync(path)) ffmpeg(...args.slice(0, -1), path);
		return path;
	};
	const chord = "aevalsrc='0.2*sin(2*PI*220*t)+0.2*sin(2*PI*277*t)+0.1*sin(2*PI*330*t)':s=44100:d=3.3";
	const speech = "aevalsrc='0.5*sin(2*PI*(180+40*sin(2*PI*3*t))*t)*gt(sin(2*PI*2*t),0)':s=48000:d=1.4";
	const disc = "color=red@0.0:s=64x64,format=rgba,geq=r=255:g=40:b=40:a='255*lt(hypot(X-32,Y-32),28)'";
	return {
		music: () => made('-f', 'lavfi', '-i', chord, '-c:a', 'aac', 'music.m4a'),
		narration: (kind: NarrationKind) => made('-f', 'lavfi', '-i', speech, ...NARRATIONS[kind]),
		logo: () => made('-f', 'lavfi', '-i', disc, '-frames:v', '1', 'logo.png'),
	};
}
