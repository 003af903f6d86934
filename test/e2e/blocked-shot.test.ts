import { beforeAll, describe, expect, test } from '@jest/globals';
import { clips, film, shotsOf, veo, type Shot } from './flows.ts';
import { itemsOf, type Item } from './house/house.ts';
import { openStage, type Stage } from './stage.ts';

const VEO = 'veo-3.1-fast-generate-001';
/** Veo's shortest clip and smallest picture. */
const VEO_SHOT = { seconds: 4 };
const VEO_FIELDS = { model: VEO, resolution: '720p' };
const WILD = 'the wild one';

let stage: Stage;
beforeAll(async () => {
	stage = await openStage();
}, 300_000);

/** How Google tells that its filter blocked a shot. `said`: what the person must read. */
const FORMS = [
	{ form: 'Omni answers with an error', route: 'interactions.create', as: 'http', said: /safety filter/ },
	{
		form: 'Omni’s job ends as failed',
		route: 'interactions.create',
		as: 'failed',
		said: /safety filter.*usage guidelines/,
	},
	{
		form: 'Omni’s job ends without a clip',
		route: 'interactions.create',
		as: 'empty',
		said: /without (making )?a video/,
	},
	{ form: 'Veo answers with an error', route: 'veo.start', as: 'http', said: /violate our policies/ },
	{ form: 'Veo’s job ends as failed', route: 'veo.start', as: 'failed', said: /safety filter.*usage guidelines/ },
	{ form: 'Veo filters the clip out', route: 'veo.start', as: 'filtered', said: /safety filter.*usage guidelines/ },
];

/** Three shots, of which the second is the wild one; every test has its own words. */
const shotsFor = (words: string): Shot[] =>
	shotsOf(`${words}, the calm one`, `${words}, ${WILD}`, `${words}, the wide one`);
const block = (words: string, as = 'failed', route = 'interactions.create') =>
	stage.order({ route, contains: `${words}, ${WILD}` }, { kind: 'block', as });

/** The prompts' last words of what would be on the bill, in the order of the alphabet. */
const bill = async (words: string) => (await stage.paid(words)).map(({ prompt }) => prompt.split(', ').at(-1)).sort();
const told = (items: Item[]) =>
	items.map(({ json }) => (json.error ? `${json.error as string}` : `clip ${json.number as number}`));

function tame(shots: Shot[]): Shot[] {
	return shots.map((shot) => ({ ...shot, prompt: shot.prompt.replace(WILD, 'the tame one') }));
}

describe.each(FORMS)('a shot is blocked: $form', ({ form, route, as, said }) => {
	const isVeo = route === 'veo.start';
	const shots = shotsFor(form).map((shot) => ({ ...shot, ...(isVeo ? VEO_SHOT : {}) }));
	const made = () => clips(form, shots, veo(isVeo ? VEO_FIELDS : {}));
	let flow: string;

	test('the node fails, names shot, item and reason, and says that the others are kept', async () => {
		await block(form, as, route);
		flow = (await stage.store(made())).id;
		const run = await stage.play(flow);
		expect(run).toMatchObject({ status: 'error', lastNode: 'Veo Video' });
		expect(run.error!.message).toMatch(/^Shot 2: .*\[Item 1\]$/);
		expect(run.error!.message).toMatch(said);
		expect(run.error!.description).toMatch(/prompt/);
		expect(run.error!.description).toContain('2 of 3 clips were made and are kept');
		expect((await stage.jobs(`${form}, ${WILD}`)).map(({ problem }) => problem?.code)).toEqual(['blocked']);
	}, 60_000);

	test('after its prompt was changed a new run pays for that shot alone', async () => {
		const before = (await bill(form)).filter((shot) => shot !== WILD);
		expect(before).toEqual(['the calm one', 'the wide one']);
		await stage.change(flow, clips(form, tame(shots), veo(isVeo ? VEO_FIELDS : {})));
		const run = await stage.play(flow);
		expect(told(itemsOf(run, 'Made'))).toEqual(['clip 1', 'clip 2', 'clip 3']);
		expect((await bill(form)).filter((shot) => shot !== WILD)).toEqual([
			'the calm one',
			'the tame one',
			'the wide one',
		]);
	}, 60_000);
});

const WAYS = [
	{ way: 'Keep Running', wait: 'keepRunning' },
	{ way: 'Park', wait: 'park' },
];

describe.each(WAYS)('a shot is blocked, $way', ({ wait }) => {
	test('On Error = continue: it comes out as an item with the reason in its place, and the others go on', async () => {
		const words = `continue ${wait}`;
		await block(words);
		const flow = await stage.store(
			clips(words, shotsFor(words), veo({ wait }, { onError: 'continueRegularOutput' })),
		);
		const run = await stage.play(flow.id);
		expect(run.status).toBe('success');
		expect(told(itemsOf(run, 'Made'))).toEqual([
			'clip 1',
			expect.stringMatching(/^Shot 2: .*safety filter/),
			'clip 3',
		]);
		expect(itemsOf(run, 'Made')[1]!.json).toMatchObject({
			details: { code: 'blocked', status: 'failed', reasons: [expect.any(String)] },
		});
	}, 60_000);

	test('On Error = error output: it leaves there with its input, and the others go on', async () => {
		const words = `output ${wait}`;
		await block(words);
		const flow = await stage.store(
			clips(words, shotsFor(words), veo({ wait }, { onError: 'continueErrorOutput' })),
		);
		const run = await stage.play(flow.id);
		expect(run.status).toBe('success');
		expect(told(itemsOf(run, 'Made'))).toEqual(['clip 1', 'clip 3']);
		const [refused, ...more] = itemsOf(run, 'Refused');
		expect(more).toEqual([]);
		expect(refused!.json).toMatchObject({
			number: 2,
			prompt: `${words}, ${WILD}`,
			error: expect.stringMatching(/^Shot 2: /),
		});
	}, 60_000);

	test('On Error = stop: no film is made without the shot, and a new run with another prompt pays for that shot alone', async () => {
		const words = `film ${wait}`;
		await block(words);
		const flow = await stage.store(film(words, shotsFor(words), { veo: veo({ wait }) }));
		const run = await stage.play(flow.id);
		expect(run.status).toBe('error');
		expect(run.error!.message).toMatch(/Shot 2: .*safety filter/);
		await stage.change(flow.id, film(words, tame(shotsFor(words)), { veo: veo({ wait }) }));
		const again = await stage.play(flow.id);
		expect(again.status).toBe('success');
		expect(itemsOf(again, 'Stitch Video')).toHaveLength(1);
		expect((await bill(words)).filter((shot) => shot !== WILD)).toEqual([
			'the calm one',
			'the tame one',
			'the wide one',
		]);
	}, 60_000);
});
