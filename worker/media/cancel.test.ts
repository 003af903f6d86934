import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { sleep } from '../base/time.ts';
import { openTools } from './ffmpeg.ts';
import { asClip, ffmpeg, testClips } from './testing/clips.ts';
import { openTestMedia, stitchTest } from './testing/engine.ts';
import { descendants, isAlive } from './testing/processes.ts';

const clips = testClips();
afterAll(clips.remove);

/** Two clips of which one has to be encoded for many seconds. */
function slowPieces(): { path: string }[] {
	const long = join(clips.folder, 'long.mp4');
	if (!existsSync(long))
		ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=30:d=60', '-c:v', 'libx264', '-preset', 'ultrafast', long);
	return [{ path: long }, { path: clips.path('a2') }];
}
const LARGE = { target: { width: 1920, height: 1080, fps: '60' } };

async function until(condition: () => boolean): Promise<number> {
	const begun = Date.now();
	while (!condition() && Date.now() - begun < 20_000) await sleep(20);
	return Date.now() - begun;
}

for (const sandbox of ['auto', 'off'] as const) {
	test(`a cancelled stitch ends every process within a second and leaves no file behind (sandbox ${sandbox})`, async () => {
		const media = await openTestMedia(clips.folder, sandbox);
		const cancel = new AbortController();
		const stitching = stitchTest(media, clips.folder, slowPieces(), { ...LARGE, signal: cancel.signal });
		const ended = expect(stitching).rejects.toThrow('enough');
		await until(
			() => descendants(process.pid).some((pid) => isAlive(pid)) && scratch().some((names) => names.length > 0),
		);
		await sleep(300);
		const running = descendants(process.pid);
		cancel.abort(new Error('enough'));
		const took = await until(() => !running.some(isAlive));
		await ended;

		expect(running.length).toBeGreaterThan(0);
		expect(took).toBeLessThan(1000);
		expect(existsSync(join(clips.folder, 'film.mp4'))).toBe(false);
		expect(scratch()).toEqual([]);
	});

	test(`a worker killed outright leaves no ffmpeg running (sandbox ${sandbox})`, async () => {
		const program = `
			import { openMedia } from ${JSON.stringify(resolve('worker/media/index.ts'))};
			import { Timeline } from ${JSON.stringify(resolve('worker/contract/timeline.ts'))};
			const media = await openMedia({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', sandbox: '${sandbox}', cache: ${JSON.stringify(join(clips.folder, 'killed'))}, log: { info() {}, warn() {}, debug() {} } });
			const clips = ${JSON.stringify(slowPieces().map(({ path }) => asClip(path)))};
			const timeline = Timeline.parse({ clips: clips.map(({ id }) => ({ asset: id })), target: { width: 1920, height: 1080, fps: '60' } });
			await media.stitch({ clips, timeline, title: 'T', out: '${clips.folder}/never.mp4' }, { signal: new AbortController().signal, progress() {} });
		`;
		const worker = spawn(resolve('node_modules/.bin/node'), ['--input-type=module', '-e', program], {
			stdio: ['ignore', 'ignore', 'inherit'],
		});
		await until(() => descendants(worker.pid!).length > 0);
		await sleep(1500);
		const running = descendants(worker.pid!);
		worker.kill('SIGKILL');
		const took = await until(() => !running.some(isAlive));

		expect(running.length).toBeGreaterThan(0);
		expect(took).toBeLessThan(1000);
	});
}

const scratch = () => {
	const folder = join(clips.folder, 'cache/scratch');
	return existsSync(folder) ? readdirSync(folder).map((name) => readdirSync(join(folder, name))) : [];
};

test('a run that takes too long is ended and says so', async () => {
	const tools = await openTools({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', sandbox: 'auto' });
	const run = { about: 'endless.mp4', seconds: 0.5, signal: AbortSignal.timeout(20_000) };
	const endless = tools.ffmpeg({ ...run, args: ['-re', '-f', 'lavfi', '-i', 'testsrc2', '-f', 'null', '-'] });

	await expect(endless).rejects.toMatchObject({
		code: 'media',
		message: expect.stringContaining('endless.mp4: took longer than'),
	});
});

test('inside the sandbox a run sees no file but its own and no network', async () => {
	const tools = await openTools({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', sandbox: 'auto' });
	if (!tools.sandbox.sandboxed) return console.info('bubblewrap does not work here: the walls are not tested.');
	const run = { about: 'probe', seconds: 10, signal: AbortSignal.timeout(20_000) };
	const seen = clips.path('a2');

	await expect(tools.ffprobe({ ...run, args: ['-i', { input: seen }] })).resolves.toBeDefined();
	await expect(tools.ffprobe({ ...run, args: ['-i', seen] })).rejects.toThrow('No such file');
	await expect(tools.ffprobe({ ...run, args: ['-i', '/etc/passwd'] })).rejects.toThrow('No such file');
	await expect(tools.ffprobe({ ...run, args: ['-i', 'tcp://127.0.0.1:22'] })).rejects.toThrow();
});

test('a run that writes more than it may is ended and blamed on its clip', async () => {
	for (const sandbox of ['auto', 'off'] as const) {
		const tools = await openTools({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', sandbox });
		const run = {
			about: 'bomb.mp4',
			seconds: 20,
			fileBytes: 1e6,
			folder: clips.folder,
			signal: AbortSignal.timeout(20_000),
		};
		const bomb = tools.ffmpeg({
			...run,
			args: ['-y', '-f', 'lavfi', '-i', 'testsrc2=d=10', '-c:v', 'rawvideo', 'bomb.avi'],
		});

		await expect(bomb).rejects.toMatchObject({
			code: 'media',
			message: 'bomb.mp4: it became larger than anything planned',
		});
	}
});

test('a missing ffmpeg is named with the setting that points to it', async () => {
	const tools = openTools({ ffmpeg: 'no-such-ffmpeg', ffprobe: 'ffprobe', sandbox: 'off' });

	await expect(tools).rejects.toMatchObject({
		code: 'invalid_input',
		message: 'no-such-ffmpeg is not on this machine',
		hint: expect.stringContaining('FFMPEG_PATH'),
	});
});
