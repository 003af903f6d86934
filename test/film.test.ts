import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { bytesOf, itemsOf } from './nodes/engine.ts';
import { useHouse } from './nodes/house.ts';
import { script, stitch, transfer, veo } from './nodes/steps.ts';

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
