import { beforeAll, describe, expect, test } from '@jest/globals';
import type { INodeExecutionData } from 'n8n-workflow';
import { itemsOf } from './nodes/engine.ts';
import { shots, useHouse } from './nodes/house.ts';
import { edit, stitch, veo } from './nodes/steps.ts';

const house = useHouse();
let clip: INodeExecutionData;

beforeAll(async () => {
	const items = shots(['a lighthouse'], { title: 'Coast', transition: 'cut' });
	[clip] = itemsOf(await house.engine.run({ steps: [veo()], items }), 'Veo Video') as [INodeExecutionData];
}, 60_000);

async function edited(operation: string, given: Record<string, unknown> = {}): Promise<INodeExecutionData> {
	const run = await house.engine.run({ steps: [edit(operation, given)], items: [clip.json] });
	expect(run.data.resultData.error).toBeUndefined();
	const items = itemsOf(run, 'Edit Media');
	expect(items).toHaveLength(1);
	return items[0]!;
}

const media = ({ json }: INodeExecutionData) => json.media as Record<string, unknown>;
const fault = (run: Awaited<ReturnType<typeof house.engine.run>>) => run.data.resultData.error as unknown as Error;

test('a trimmed clip goes on with its shot’s fields, and says what it was made of', async () => {
	const { json, binary, pairedItem } = await edited('trim', { beginAt: 0.5, endAt: 1.5 });
	expect(json).toMatchObject({
		...{ number: 1, title: 'Coast', transition: 'cut', narration: 'about a lighthouse' },
		...{ source: clip.json.asset, mimeType: 'video/mp4', job: expect.stringMatching(/^j_/) },
		edit: { operation: 'trim', frames: 24, notes: expect.any(Array), segments: expect.any(Array) },
	});
	expect(json.asset).not.toBe(clip.json.asset);
	expect(json.seconds).toBeUndefined();
	expect(media({ json }).seconds).toBeCloseTo(1, 2);
	expect(binary?.thumbnail?.mimeType).toBe('image/jpeg');
	expect(pairedItem).toEqual({ item: 0 });
}, 30_000);

test('a clip gets another shape, and a size', async () => {
	const { width, height } = media(await edited('changeAspect', { ratio: '1:1', fit: 'crop' }));
	expect(width).toBe(height);
	expect(media(await edited('resize', { width: 320 }))).toMatchObject({ width: 320, height: 180 });
}, 30_000);

test('sound and pictures are taken out of a clip', async () => {
	const sound = await edited('extractAudio', { format: 'mp3' });
	expect(sound.json).toMatchObject({ mimeType: 'audio/mpeg', media: { width: null, audioCodec: 'mp3' } });
	expect(sound.binary).toBeUndefined();
	const picture = await edited('makeThumbnail', { options: { width: 320, fileName: 'cover' } });
	expect(picture.json).toMatchObject({ mimeType: 'image/jpeg', fileName: 'cover.jpg', media: { width: 320 } });
	expect(picture.binary?.thumbnail?.mimeType).toBe('image/jpeg');
}, 30_000);

test('a title card stands before the clip in a film, and music plays under it', async () => {
	const card = await edited('makeTitleCard', { cardSeconds: 1, width: 640, height: 360 });
	expect(media(card).seconds).toBeCloseTo(1, 2);
	const sound = await edited('extractAudio', { format: 'wav' });
	const run = await house.engine.run({
		steps: [stitch({ sound: { music: sound.json.asset, loudness: 'podcasts' }, transition: 'cut' })],
		items: [card.json, clip.json],
	});
	expect(fault(run)).toBeUndefined();
	const [film] = itemsOf(run, 'Stitch Video');
	expect(media(film!).seconds).toBeCloseTo(4, 1);
	const report = film!.json.stitch as { loudness: { target: number }; segments: Array<Record<string, unknown>> };
	expect(report.loudness.target).toBe(-16);
	expect(report.segments[0]).toMatchObject({
		clips: [0],
		how: expect.stringMatching(/^(copied|encoded)$/),
		why: expect.any(String),
	});
}, 45_000);

describe('what the worker refuses', () => {
	test('is told by the field’s name and the item', async () => {
		const run = await house.engine.run({ steps: [edit('changeSpeed', { factor: 99 })], items: [clip.json] });
		expect(fault(run).message).toMatch(/^Speed: .*\[Item 0\]$/);
	});

	test('is told by the item of its clip where one film is made of many', async () => {
		const items = [clip.json, { ...clip.json, number: 2, asset: 'not-an-asset' }];
		const run = await house.engine.run({ steps: [stitch({ order: 'items' })], items });
		expect(fault(run).message).toMatch(/^Clip: .*\[Item 1\]$/);
		const turned = await house.engine.run({
			steps: [stitch({ order: 'number' })],
			items: [{ ...clip.json, number: 2, asset: 'not-an-asset' }, clip.json],
		});
		expect(fault(turned).message).toMatch(/^Clip: .*\[Item 0\]$/);
	});
});
