import { beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	apart,
	backgroundAt,
	colourOf,
	download,
	framesOf,
	SAMPLE_RATE,
	soundOf,
	soundOffset,
	streamsOf,
	toneChange,
} from './film-checks.ts';
import { itemsOf, root, scratchFolder, until, type Execution, type Item } from './house/house.ts';
import { openStage, type Stage } from './stage.ts';
import { folder, readTemplate } from './template.ts';

const FPS = 24;
/** A joint of the sound lies within this of the joint of the picture. */
const JOINT_SECONDS = 0.005;
/** How far a colour may wander through yuv420p and x264, of 255. */
const COLOUR_SLACK = 10;
const FOOTAGE = join(root, '../shared/footage');

const BRIEF = `The honey film, 16 seconds in 4 shots.
A meadow at sunrise with bees over the flowers. A beekeeper opens a wooden hive in white smoke.
Honey runs golden from the frame into a glass. A child tastes a slice of bread with honey at a kitchen table.`;

type Clip = { shot: number; seconds: number; colour: string; toneHz: number };
type Branch = { id: string; name: string; mimeType: string; children?: Branch[] };

let rehearsal: Stage['rehearsal'];
let worker: Stage['worker'];
let n8n: Stage['n8n'];
const files = scratchFolder('films');

beforeAll(async () => {
	({ rehearsal, worker, n8n } = await openStage());
}, 240_000);

/** Stores the template as a person would, sets its folders, and publishes it: its first look takes what lies there as known. */
async function publishTemplate(set: Record<string, Record<string, unknown>> = {}): Promise<string> {
	const flow = await n8n.importWorkflow(
		readTemplate('drive-folder-to-film.json', {
			...set,
			'Drive Watch Trigger': { folder: folder('rehearsal-briefs') },
			'Transfer File': { folder: folder('rehearsal-films') },
		}),
	);
	await look(flow.id);
	return flow.id;
}

/** Publishes, upon which n8n looks into the folder at once, and waits for that look; the next comes within a minute. */
async function look(workflow: string): Promise<void> {
	const before = await looks();
	await n8n.publish(workflow);
	await until(async () => (await looks()) > before, { what: 'n8n to look into the folder', timeoutMs: 30_000 });
}

async function looks(): Promise<number> {
	const entries = await rehearsal.journal<{ route: string; status: number }>();
	return entries.filter(({ route, status }) => route === 'drive.changes' && status === 200).length;
}

/** Drops a brief and follows the execution that it starts to its end. Times are seconds since the drop. */
async function filmOf(workflow: string, name: string, text: string): Promise<Execution> {
	const dropped = Date.now();
	await rehearsal.dropFile({ name, mimeType: 'text/plain', text, parent: 'rehearsal-briefs' });
	await n8n.unpublish(workflow);
	await look(workflow);
	const started = async () => (await n8n.executions(workflow))[0]?.id;
	const id = await until(started, { what: 'the brief to start the workflow', timeoutMs: 30_000 });
	const noticed = Date.now();
	const run = await n8n.waitForExecution(id, undefined, 90_000);
	const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
	console.info(`${name}: noticed after ${seconds(dropped, noticed)} s, film after ${seconds(dropped, Date.now())} s`);
	return run;
}

/** The film as it lies in the folder of the rehearsal Drive, and the clips it was made of as the worker keeps them. */
async function fetchAll(run: Execution): Promise<{ film: string; clips: string[] }> {
	const name = itemsOf(run, 'Transfer File')[0]!.json.name as string;
	const { drives } = await rehearsal.side<{ drives: Branch[] }>('GET', '/rehearsal/drive');
	const inFilms = find(drives, 'rehearsal-films')!.children!.filter((file) => file.name === name);
	expect(inFilms).toHaveLength(1);
	const url = `${rehearsal.url}/rehearsal/drive/files/${inFilms[0]!.id}/content`;
	const film = await download(url, join(files, `${run.id}.mp4`));
	const items = [...itemsOf(run, 'Veo Video')].sort((a, b) => Number(a.json.number) - Number(b.json.number));
	return { film, clips: await Promise.all(items.map((item) => fetchClip(item))) };
}

async function fetchClip({ json }: Item): Promise<string> {
	const url = `${worker.url}/v1/assets/${String(json.asset)}/content`;
	return download(url, join(files, `${String(json.asset)}.mp4`), { authorization: `Bearer ${worker.apiKey}` });
}

function find(branches: Branch[], id: string): Branch | undefined {
	for (const branch of branches) {
		const found = branch.id === id ? branch : find(branch.children ?? [], id);
		if (found) return found;
	}
	return undefined;
}

/** Holds a film against its clips: every frame, the container's times, and where each clip's sound begins. */
async function compare(film: string, clips: string[]): Promise<{ frames: number; worstSample: number }> {
	const own = await framesOf(film);
	const ofClips = [];
	for (const clip of clips) ofClips.push(await framesOf(clip));
	expect(own.map(({ hash }) => hash)).toEqual(ofClips.flat().map(({ hash }) => hash));
	const steps = new Set(own.slice(1).map(({ pts }, index) => pts - own[index]!.pts));
	expect(steps.size).toBe(1);

	const { count, video, audio } = await streamsOf(film);
	expect([count, video.r_frame_rate, Number(video.start_time), Number(audio.start_time)]).toEqual([2, '24/1', 0, 0]);
	expect(Number(video.duration)).toBeCloseTo(own.length / FPS, 4);
	expect(Number(audio.duration)).toBeCloseTo(own.length / FPS, 4);

	const sound = await soundOf(film);
	let frame = 0;
	let worstSample = 0;
	for (const [index, clip] of clips.entries()) {
		const { samples, likeness } = soundOffset(sound, await soundOf(clip), frame / FPS);
		expect(likeness).toBeGreaterThan(0.95);
		worstSample = Math.max(worstSample, Math.abs(samples));
		frame += ofClips[index]!.length;
	}
	expect(worstSample / SAMPLE_RATE).toBeLessThan(JOINT_SECONDS);
	return { frames: own.length, worstSample };
}

describe('a brief that is dropped into a Drive folder', () => {
	let run: Execution;
	let film: string;
	let clips: string[];
	let made: Clip[];

	test('becomes a film in the folder for films, with nobody at the keyboard', async () => {
		const workflow = await publishTemplate();
		expect(await n8n.executions(workflow)).toEqual([]);
		run = await filmOf(workflow, 'honey.txt', BRIEF);
		expect({ status: run.status, error: run.error }).toEqual({ status: 'success', error: undefined });
		expect(run.mode).toBe('trigger');
		expect(itemsOf(run, 'Drive Watch Trigger').map(({ json }) => json.name)).toEqual(['honey.txt']);
		expect(itemsOf(run, 'Gemini Script').map(({ json }) => json.seconds)).toEqual([4, 4, 4, 4]);
		expect(run.runs['Some Shots Failed']).toBeUndefined();
		({ film, clips } = await fetchAll(run));
		expect(createHash('sha256').update(readFileSync(film)).digest('hex')).toBe(
			itemsOf(run, 'Stitch Video')[0]!.json.asset,
		);
	}, 180_000);

	test('is paid for once a shot', async () => {
		const { totals } = await rehearsal.side<{ totals: { videoJobs: number; videoPosts: number } }>(
			'GET',
			'/rehearsal/journal',
		);
		expect(totals).toMatchObject({ videoJobs: 4, videoPosts: 4 });
		const { operations } = await rehearsal.side<{ operations: { clips: Clip[] }[] }>(
			'GET',
			'/rehearsal/operations',
		);
		made = operations.flatMap((operation) => operation.clips).sort((a, b) => a.shot - b.shot);
		expect(made.map(({ shot }) => shot)).toEqual([1, 2, 3, 4]);
	});

	test('gives a film that is as long as its shots, frame for frame and sample for sample', async () => {
		const { frames, worstSample } = await compare(film, clips);
		expect(frames).toBe(made.reduce((sum, { seconds }) => sum + seconds * FPS, 0));
		expect(itemsOf(run, 'Stitch Video')[0]!.json.stitch).toMatchObject({ frames, encodedSeconds: 0 });
		console.info(`${frames} frames as in the clips; sound at most ${worstSample} samples off`);
	}, 90_000);

	test('shows each shot in its order, in its own colour', async () => {
		let start = 0;
		for (const [index, clip] of made.entries()) {
			const seen = await backgroundAt(film, start + clip.seconds / 2);
			expect(apart(seen, colourOf(clip.colour))).toBeLessThanOrEqual(COLOUR_SLACK);
			for (const other of made.filter((_, at) => at !== index))
				expect(apart(seen, colourOf(other.colour))).toBeGreaterThan(COLOUR_SLACK);
			start += clip.seconds;
		}
	}, 60_000);

	test('changes its tone where the picture changes', async () => {
		const sound = await soundOf(film);
		const off: number[] = [];
		for (let index = 1, start = 0; index < made.length; index += 1) {
			start += made[index - 1]!.seconds;
			off.push(toneChange(sound, start, made[index - 1]!.toneHz, made[index]!.toneHz));
		}
		console.info(`tone changes off by ${off.map((seconds) => `${(seconds * 1000).toFixed(2)} ms`).join(', ')}`);
		for (const seconds of off) expect(Math.abs(seconds)).toBeLessThan(JOINT_SECONDS);
	}, 60_000);
});

const real = existsSync(FOOTAGE) ? describe : describe.skip;
if (!existsSync(FOOTAGE))
	console.info('skipped: real Veo clips are looked for in ../shared/footage, and are not there');

real('a brief whose clips are real footage of Veo', () => {
	test('becomes a film in which every frame and every sound of the footage is in its place', async () => {
		await rehearsal.restart({ REHEARSAL_FOOTAGE: FOOTAGE });
		const workflow = await publishTemplate({
			'Gemini Script': { seconds: 24, shotSeconds: 8, options: { maxShots: 3 } },
		});
		const run = await filmOf(workflow, 'footage.txt', 'A film in 3 shots. Bricks. A diner. A hall.');
		expect({ status: run.status, error: run.error }).toEqual({ status: 'success', error: undefined });
		const { film, clips } = await fetchAll(run);
		const wanted = readdirSync(FOOTAGE)
			.filter((name) => name.endsWith('.mp4'))
			.map((name) =>
				createHash('sha256')
					.update(readFileSync(join(FOOTAGE, name)))
					.digest('hex'),
			);
		expect(
			itemsOf(run, 'Veo Video')
				.map(({ json }) => json.asset)
				.sort(),
		).toEqual(wanted.sort());
		const { frames, worstSample } = await compare(film, clips);
		expect(frames).toBe(3 * 8 * FPS);
		console.info(`footage: ${frames} frames as in the clips; sound at most ${worstSample} samples off`);
	}, 180_000);
});
