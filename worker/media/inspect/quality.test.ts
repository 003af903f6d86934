import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { InspectInput, type InspectOf, type InspectResult } from '../../contract/inspect.ts';
import type { Media } from '../index.ts';
import { asClip, ffmpeg, footage, testClips } from '../testing/clips.ts';
import { openTestMedia } from '../testing/engine.ts';

const clips = testClips();
let media: Media;

beforeAll(async () => {
	media = await openTestMedia(clips.folder);
});
afterAll(clips.remove);

type Operation = InspectResult['operation'];
async function look<O extends Operation>(operation: O, path: string, options: object = {}) {
	const input = InspectInput.parse({ operation, asset: '0'.repeat(64), ...options }) as InspectOf<O>;
	const request = { input, source: asClip(path), logo: null, folder: mkdtempSync(join(clips.folder, 'look-')) };
	const found = await media.inspect(request, { signal: AbortSignal.timeout(60_000), progress: () => undefined });
	return found as Extract<InspectResult, { operation: O }>;
}

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const MOVING = 'testsrc2=s=320x180:r=24:d=5';
const TONE = "aevalsrc='0.2*sin(2*PI*440*t)':s=48000:d=5";

function made(name: string, { picture = MOVING, sound = TONE, filter = 'null', gain = 'anull' }): string {
	const path = join(clips.folder, `${name}.mov`);
	const inputs = [...['-f', 'lavfi', '-i', picture], ...['-f', 'lavfi', '-i', sound]];
	ffmpeg(...inputs, '-vf', filter, '-af', gain, ...X264, '-c:a', 'pcm_s16le', '-shortest', path);
	return path;
}
const silent = (from: number, to: number) => `volume=0:enable='between(t,${from},${to})'`;

test('silence is found to the sample, and only where it is long enough', async () => {
	const path = made('silence', { gain: `${silent(1, 2.5)},${silent(3, 3.2)}` });
	const { silences, silentSeconds, silent: mute } = await look('silence', path);

	expect(silences).toHaveLength(1);
	expect(silences[0]!.from).toBeCloseTo(1, 2);
	expect(silences[0]!.to).toBeCloseTo(2.5, 1);
	expect(silentSeconds).toBeCloseTo(silences[0]!.seconds, 5);
	expect(mute).toBe(false);
	expect((await look('silence', path, { minSeconds: 0.1 })).silences).toHaveLength(2);
});

test('a clip without sound is silent from first to last', async () => {
	expect(await look('silence', clips.path('mute30'))).toMatchObject({
		silences: [{ from: 0, to: 2, seconds: 2 }],
		silentSeconds: 2,
		silent: true,
	});
});

test('silence is found in sound alone, and refused for pictures', async () => {
	expect(await look('silence', clips.path('tone'))).toMatchObject({ silences: [], silent: false });
	await expect(look('silence', clips.path('still'))).rejects.toMatchObject({ code: 'media' });
});

test('a good clip passes, with what was measured', async () => {
	const expected = { seconds: 5, width: 320, height: 180, ratio: '16:9', fps: '24', sound: true, loudness: -14.7 };
	const { ok, verdict, reasons, measured } = await look('quality', made('good', {}), { expected });

	expect({ ok, verdict, reasons }).toEqual({ ok: true, verdict: 'pass', reasons: [] });
	expect(measured).toMatchObject({ seconds: 5, fps: '24/1', blackSeconds: 0, frozenSeconds: 0, clippedSamples: 0 });
	expect(measured.truePeak).toBeCloseTo(-14, 0);
});

test('black is told with its place, to the frame', async () => {
	const path = made('black', { filter: "drawbox=c=black:t=fill:enable='between(n,24,60)'" });
	const { ok, findings, reasons, measured } = await look('quality', path);

	expect(ok).toBe(false);
	expect(findings).toEqual([{ code: 'black', message: 'black from 1.0 s to 2.54 s', from: 1, to: 2.541667 }]);
	expect(reasons).toEqual(['black.mov: black from 1.0 s to 2.54 s']);
	expect(measured).toMatchObject({ blackSeconds: 1.541667, frozenSeconds: 0 });
	expect((await look('quality', path, { mostBlackSeconds: 2 })).ok).toBe(true);
});

test('a picture that stands still is told, and black is not told twice', async () => {
	const path = made('frozen', { filter: 'trim=end_frame=49,tpad=stop_mode=clone:stop=71' });
	const { findings } = await look('quality', path);

	expect(findings).toEqual([expect.objectContaining({ code: 'frozen', to: 5 })]);
	// The counter has been drawn for the last time at 2 s; the encoder needs some frames to settle.
	expect(findings[0]!.from).toBeGreaterThanOrEqual(2);
	expect(findings[0]!.from).toBeLessThan(2.5);
	expect((await look('quality', path, { mostFrozenSeconds: 4 })).findings).toEqual([]);
});

test('silence and clipping are told', async () => {
	const quiet = await look('quality', made('quiet', { gain: silent(0.5, 5) }));
	expect(quiet.findings).toEqual([expect.objectContaining({ code: 'silent' })]);
	expect(quiet.findings[0]!.from).toBeCloseTo(0.5, 1);

	const clipped = await look('quality', made('clipped', { gain: 'volume=20' }));
	expect(clipped.findings).toEqual([expect.objectContaining({ code: 'clipped' })]);
	expect(clipped.measured.clippedSamples).toBeGreaterThan(1000);
});

test('everything that is not as expected is told by its own code', async () => {
	const expected = {
		...{ seconds: 8, width: 1280, height: 720, ratio: '9:16', fps: '30', sound: false, loudness: -30 },
	};
	const { findings } = await look('quality', made('good', {}), { expected });

	expect(findings.map(({ code }) => code)).toEqual([
		'length',
		'size',
		'ratio',
		'rate',
		'unexpected_sound',
		'loudness',
	]);
	expect(findings.map(({ message }) => message)).toContain('it lasts 5.0 s, not 8.0 s');
	const mute = await look('quality', clips.path('mute30'), { expected: { sound: true }, mostFrozenSeconds: 5 });
	expect(mute.findings).toEqual([{ code: 'no_sound', message: 'it has no sound track' }]);
});

test('sound alone is checked without a picture', async () => {
	const { ok, measured } = await look('quality', clips.path('tone'));

	expect(ok).toBe(true);
	expect(measured).toMatchObject({ width: null, fps: null, frozenSeconds: 0 });
	expect(measured.loudness).toBeLessThan(0);
});

test('a probe tells what a clip is', async () => {
	expect(await look('probe', clips.path('idr3'))).toMatchObject({
		kind: 'video',
		ratio: '16:9',
		container: 'mp4',
		cutPoints: [0, 1, 2],
		uneven: null,
		audioTracks: 1,
		hdr: false,
	});
	expect(await look('probe', clips.path('hdr'))).toMatchObject({ hdr: true, pixelFormat: 'yuv420p10le' });
	expect(await look('probe', clips.path('tall25'))).toMatchObject({ ratio: '9:16' });
	expect(await look('probe', clips.path('vfr'))).toMatchObject({ uneven: 'its frame rate varies' });
	expect(await look('probe', clips.path('still'))).toMatchObject({
		kind: 'picture',
		bitsPerSecond: null,
		uneven: null,
	});
});

const real = footage();
if (!real) console.log('the real clips are not here: their quality is not checked');
(real ? test : test.skip)('real clips pass', async () => {
	for (const path of real!) expect((await look('quality', path)).reasons).toEqual([]);
});
