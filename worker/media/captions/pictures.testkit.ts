import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Size } from './measure.ts';

/** Where ink lies in a picture; `ink` counts the pixels that differ from the grey behind. */
export type Ink = { ink: number; left: number; right: number; top: number; bottom: number; brightest: number };
export type Drawn = Ink & { grey: Buffer };

const GREY = 0x60;
/** Grey levels of noise that conversions leave. */
const NOISE = 6;

/** Draws an ASS script over plain grey at `second` and tells where its ink is. */
export function draw(script: string, { width, height }: Size, second = 0.5): Drawn {
	const folder = mkdtempSync(join(tmpdir(), 'reelsmith-captions-'));
	try {
		writeFileSync(join(folder, 'k.ass'), script);
		const source = `color=c=0x606060:s=${width}x${height}:r=100:d=1`;
		// Behind the demuxer, which lets every source begin at 0.
		const chain = `format=gbrp,setpts=PTS+${second}/TB,ass=filename=k.ass,format=gray`;
		const grey = execFileSync(
			'ffmpeg',
			[
				...['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', source, '-vf', chain],
				...['-frames:v', '1', '-f', 'rawvideo', '-'],
			],
			{ cwd: folder, maxBuffer: 1 << 28 },
		);
		return { ...inkOf(grey, width), grey };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function inkOf(grey: Buffer, width: number): Ink {
	const seen: Ink = { ink: 0, left: Infinity, right: -1, top: Infinity, bottom: -1, brightest: 0 };
	for (const [at, value] of grey.entries()) {
		seen.brightest = Math.max(seen.brightest, value);
		if (Math.abs(value - GREY) <= NOISE) continue;
		const [x, y] = [at % width, Math.floor(at / width)];
		seen.ink++;
		seen.left = Math.min(seen.left, x);
		seen.right = Math.max(seen.right, x);
		seen.top = Math.min(seen.top, y);
		seen.bottom = Math.max(seen.bottom, y);
	}
	return seen;
}
