import { expect, test } from '@jest/globals';
import type { ILoadOptionsFunctions, INodeListSearchResult, INodePropertyOptions } from 'n8n-workflow';
import { listContext, pollContext, type Step } from './nodes/engine.ts';
import { useHouse } from './nodes/house.ts';
import { loadNodes } from './nodes/package.ts';
import { script } from './nodes/steps.ts';

const house = useHouse();
const nodes = loadNodes();

const watch = (given: Record<string, unknown> = {}): Step => ({
	name: 'Drive Watch Trigger',
	type: 'n8n-nodes-reelsmith.driveWatchTrigger',
	parameters: {
		event: 'new',
		folder: { __rl: true, mode: 'id', value: 'rehearsal-briefs' },
		subfolders: false,
		types: ['document'],
		restSeconds: 0,
		options: {},
		...given,
	},
});

async function look(step: Step, memory: Record<string, unknown> = {}, mode: 'manual' | 'trigger' = 'trigger') {
	const { poll, memory: after } = pollContext(house.credential, step, mode, memory);
	const found = await poll();
	return { names: found?.[0]?.map(({ json }) => json.name) ?? null, files: found?.[0] ?? [], memory: after() };
}

test('a new file is delivered once, and only if it is of the kind that is watched', async () => {
	const first = await look(watch());
	expect(first.names).toBeNull();
	await house.rehearsal.dropFile({ name: 'honey.txt', mimeType: 'text/plain', text: 'A film about honey' });
	await house.rehearsal.dropFile({ name: 'honey.jpg', mimeType: 'image/jpeg', text: 'no picture' });
	const second = await look(watch(), first.memory);
	expect(second.names).toEqual(['honey.txt']);
	expect(second.files[0]!.json).toMatchObject({
		mimeType: 'text/plain',
		folder: 'rehearsal-briefs',
		path: '',
		id: expect.any(String),
		link: expect.stringMatching(/^https?:/),
	});
	const third = await look(watch(), second.memory);
	expect(third.names).toBeNull();
});

test('another folder begins another watch', async () => {
	const first = await look(watch());
	const other = watch({
		folder: { __rl: true, mode: 'url', value: 'https://drive.google.com/drive/u/0/folders/rehearsal-films' },
	});
	const second = await look(other, first.memory);
	expect(second.names).toBeNull();
	expect(second.memory.cursor).not.toBe(first.memory.cursor);
});

test('a test run in the editor shows the newest file and leaves the cursor alone', async () => {
	await house.rehearsal.dropFile({ name: 'wax.txt', mimeType: 'text/plain', text: 'A film about wax' });
	const { names, memory } = await look(watch(), {}, 'manual');
	expect(names).toEqual(['wax.txt']);
	expect(memory).toEqual({});
});

test('a test run on a folder without such files says so plainly', async () => {
	await expect(look(watch({ types: ['audio'] }), {}, 'manual')).rejects.toThrow(
		'There is no file of this kind in the folder yet',
	);
});

test('files that lie there already are delivered when that is wished', async () => {
	const { names } = await look(watch({ options: { existing: true } }));
	expect(names).toEqual(expect.arrayContaining(['honey.txt', 'wax.txt']));
});

test('a folder that is not there is told in the worker’s words, with a cause that n8n paces its polling by', async () => {
	const gone = look(watch({ folder: { __rl: true, mode: 'id', value: 'no-such-folder' } }));
	await expect(gone).rejects.toMatchObject({
		failure: { cause: 'configuration-invalid' },
		description: expect.any(String),
	});
});

test('folders can be picked from a list', async () => {
	const search = nodes['n8n-nodes-reelsmith.driveWatchTrigger']!.methods!.listSearch!.searchFolders!;
	const { results } = await (
		search as (this: ILoadOptionsFunctions, filter?: string) => Promise<INodeListSearchResult>
	).call(listContext(house.credential, watch()), 'Films');
	expect(results).toEqual(
		expect.arrayContaining([
			expect.objectContaining({ name: expect.stringContaining('Films'), value: 'rehearsal-films' }),
		]),
	);
});

test('models are listed with their prices, the worker’s default first', async () => {
	const lists = nodes['n8n-nodes-reelsmith.geminiScript']!.methods!.loadOptions!;
	const list = async (name: 'videoModels' | 'textModels') =>
		(await (lists[name] as (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>).call(
			listContext(house.credential, script()),
		)) ?? [];
	const [standard, ...models] = await list('videoModels');
	expect(standard).toMatchObject({ name: expect.stringMatching(/^Worker's Default \(.+\)$/), value: '' });
	expect(models.length).toBeGreaterThan(1);
	for (const { name } of models) expect(name).toMatch(/\(\$[\d.]+\/s at \d+p\)$/);
	for (const { name } of (await list('textModels')).slice(1))
		expect(name).toMatch(/\(\$[\d.]+ in, \$[\d.]+ out per million tokens\)$/);
});
