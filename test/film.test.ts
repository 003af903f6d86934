import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from './e2e/house/cleanup.ts';
import { bytesOf, itemsOf } from './nodes/engine.ts';
import { paidClips, shots, useHouse } from './nodes/house.ts';
import { edit, script, stitch, transfer, veo } from './nodes/steps.ts';

const house = useHouse();

test('a brief becomes shots, clips, one film, and a file', async () => {
	const text = 'A film about honey';
	const run = await house.engine.run({
		steps: [
			script({ text, seconds: 8, shotSeconds: 4 }),
			veo({ resolution: '' }),
			stitch({ order: 'number' }),
			transfer({ operation: 'exportFile', to: 'binary' }),
		],
	});
	expect(run.data.resultData.error).toBeUndefined();
	const shots = itemsOf(run, 'Gemini Script');
	expect(shots.map(({ json }) => [json.number, json.seconds, json.shots, json.aspectRatio])).toEqual([
		[1, 4, 2, '16:9'],
		[2, 4, 2, '16:9'],
	]);
	expect(shots.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);

	const clips = itemsOf(run, 'Veo Video');
	expect(clips).toHaveLength(2);
	clips.forEach(({ json, pairedItem, binary }, index) => {
		expect(json).toMatchObject({
			number: index + 1,
			prompt: shots[index]!.json.prompt,
			narration: shots[index]!.json.narration,
			seconds: 4,
			transition: 'cut',
		});
		expect(json).toMatchObject({
			mimeType: 'video/mp4',
			media: { width: 1280, height: 720 },
			job: expect.stringMatching(/^j_/),
			asset: expect.stringMatching(/^[0-9a-f]{64}$/),
		});
		expect(json.costUsd).toBeGreaterThan(0);
		expect(pairedItem).toEqual({ item: index });
		expect(binary?.thumbnail?.mimeType).toBe('image/jpeg');
	});
	expect((await bytesOf(clips[0]!.binary!.thumbnail!)).subarray(0, 2).toString('hex')).toBe('ffd8');
	const preview = await fetch(String(clips[0]!.json.previewUrl), { headers: { range: 'bytes=0-99' } });
	expect([preview.status, (await preview.arrayBuffer()).byteLength]).toEqual([206, 100]);

	const [film] = itemsOf(run, 'Stitch Video');
	expect(film!.pairedItem).toEqual([{ item: 0 }, { item: 1 }]);
	expect(film!.json).toMatchObject({
		title: shots[0]!.json.title,
		mimeType: 'video/mp4',
		stitch: { frames: expect.any(Number), lost: expect.any(Array) },
	});
	expect((film!.json.media as { seconds: number }).seconds).toBeCloseTo(8, 0);

	const [file] = itemsOf(run, 'Transfer File');
	const bytes = await bytesOf(file!.binary!.data!);
	expect(createHash('sha256').update(bytes).digest('hex')).toBe(film!.json.asset);
}, 25_000);

test('clips that are handed on while they are being made keep their shots’ fields and become a film', async () => {
	const before = await paidClips(house);
	const items = shots(['a slow tide', 'a fast tide'], { scene: 'Sea', title: 'Tides', transition: 'fadeblack' });
	await house.rehearsal.order({
		match: { route: 'interactions.create', contains: 'a fast tide' },
		fault: { kind: 'seconds', seconds: 3 },
	});
	const steps = [veo({ wait: 'handOn' }), stitch({ order: 'number', file: { chapter: '={{ $json.scene }}' } })];
	const run = await house.engine.run({ steps, items });
	expect(run.data.resultData.error).toBeUndefined();
	const clips = itemsOf(run, 'Veo Video');
	expect(clips.map(({ json }) => [json.number, json.scene, json.transition, json.title, json.narration])).toEqual([
		[1, 'Sea', 'fadeblack', 'Tides', 'about a slow tide'],
		[2, 'Sea', 'fadeblack', 'Tides', 'about a fast tide'],
	]);
	for (const { json } of clips) {
		expect(json.job).toMatch(/^j_/);
		expect(json.asset).toBeUndefined();
	}
	const [film] = itemsOf(run, 'Stitch Video');
	expect(film!.json).toMatchObject({ title: 'Tides', mimeType: 'video/mp4' });
	expect((film!.json.media as { seconds: number }).seconds).toBeCloseTo(5.5, 1);
	expect(await paidClips(house)).toBe(before + 2);
}, 45_000);

test('a clip that was handed on and is not made stops the film, by the name of its field and its item', async () => {
	await house.rehearsal.order({
		match: { route: 'interactions.create', contains: 'a forbidden shell' },
		fault: { kind: 'block', as: 'failed' },
	});
	const items = shots(['a white shell', 'a forbidden shell']);
	const run = await house.engine.run({ steps: [veo({ wait: 'handOn' }), stitch()], items });
	const fault = run.data.resultData.error as unknown as Error & { description: string };
	expect(fault.message).toMatch(/clip 2 is not there: .*\[Item 1\]$/);
	expect(fault.description).toContain('Clips that were made are kept');
	const steps = [veo({ wait: 'handOn' }), stitch({ missingShots: 'goOn' })];
	await house.rehearsal.order({
		match: { route: 'interactions.create', contains: 'a forbidden shell' },
		fault: { kind: 'block', as: 'failed' },
	});
	const [film] = itemsOf(await house.engine.run({ steps, items }), 'Stitch Video');
	expect((film!.json.media as { seconds: number }).seconds).toBeCloseTo(3, 1);
	expect((film!.json.stitch as { notes: string[] }).notes.join()).toContain('clip 2 was left out');
}, 45_000);

test('a film has all that was asked for: cards, shape, captions, chapters, tags, cover, logo and loudness', async () => {
	const items = shots(['a hive', 'a jar'], { title: 'Honey', transition: 'wipeleft' });
	items.forEach((item, index) => Object.assign(item, { scene: ['Hive', 'Jar'][index] }));
	const made = await house.engine.run({ steps: [veo()], items });
	const clips = itemsOf(made, 'Veo Video').map(({ json }) => json);
	const still = await house.engine.run({
		steps: [edit('makeThumbnail', { options: { width: 160 } })],
		items: [clips[0]!],
	});
	const picture = itemsOf(still, 'Edit Media')[0]!.json.asset;
	const run = await house.engine.run({
		steps: [
			stitch({
				...{ order: 'number', target: 'shape', shape: '1:1', captions: 'both' },
				captionLook: { captionStyle: 'box', captionLanguage: 'eng' },
				sound: { loudness: 'broadcast' },
				cards: { first: { cardTitle: '={{ $json.title }}', cardSeconds: 1, cardFade: 0 } },
				picture: { fit: 'blur', joints: 'hidden' },
				logo: { logo: picture, corner: 'top-left' },
				file: { chapter: '={{ $json.scene }}', cover: 'given', coverPicture: picture, artist: 'Bees' },
			}),
			transfer({ operation: 'exportFile', to: 'binary' }),
		],
		items: clips,
	});
	expect(run.data.resultData.error).toBeUndefined();
	const [film] = itemsOf(run, 'Stitch Video');
	expect(film!.json).toMatchObject({
		media: { width: 360, height: 360, seconds: expect.closeTo(1 + 3 + 3 - 0.5, 1) },
		stitch: { loudness: { target: -23 }, cpuSeconds: expect.any(Number), cacheHits: expect.any(Number) },
	});
	const path = join(scratchFolder('film'), 'film.mp4');
	writeFileSync(path, await bytesOf(itemsOf(run, 'Transfer File')[0]!.binary!.data!));
	const flags = ['-v', 'error', '-of', 'json', '-show_streams', '-show_format', '-show_chapters', path];
	const facts = JSON.parse(execFileSync('ffprobe', flags, { encoding: 'utf8' })) as {
		streams: Array<{ codec_type: string; disposition: { attached_pic: number }; tags?: { language?: string } }>;
		chapters: Array<{ tags: { title: string }; start_time: string }>;
		format: { tags: Record<string, string> };
	};
	expect(facts.format.tags).toMatchObject({ title: 'Honey', artist: 'Bees' });
	const subtitles = facts.streams.filter(({ codec_type: type }) => type === 'subtitle');
	expect(subtitles.map(({ tags }) => tags?.language)).toEqual(['eng']);
	expect(facts.streams.filter(({ disposition }) => disposition.attached_pic)).toHaveLength(1);
	expect(facts.chapters.map(({ tags }) => tags.title)).toEqual(['Hive', 'Jar']);
}, 90_000);
