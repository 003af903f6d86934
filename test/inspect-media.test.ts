import { beforeAll, expect, test } from '@jest/globals';
import type { INodeExecutionData } from 'n8n-workflow';
import { until } from '../scripts/house/until.ts';
import { bytesOf, itemsOf } from './nodes/engine.ts';
import { shots, useHouse } from './nodes/house.ts';
import { edit, inspect, job, stitch, veo } from './nodes/steps.ts';

const house = useHouse();
let clips: INodeExecutionData[];
let film: INodeExecutionData;

beforeAll(async () => {
	const items = shots(['a red door', 'a snowy field'], { title: 'Doors', aspectRatio: '16:9' });
	const run = await house.engine.run({ steps: [veo(), stitch({ transition: 'cut' })], items });
	clips = itemsOf(run, 'Veo Video');
	[film] = itemsOf(run, 'Stitch Video') as [INodeExecutionData];
}, 60_000);

async function found(operation: string, given: Record<string, unknown>, items: INodeExecutionData[]) {
	const run = await house.engine.run({
		steps: [inspect(operation, given)],
		items: items.map(({ json }) => json),
	});
	expect(run.data.resultData.error).toBeUndefined();
	return itemsOf(run, 'Inspect Media');
}

test('a clip that was looked at goes on as it was, with what was found', async () => {
	const items = await found('checkQuality', {}, clips);
	expect(items.map(({ json }) => json.number)).toEqual([1, 2]);
	for (const [index, { json, binary, pairedItem }] of items.entries()) {
		expect(json).toMatchObject({
			...{ asset: clips[index]!.json.asset, narration: clips[index]!.json.narration, seconds: 3 },
			...{ ok: expect.any(Boolean), verdict: expect.stringMatching(/^(pass|fail)$/), reasons: expect.any(Array) },
			measured: { width: 640, height: 360, seconds: expect.any(Number) },
		});
		expect(binary).toBeUndefined();
		expect(pairedItem).toEqual({ item: index });
	}
	const run = await house.engine.run({
		steps: [inspect('checkQuality'), stitch()],
		items: clips.map(({ json }) => json),
	});
	expect(itemsOf(run, 'Stitch Video')[0]!.json.asset).toBe(film.json.asset);
}, 45_000);

test('a clip that is not what was asked for fails, with the reason in words', async () => {
	const [item] = await found('checkQuality', { seconds: 8, ratio: '9:16' }, [clips[0]!]);
	expect(item!.json).toMatchObject({ ok: false, verdict: 'fail' });
	const codes = (item!.json.findings as Array<{ code: string }>).map(({ code }) => code);
	expect(codes).toEqual(expect.arrayContaining(['length', 'ratio']));
	expect((item!.json.reasons as string[]).length).toBeGreaterThan(1);
}, 30_000);

test('scenes come one item each, with a picture to be seen, and can be cut out of the film', async () => {
	const scenes = await found('detectScenes', {}, [film]);
	expect(scenes.map(({ json }) => [json.number, json.from, json.to, json.scenes])).toEqual([
		[1, 0, 3, 2],
		[2, 3, 6, 2],
	]);
	for (const { json, binary, pairedItem } of scenes) {
		expect(json).toMatchObject({ asset: film.json.asset, title: 'Doors', picture: expect.any(String) });
		expect(binary?.thumbnail?.mimeType).toMatch(/^image\/(jpeg|png)$/);
		expect((await bytesOf(binary!.thumbnail!)).length).toBeGreaterThan(500);
		expect(pairedItem).toEqual({ item: 0 });
	}
	const cut = await house.engine.run({
		steps: [edit('trim', { beginAt: '={{ $json.from }}', endAt: '={{ $json.to }}' })],
		items: [scenes[1]!.json],
	});
	expect((itemsOf(cut, 'Edit Media')[0]!.json.media as { seconds: number }).seconds).toBeCloseTo(3, 1);
}, 45_000);

test('scenes come as one item where that is wanted, without pictures where nobody wants to see them', async () => {
	const [item, ...more] = await found('detectScenes', { output: 'one', attachThumbnail: false }, [film]);
	expect(more).toEqual([]);
	expect(item!.json).toMatchObject({ scenes: [{ number: 1 }, { number: 2 }], clipSeconds: 6 });
	expect(item!.binary).toBeUndefined();
}, 30_000);

test('a probe tells what a file is, and silence where nothing is heard', async () => {
	const [probed] = await found('probe', {}, [clips[0]!]);
	expect(probed!.json).toMatchObject({ kind: 'video', ratio: '16:9', cutPoints: expect.any(Array), number: 1 });
	const [heard] = await found('detectSilence', {}, [clips[0]!]);
	expect(heard!.json).toMatchObject({
		silent: expect.any(Boolean),
		silences: expect.any(Array),
		clipSeconds: expect.closeTo(3, 1),
		seconds: 3,
	});
}, 30_000);

test('a logo is found where it was laid, with a picture of the place, and not in the clip without it', async () => {
	const made = async (operation: string, given: Record<string, unknown>, clip: INodeExecutionData) => {
		const run = await house.engine.run({ steps: [edit(operation, given)], items: [clip.json] });
		expect(run.data.resultData.error).toBeUndefined();
		return itemsOf(run, 'Edit Media')[0]!;
	};
	const logo = (await made('makeThumbnail', { options: { width: 160 } }, clips[0]!)).json.asset;
	const look = { corner: 'bottom-left', logoWidth: 25 };
	const marked = await made('addLogo', { logo, options: look }, clips[1]!);
	const [there, bare] = await found('detectWatermark', { logo }, [marked, clips[1]!]);
	expect(there!.json).toMatchObject({ found: true, region: 'bottom-left', asset: marked.json.asset });
	expect(there!.binary?.thumbnail?.mimeType).toMatch(/^image\/(jpeg|png)$/);
	expect(bare!.json).toMatchObject({ found: false, place: null, picture: null });
	expect(bare!.binary).toBeUndefined();
}, 60_000);

test('what an inspection found that nobody waited for is looked up with Reelsmith Job', async () => {
	const [given] = await found('probe', { wait: 'dontWait' }, [clips[0]!]);
	const item = { ...given!.json };
	const look = async () => {
		const run = await house.engine.run({ steps: [job({ operation: 'get' })], items: [item] });
		const [got] = itemsOf(run, 'Reelsmith Job');
		return got!.json.status === 'succeeded' ? got!.json : undefined;
	};
	const got = await until(look, { what: 'the end of the inspection', timeoutMs: 20_000, everyMs: 200 });
	expect(got).toMatchObject({ kind: 'inspect', found: { operation: 'probe', ratio: '16:9' } });
}, 30_000);
