import { beforeAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { download, framesOf, streamsOf } from './film-checks.ts';
import { film, lay, node, shotsOf, start, stitch, veo } from './flows.ts';
import { itemsOf, scratchFolder, type Execution, type WorkflowNode } from './house/house.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
const folder = scratchFolder('media');
const ids: Record<string, string> = {};

/** Four seconds, a cut at two, a voice-like hum that stops for a second; music, a logo, a voice. */
const FILES: Record<string, string[]> = {
	'clip.mp4': [
		...['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=24:d=2', '-f', 'lavfi', '-i', 'mandelbrot=s=640x360:r=24'],
		...['-f', 'lavfi', '-i', "aevalsrc='0.3*sin(2*PI*220*t)*(lt(t,1.5)+gt(t,2.5))':s=48000:d=4"],
		'-filter_complex',
		'[1:v]trim=end_frame=48,setpts=PTS-STARTPTS[b];[0:v]setsar=1[a];[a][b]concat=n=2[v]',
		...[
			'-map',
			'[v]',
			'-map',
			'2:a',
			'-c:v',
			'libx264',
			'-pix_fmt',
			'yuv420p',
			'-x264-params',
			'keyint=24:open-gop=0',
		],
		...['-c:a', 'aac', '-ac', '2'],
	],
	'music.m4a': ['-f', 'lavfi', '-i', 'sine=f=330:r=48000:d=3', '-c:a', 'aac'],
	'voice.wav': ['-f', 'lavfi', '-i', 'anoisesrc=r=48000:a=0.3:d=1:seed=4'],
	'logo.png': ['-f', 'lavfi', '-i', 'color=red:s=64x64,format=rgba', '-frames:v', '1'],
};

const TYPES: Record<string, string> = { mp4: 'video/mp4', m4a: 'audio/mp4', wav: 'audio/wav', png: 'image/png' };

beforeAll(async () => {
	stage = await openStage();
	for (const [name, args] of Object.entries(FILES)) {
		const path = join(folder, name);
		execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args, path]);
		const answer = await fetch(`${stage.worker.url}/v1/assets?name=${name}`, {
			method: 'POST',
			headers: {
				authorization: `Bearer ${stage.worker.apiKey}`,
				'content-type': TYPES[name.split('.').at(-1)!]!,
			},
			body: readFileSync(path),
		});
		ids[name] = ((await answer.json()) as { id: string }).id;
	}
}, 300_000);

const credentials = { reelsmithApi: { id: '', name: '' } };
const edit = (name: string, operation: string, parameters: object = {}): WorkflowNode =>
	node(name, 'n8n-nodes-reelsmith.editMedia', 1, { operation, ...parameters }, { credentials });
const inspect = (name: string, operation: string, parameters: object = {}): WorkflowNode =>
	node(name, 'n8n-nodes-reelsmith.inspectMedia', 1, { operation, ...parameters }, { credentials });
const theClip = () =>
	node('Clip', 'n8n-nodes-base.set', 3.4, {
		mode: 'raw',
		jsonOutput: JSON.stringify({ asset: ids['clip.mp4'], number: 1, narration: 'Bees fly over the meadow.' }),
		options: {},
	});

/** Each node by itself behind the clip. */
async function runEach(name: string, nodes: WorkflowNode[]): Promise<Execution> {
	const wires = ['Start > Clip', ...nodes.map((each) => `Clip > ${each.name}`)];
	const flow = await stage.store(lay(name, [start(), theClip(), ...nodes], wires));
	const run = await stage.play(flow.id);
	expect({ status: run.status, error: run.error?.message }).toEqual({ status: 'success', error: undefined });
	return run;
}

const fetchAsset = (id: unknown, name: string) =>
	download(`${stage.worker.url}/v1/assets/${String(id)}/content`, join(folder, name), {
		authorization: `Bearer ${stage.worker.apiKey}`,
	});

test('every edit of Edit Media is reachable and does what it says', async () => {
	const run = await runEach('Edits', [
		edit('Trim', 'trim', { beginAt: 1, endAt: 3 }),
		edit('Aspect', 'changeAspect', { ratio: '9:16', fit: 'blur' }),
		edit('Resize', 'resize', { width: 320, height: 0 }),
		edit('Speed', 'changeSpeed', { factor: 2 }),
		edit('Music', 'addMusic', { music: ids['music.m4a'] }),
		edit('Loudness', 'normaliseLoudness', { loudness: 'podcasts' }),
		edit('Captions', 'addCaptions', { captions: 'both' }),
		edit('Logo', 'addLogo', { logo: ids['logo.png'] }),
		edit('Card', 'makeTitleCard', { cardTitle: 'Honey', width: 640, height: 360 }),
		edit('Audio', 'extractAudio', { format: 'mp3' }),
		edit('Thumbnail', 'makeThumbnail', { moment: 'given', at: 3 }),
		edit('Sheet', 'makeContactSheet', { columns: 2, rows: 2, width: 640 }),
	]);
	const facts = (name: string) => itemsOf(run, name)[0]!.json as Record<string, unknown>;
	const media = (name: string) => facts(name).media as Record<string, unknown>;
	expect(media('Trim')).toMatchObject({ seconds: 2, width: 640, height: 360 });
	expect(media('Aspect')).toMatchObject({ seconds: 4, width: 360, height: 640 });
	expect(media('Resize')).toMatchObject({ seconds: 4, width: 320, height: 180 });
	expect(media('Speed')).toMatchObject({ seconds: 2, width: 640 });
	for (const name of ['Music', 'Loudness', 'Captions', 'Logo']) expect(media(name)).toMatchObject({ seconds: 4 });
	expect(facts('Loudness').edit).toMatchObject({ copiedSeconds: 4, loudness: { target: -16 } });
	expect(media('Card')).toMatchObject({ seconds: 3, width: 640, height: 360, audioCodec: null });
	expect(facts('Audio')).toMatchObject({ mimeType: 'audio/mpeg', media: { audioCodec: 'mp3' } });
	for (const name of ['Thumbnail', 'Sheet']) expect(facts(name)).toMatchObject({ mimeType: 'image/jpeg' });
	const trimmed = await fetchAsset(facts('Trim').asset, 'trimmed.mp4');
	const source = (await framesOf(join(folder, 'clip.mp4'))).map(({ hash }) => hash);
	expect((await framesOf(trimmed)).map(({ hash }) => hash)).toEqual(source.slice(24, 72));
}, 240_000);

test('every look of Inspect Media is reachable and finds what is there', async () => {
	const run = await runEach('Looks', [
		inspect('Probe', 'probe'),
		inspect('Scenes', 'detectScenes', { output: 'scenes' }),
		inspect('Silence', 'detectSilence'),
		inspect('Quality', 'checkQuality', { seconds: 9 }),
		inspect('Watermark', 'detectWatermark', { logo: ids['logo.png'] }),
	]);
	const first = (name: string) => itemsOf(run, name)[0]!;
	expect(first('Probe').json).toMatchObject({ ratio: '16:9', interlaced: false, cutPoints: [0, 1, 2, 3] });
	expect(itemsOf(run, 'Scenes').map(({ json }) => [json.from, json.to])).toEqual([
		[0, 2],
		[2, 4],
	]);
	expect(first('Scenes').binary?.thumbnail).toMatchObject({ mimeType: 'image/jpeg' });
	expect(first('Silence').json).toMatchObject({ silences: [{ seconds: expect.closeTo(1, 1) }] });
	expect(first('Quality').json).toMatchObject({
		ok: false,
		verdict: 'fail',
		findings: [expect.objectContaining({ code: 'length' })],
	});
	expect(first('Watermark').json).toMatchObject({ found: false });
}, 240_000);

test('a film with everything a film can have', async () => {
	const words = 'a mill with everything';
	const shots = shotsOf(`${words}, outside`, `${words}, inside`).map((shot, index) => ({
		...shot,
		scene: `Scene ${index + 1}`,
		narration: 'The old mill turns slowly in the evening wind.',
		narrationAsset: index ? '' : ids['voice.wav'],
	}));
	const all = stitch({
		transition: 'wipeleft',
		transitionSeconds: 0.5,
		narration: '={{ $json.narrationAsset }}',
		captions: 'both',
		captionText: '={{ $json.narration }}',
		captionLook: { captionStyle: 'box', captionLanguage: 'eng' },
		sound: { music: ids['music.m4a'], loudness: 'podcasts' },
		cards: { first: { cardTitle: 'The mill', cardSeconds: 1 }, last: { cardTitle: 'The end', cardSeconds: 1 } },
		picture: { joints: 'hidden' },
		logo: { logo: ids['logo.png'], corner: 'top-left' },
		file: { chapter: '={{ $json.scene }}', cover: 'film', artist: 'The miller' },
	});
	const flow = await stage.store(film(words, shots, { stitch: all }));
	const run = await stage.play(flow.id);
	expect({ status: run.status, error: run.error?.message }).toEqual({ status: 'success', error: undefined });
	const { json } = itemsOf(run, 'Stitch Video')[0]!;
	expect(json.stitch).toMatchObject({ seconds: 7.5, loudness: { target: -16 }, lost: expect.any(Array) });
	const path = await fetchAsset(json.asset, 'everything.mp4');
	expect(await framesOf(path)).toHaveLength(180);
	const probed = JSON.parse(
		execFileSync(
			'ffprobe',
			['-v', 'error', '-show_streams', '-show_chapters', '-show_format', '-of', 'json', path],
			{
				encoding: 'utf8',
			},
		),
	) as { streams: { codec_name: string }[]; chapters: { tags: { title: string } }[]; format: { tags: object } };
	expect(probed.streams.map(({ codec_name }) => codec_name)).toEqual(
		expect.arrayContaining(['h264', 'aac', 'mov_text', 'mjpeg']),
	);
	expect(probed.chapters.map(({ tags }) => tags.title)).toEqual(['Scene 1', 'Scene 2']);
	expect(probed.format.tags).toMatchObject({ title: 'Film', artist: 'The miller' });
}, 240_000);

test('clips handed on become a film without a wait between, and a repeated run pays nothing twice', async () => {
	const words = 'a mill handed on';
	const slow = `${words}, slow`;
	await stage.order({ route: 'interactions.create', contains: slow }, { kind: 'seconds', seconds: 6 });
	const made = veo({ wait: 'handOn' });
	const joined = stitch({ clip: '={{ $json.asset || $json.job }}' });
	const flow = await stage.store(film(words, shotsOf(`${words}, quick`, slow), { veo: made, stitch: joined }));
	const run = await stage.play(flow.id);
	expect({ status: run.status, error: run.error?.message }).toEqual({ status: 'success', error: undefined });
	const { json } = itemsOf(run, 'Stitch Video')[0]!;
	expect(json.stitch).toMatchObject({ seconds: 6, segments: [{ cached: true }, { cached: false }] });
	expect((await streamsOf(await fetchAsset(json.asset, 'handed.mp4'))).video).toMatchObject({ duration: '6.000000' });
	expect(await stage.paid(words)).toHaveLength(2);
}, 240_000);
