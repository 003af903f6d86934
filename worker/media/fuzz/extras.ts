import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ffmpeg } from '../testing/clips.ts';

/** Music, somebody speaking and a logo with transparency, made when first asked for. */
export function extraFiles(folder: string): { music: string; narration: string; logo: string } {
	const made = (name: string, ...args: string[]) => {
		const path = join(folder, name);
		if (!existsSync(path)) ffmpeg(...args, path);
		return path;
	};
	const chord = "aevalsrc='0.2*sin(2*PI*220*t)+0.2*sin(2*PI*277*t)+0.1*sin(2*PI*330*t)':s=44100:d=3.3";
	const speech = "aevalsrc='0.5*sin(2*PI*(180+40*sin(2*PI*3*t))*t)*gt(sin(2*PI*2*t),0)':s=48000:d=1.4";
	const disc = "color=red@0.0:s=64x64,format=rgba,geq=r=255:g=40:b=40:a='255*lt(hypot(X-32,Y-32),28)'";
	return {
		music: made('music.m4a', '-f', 'lavfi', '-i', chord, '-c:a', 'aac'),
		narration: made('narration.wav', '-f', 'lavfi', '-i', speech),
		logo: made('logo.png', '-f', 'lavfi', '-i', disc, '-frames:v', '1'),
	};
}
