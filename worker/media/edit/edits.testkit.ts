import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { z } from 'zod';
import { EditInput } from '../../contract/edit.ts';
import type { Edited, Media } from '../index.ts';
import { asClip, difference, smallFrames, type testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';

const PATIENCE_MS = 120_000;

export type Done = Edited & { out: string; heard: { done: number; activity: string }[] };
/** Options of an edit without the file; a music or a logo is named by its path. */
type Options = Record<string, unknown> & { files?: string[] };

/** The id by which an edit's options name a file. */
export const idOf = (path: string): string => asClip(path).id;

/** Edits files into a test's own folder. */
export async function openEdits(clips: ReturnType<typeof testClips>) {
	const media: Media = await openTestMedia(clips.folder);
	let made = 0;
	const edit = async (operation: string, path: string | null, options: Options = {}): Promise<Done> => {
		const { files = [], ...own } = options;
		const wanted = { operation, ...(path !== null && { asset: '0'.repeat(64) }), ...own };
		const input = EditInput.parse(wanted as z.input<typeof EditInput>);
		const out = join(clips.folder, `edited${made++}`);
		const named = Object.fromEntries(files.map((file) => [idOf(file), asClip(file)]));
		const heard: Done['heard'] = [];
		const progress = (done: number, activity: string) => void heard.push({ done, activity });
		const request = { input, source: path === null ? null : asClip(path), files: named, out };
		const edited = await media.edit(request, { signal: AbortSignal.timeout(PATIENCE_MS), progress });
		return { ...edited, out, heard };
	};
	return { media, edit };
}

/** For each frame of a film the frame of its source that it looks most like, and by how many grey levels it differs. */
export function nearestFrames(film: string, source: string): { at: number; far: number }[] {
	const frames = smallFrames(source);
	return smallFrames(film).map((shown) =>
		frames
			.map((other, at) => ({ at, far: difference(shown, other) }))
			.reduce((best, each) => (each.far < best.far ? each : best)),
	);
}

/** Frame `frame` of a file as red, green and blue, and what a pixel of it is. */
export function pixels(path: string, { width, height }: { width: number; height: number }, frame = 0) {
	const args = [
		'-v',
		'error',
		'-i',
		path,
		'-map',
		'0:v:0',
		'-vf',
		`select=eq(n\\,${frame}),format=gbrp,format=rgb24`,
	];
	const bytes = execFileSync('ffmpeg', [...args, '-frames:v', '1', '-f', 'rawvideo', '-'], { maxBuffer: 1 << 28 });
	if (bytes.length !== width * height * 3) throw new RangeError(`${path} has no frame ${frame} of this size`);
	return (x: number, y: number): number[] => {
		const at = (Math.round(y) * width + Math.round(x)) * 3;
		return [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!];
	};
}

/** The largest difference of two colours in one of red, green and blue. */
export const apart = (a: number[], b: number[]): number =>
	Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));

/** A stream's packets as they are stored: a hash of each. */
export const packets = (path: string, stream = '0:a:0'): string[] =>
	execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-map', stream, '-c', 'copy', '-f', 'framemd5', '-'], {
		encoding: 'utf8',
	})
		.split('\n')
		.filter((line) => line && !line.startsWith('#'))
		.map((line) => line.split(',').at(-1)!.trim());

/** Loudness in LUFS and highest true peak in dB, measured by ffmpeg's own meter. */
export function loudnessOf(path: string): { integrated: number; peak: number } {
	const args = [
		'-hide_banner',
		'-nostats',
		'-i',
		path,
		'-map',
		'0:a:0',
		'-af',
		'ebur128=peak=true',
		'-f',
		'null',
		'-',
	];
	const { stderr } = spawnSync('ffmpeg', args, { encoding: 'utf8' });
	const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
	const value = (name: RegExp) => Number(name.exec(summary)?.[1]);
	return { integrated: value(/I:\s*(-?[\d.]+) LUFS/), peak: value(/Peak:\s*(-?[\d.]+) dBFS/) };
}
