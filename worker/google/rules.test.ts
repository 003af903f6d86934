import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ClipInput } from '../contract/clip.ts';
import { StoryboardInput } from '../contract/storyboard.ts';
import { type Catalog, openCatalog } from './catalog.ts';
import { checkClip, checkStoryboard } from './rules.ts';
import { faultOf } from './testing.ts';

let catalog: Catalog;
let folder: string;
beforeAll(async () => {
	catalog = await openCatalog();
	folder = await mkdtemp(join(tmpdir(), 'reelsmith-models-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const VEO = 'veo-3.1-generate-001';
const refusals = (input: Partial<ClipInput>) => {
	const checked = checkClip(catalog, { prompt: 'a wave', ...input });
	return 'refusals' in checked ? checked.refusals : [];
};
const accepted = (input: Partial<ClipInput>) => {
	const checked = checkClip(catalog, { prompt: 'a wave', ...input });
	if ('refusals' in checked) throw new Error(JSON.stringify(checked.refusals));
	return checked;
};
const fileOf = async (content: unknown) => {
	const path = join(folder, 'models.json');
	await writeFile(path, JSON.stringify(content));
	return path;
};

describe('a clip', () => {
	test('gets the defaults of the default model, and a price with its basis', () => {
		const { request, estimateUsd, basis } = accepted({});
		expect(request).toEqual({
			model: 'gemini-omni-1.2-flash',
			prompt: 'a wave',
			seconds: 8,
			aspectRatio: '16:9',
			resolution: '720p',
			seed: null,
			audio: true,
			negativePrompt: null,
		});
		expect(estimateUsd).toBeCloseTo(8 * 0.0695 + 0.009, 3);
		expect(basis).toMatch(/8 s × \$0\.0695 a second .*720p.*2026-11-11/);
	});

	test('is cheaper without sound where the model can be silent', () => {
		expect(accepted({ model: VEO, audio: false }).estimateUsd).toBe(1.6);
		expect(accepted({ model: VEO }).estimateUsd).toBe(3.2);
	});

	test.each([
		[{ seconds: 16 }, 'seconds', /3 to 15 seconds/],
		[{ seconds: 7.5 }, 'seconds', /3 to 15/],
		[{ model: 'gemini-omni-1.1-flash', seconds: 12 }, 'seconds', /3 to 10/],
		[{ model: VEO, seconds: 5 }, 'seconds', /4, 6 or 8/],
		[{ model: VEO, seconds: 4, resolution: '1080p' }, 'seconds', /of 8 seconds at 1080p/],
		[{ model: VEO, resolution: '360p' }, 'resolution', /720p, 1080p, 4k/],
		[{ model: 'veo-3.1-lite-generate-001', resolution: '4k' }, 'resolution', /not 4k/],
		[{ aspectRatio: '1:1' }, 'aspectRatio', /16:9 and 9:16/],
		[{ audio: false }, 'audio', /always makes sound/],
		[{ negativePrompt: 'blur' }, 'negativePrompt', /into the prompt/],
		[{ model: 'veo-3.1-generate-preview' }, 'model', /Use gemini-omni-1\.2-flash instead.*veo-3\.1-generate-001/],
		[{ model: 'gemini-omni-flash-preview' }, 'model', /shut down.*gemini-omni-1\.2-flash/],
		[{ model: 'sora' }, 'model', /Known are gemini-omni-1\.2-flash/],
	] as [Partial<ClipInput>, string, RegExp][])('with %j is refused by its %s', (input, field, message) => {
		expect(refusals(input)).toEqual([{ field, message: expect.stringMatching(message) }]);
	});

	test('with several faults hears of all at once', () => {
		expect(refusals({ seconds: 1, audio: false, aspectRatio: '4:5' }).map(({ field }) => field)).toEqual([
			'seconds',
			'aspectRatio',
			'audio',
		]);
	});
});

describe('a storyboard', () => {
	const check = (more: object) => checkStoryboard(catalog, StoryboardInput.parse({ text: 'A brief.', ...more }));
	test('may use the lengths of its video model, or the one that is asked for', () => {
		expect(check({ videoModel: VEO })).toMatchObject({ model: 'gemini-3.8-flash', shotSeconds: [4, 6, 8] });
		expect(check({ shotSeconds: 5 })).toMatchObject({ shotSeconds: [5] });
	});

	test.each([
		[{ videoModel: VEO, shotSeconds: 5 }, 'shotSeconds'],
		[{ seconds: 400, maxShots: 10 }, 'maxShots'],
		[{ aspectRatio: '1:1' }, 'aspectRatio'],
		[{ model: 'gemini-2.0-flash' }, 'model'],
		[{ videoModel: 'veo-3.0-generate-001' }, 'videoModel'],
	])('with %j is refused by its %s', (more, field) => {
		expect(check(more)).toMatchObject({ refusals: [{ field }] });
	});
});

describe('the models file', () => {
	test('adds a model by a row, changes a price by a field, retires an id by a line', async () => {
		const known = catalog.view().video[0];
		const changed = await openCatalog(
			await fileOf({
				video: [
					{ ...known, id: 'omni-next', name: 'Next', default: true },
					{ id: VEO, usdPerSecond: { '720p': 1 } },
				],
				retired: { 'gemini-3.5-flash-old': 'gemini-3.5-flash' },
			}),
		);
		expect(changed.view().video.find((row) => row.default)?.id).toBe('omni-next');
		expect(changed.view().video.filter((row) => row.default)).toHaveLength(1);
		const veo = checkClip(changed, { prompt: 'a wave', model: VEO, seconds: 4 });
		expect(veo).toMatchObject({ estimateUsd: 4 });
		expect(changed.text('gemini-3.5-flash-old')).toEqual({
			refusal: expect.stringMatching(/Use gemini-3\.5-flash/),
		});
	});

	test('that is wrong is named together with what is wrong in it', async () => {
		expect((await faultOf(openCatalog(await fileOf({ video: [{ id: 'x' }] })))).message).toMatch(/"x".*name/s);
		expect((await faultOf(openCatalog(await fileOf({ films: [] })))).code).toBe('invalid_input');
		expect((await faultOf(openCatalog(join(folder, 'none.json')))).message).toMatch(/none\.json/);
	});
});
