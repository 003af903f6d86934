import { describe, expect, test } from '@jest/globals';
import { INPUTS } from '../worker/contract/index.ts';
import { executeContext, type Step } from './nodes/engine.ts';
import { require } from './nodes/package.ts';
import { edit, inspect, stitch } from './nodes/steps.ts';

/*
 * What the nodes ask the worker for, read by n8n's own expression engine from fields and items, and held against the
 * worker's own schemas. No worker is needed: nothing is sent.
 */
type Json = Record<string, unknown>;
type Operation = {
	kind: keyof typeof INPUTS;
	ask(ctx: unknown, items: number[]): { input: Json; keep?: Json; form?: string; order?: number[] };
};

const nowhere = { baseUrl: 'http://127.0.0.1:1', apiKey: 'none' };
const asset = (letter: string) => letter.repeat(64);
const [A, B, C, D] = ['a', 'b', 'c', 'd'].map(asset) as [string, string, string, string];

const operationOf = (folder: string, name: string) =>
	(require(`../../dist/nodes/${folder}/operations/${name}.js`) as Record<string, Operation>)[name]!;

/** What the operation asks for, as it is and as the worker's schema reads it. */
function ask<R>(operation: Operation, step: Step, items: Json[], which = items.map((_, index) => index)) {
	const asked = operation.ask(executeContext(nowhere, step, items), which);
	return { ...asked, read: INPUTS[operation.kind].parse(asked.input) as unknown as R };
}

const askStitch = (given: Json, items: Json[]) =>
	ask<Film>(operationOf('StitchVideo', 'stitchItems'), stitch(given), items);
const askEdit = (name: string, given: Json, item: Json = { asset: A }) =>
	ask<Json>(operationOf('EditMedia', name), edit(name, given), [item], [0]);
const askInspect = (name: string, given: Json = {}, item: Json = { asset: A }) =>
	ask<Json>(operationOf('InspectMedia', name), inspect(name, given), [item], [0]);

type Film = Json & { timeline: Json & { clips: Json[]; target: Json; sound: Json; captions: Json } };
const clips = (...more: Json[]): Json[] =>
	more.map((json, index) => ({ asset: [A, B, C, D][index], number: index + 1, ...json }));

describe('Stitch Video', () => {
	test('asks for nothing but the clips where nothing is set', () => {
		const { input } = askStitch({}, clips({}, {}));
		expect(input).toEqual({ timeline: { clips: [{ asset: A }, { asset: B }], target: {} }, title: 'Film' });
	});

	test('takes the job of a clip that is still being made', () => {
		const { read } = askStitch({}, [{ asset: A }, { job: 'j_later', number: 2 }, { asset: B, job: 'j_done' }]);
		expect(read.timeline.clips.map(({ asset, job }) => [asset, job])).toEqual([
			[A, undefined],
			[undefined, 'j_later'],
			[B, undefined],
		]);
	});

	test.each([
		['items', {}, [A, B, C]],
		['number', {}, [C, A, B]],
		['text', {}, [B, A, C]],
		['text', { sortBy: '={{ $json.date }}' }, [C, B, A]],
	])('puts the clips in the order %s %j', (order, given, wanted) => {
		const items = [
			{ asset: A, number: 2, fileName: 'shot 9.mp4', date: '2026-03-01' },
			{ asset: B, number: 10, fileName: 'Intro.mp4', date: '2026-02-01' },
			{ asset: C, number: 1, fileName: 'shot 10.mp4', date: '2025-12-31' },
		];
		const { read, order: places } = askStitch({ order, ...given }, items);
		expect(read.timeline.clips.map(({ asset }) => asset)).toEqual(wanted);
		expect(places!.map((item) => items[item]!.asset)).toEqual(wanted);
	});

	test('takes each clip’s transition from its item, by either name, or the same one for all', () => {
		const items = clips({}, { transition: 'fadeblack' }, { transition: 'Wipe Left' }, { transition: 'cut' });
		const each = askStitch({ transitionSeconds: 1 }, items).read.timeline.clips;
		expect(each.map(({ transition, transitionSeconds }) => [transition, transitionSeconds])).toEqual([
			['cut', 0.5],
			['fadeblack', 1],
			['wipeleft', 1],
			['cut', 0.5],
		]);
		const all = askStitch({ transition: 'circleopen' }, items).read.timeline.clips;
		expect(all.map(({ transition }) => transition)).toEqual(Array(4).fill('circleopen'));
	});

	test('reaches shape, fit, joints and which part of a clip is used', () => {
		const picture = {
			...{ fit: 'pad', barColour: '#FF8800', joints: 'hidden' },
			...{ cutFrom: '={{ $json.from }}', cutTo: '={{ $json.to }}' },
		};
		const items = clips({ from: 0, to: 1.5 }, { from: 1.5, to: 4 });
		const { read } = askStitch({ target: 'shape', shape: '4:5', fps: '30000/1001', picture }, items);
		expect(read.timeline.target).toEqual({ ratio: '4:5', fps: '30000/1001', fit: 'pad', colour: '#FF8800' });
		expect(read.timeline.joints).toBe('hidden');
		expect(read.timeline.clips.map(({ cutFrom, cutTo }) => [cutFrom, cutTo])).toEqual([
			[0, 1.5],
			[1.5, 4],
		]);
		const sized = askStitch({ target: 'given', width: 720, height: 1280 }, items).read.timeline.target;
		expect(sized).toMatchObject({ width: 720, height: 1280 });
	});

	test('reaches narration, music, levels and loudness', () => {
		const sound = {
			...{
				music: C,
				musicLevel: -18,
				duck: false,
				duckLevel: 6,
				fadeIn: 0,
				fadeOut: 2,
				loop: false,
				musicFrom: 4,
			},
			...{ clipsLevel: -6, clipsDuck: 20, narrationLevel: 3, loudness: 'podcasts' },
		};
		const { read } = askStitch({ sound }, clips({ narrationAsset: D }, {}));
		expect(read.timeline.clips.map(({ narration }) => narration)).toEqual([D, undefined]);
		expect(read.timeline.sound).toEqual({
			...{ clipsDb: -6, clipsDuckDb: 20, narrationDb: 3, loudness: -16 },
			music: {
				...{ asset: C, gainDb: -18, duck: false, duckDb: 6, fadeInSeconds: 0, fadeOutSeconds: 2 },
				...{ loop: false, from: 4 },
			},
		});
	});

	test.each([
		[{}, -14],
		[{ loudness: 'streaming' }, -14],
		[{ loudness: 'broadcast' }, -23],
		[{ loudness: 'asIs' }, null],
		[{ loudness: 'other', otherLoudness: -19.5 }, -19.5],
	])('brings the film to the loudness of %j', (sound, wanted) => {
		expect(askStitch({ sound }, clips({})).read.timeline.sound.loudness).toBe(wanted);
	});

	test('captions what each item says, with its word times, only where captions are wanted', () => {
		const words = [{ word: 'Hello', start: 0.2, end: 0.6 }];
		const items = clips({ narration: 'Hello', words }, { narration: '' });
		expect(askStitch({}, items).read.timeline.clips[0]).toMatchObject({ text: '' });
		const captionLook = {
			...{ captionStyle: 'karaoke', captionPlace: 'top', captionSize: 7, captionLanguage: 'deu' },
			words: '={{ $json.words }}',
		};
		const { read } = askStitch({ captions: 'both', captionLook }, items);
		expect(read.timeline.captions).toEqual({
			...{ mode: 'both', style: 'karaoke', place: 'top', size: 0.07, language: 'deu' },
		});
		expect(read.timeline.clips[0]).toMatchObject({
			text: 'Hello',
			words: [{ text: 'Hello', from: 0.2, to: 0.6 }],
		});
		expect(read.timeline.clips[1]).toMatchObject({ text: '' });
		expect(read.timeline.clips[1]!.words).toBeUndefined();
	});

	test('captions lines with times of their own, also from JSON text', () => {
		const lines = JSON.stringify([{ text: 'Now', from: 0, to: 1 }]);
		const { read } = askStitch(
			{ captions: 'soft', captionLook: { lines: '={{ $json.lines }}' } },
			clips({ lines }, {}),
		);
		expect(read.timeline.clips.map(({ captions }) => captions)).toEqual([
			[{ text: 'Now', from: 0, to: 1 }],
			undefined,
		]);
	});

	test('reaches title cards, logo, chapters, cover and tags', () => {
		const { read } = askStitch(
			{
				cards: {
					first: { cardTitle: '={{ $json.title }}', cardSubtitle: 'A film', cardSeconds: 2, cardFade: 0 },
					last: { cardTitle: 'The End', cardBackground: '#112233', cardColour: '#ffee00' },
				},
				logo: { logo: C, corner: 'bottom-left', logoWidth: 7, margin: 0, opacity: 80 },
				file: {
					...{ chapter: '={{ $json.scene }}', cover: 'given', coverPicture: D },
					...{ artist: 'Honey Works', copyright: '© 2026', genre: 'Advertisement' },
				},
			},
			clips({ title: 'Honey', scene: 'Hive' }, { scene: 'Hive' }, { scene: 'Jar' }, {}),
		);
		expect(read.timeline.cards).toEqual({
			first: expect.objectContaining({ title: 'Honey', subtitle: 'A film', seconds: 2, fadeSeconds: 0 }),
			last: expect.objectContaining({ title: 'The End', background: '#112233', colour: '#ffee00', seconds: 3 }),
		});
		expect(read.timeline.logo).toEqual({
			...{ asset: C, corner: 'bottom-left', width: 0.07, margin: 0, opacity: 0.8 },
		});
		expect(read.timeline.clips.map(({ chapter }) => chapter)).toEqual(['Hive', undefined, 'Jar', undefined]);
		expect(read).toMatchObject({
			title: 'Honey',
			cover: D,
			tags: { artist: 'Honey Works', copyright: '© 2026', genre: 'Advertisement' },
		});
	});

	test('leaves out what is missing where it is told so, and tells the worker', () => {
		const items = clips({ shots: 3 }, { shots: 3 });
		expect(askStitch({ missingShots: 'goOn' }, items).read.missing).toBe('leaveOut');
		expect(askStitch({}, clips({}, {})).read.missing).toBe('stop');
		expect(() => askStitch({}, items)).toThrow('The film would lack shot 3 of 3');
	});

	test.each<[Json, Json[], string]>([
		[{}, [{ asset: A }, {}], 'Clip is empty [Item 1]'],
		[{ order: 'number' }, [{ asset: A, number: 1 }, { asset: B }], 'Number is not a number [Item 1]'],
		[{ order: 'text' }, [{ asset: A, fileName: 'x' }, { asset: B }], 'Sort By is empty [Item 1]'],
		[{}, clips({}, { transition: 'swirl' }), 'Transition "swirl" does not exist [Item 1]'],
		[{ sound: { musicLevel: -6 } }, clips({}), 'Music is empty [Item 0]'],
		[{ sound: { music: '={{ $json.song }}' } }, clips({}), 'Music is empty [Item 0]'],
		[{ sound: { clipsLevel: 'loud' } }, clips({}), 'Clips Level (dB) is not a number [Item 0]'],
		[{ logo: { logo: C, opacity: 120 } }, clips({}), 'Logo Opacity (Percent) is 120 [Item 0]'],
		[{ logo: { corner: 'top-left' } }, clips({}), 'Logo is empty [Item 0]'],
		[{ cards: { last: { cardTitle: '' } } }, clips({}), 'Card Title is empty [Item 0]'],
		[{ file: { cover: 'given' } }, clips({}), 'Cover Picture is empty [Item 0]'],
		[
			{ captions: 'soft', captionLook: { words: '={{ $json.words }}' } },
			clips({}, { words: 'soon' }),
			'Word Times is not a list [Item 1]',
		],
	])('refuses %j, naming field and item', (given, items, message) => {
		expect(() => askStitch(given, items)).toThrow(message);
	});
});

describe('Edit Media', () => {
	test.each<[string, Json, Json]>([
		['trim', { beginAt: 1.25, endAt: 3 }, { operation: 'trim', from: 1.25, to: 3 }],
		['trim', {}, { operation: 'trim', from: 0 }],
		['changeAspect', {}, { operation: 'aspect', ratio: '9:16', fit: 'blur' }],
		[
			'changeAspect',
			{ ratio: '1:1', fit: 'pad', options: { barColour: '#ffffff', fileName: 'square' } },
			{ operation: 'aspect', ratio: '1:1', fit: 'pad', colour: '#ffffff', name: 'square' },
		],
		['resize', {}, { operation: 'resize', width: 1280 }],
		[
			'resize',
			{ width: 0, height: 360, options: { fit: 'crop' } },
			{ operation: 'resize', height: 360, fit: 'crop' },
		],
		['changeSpeed', { factor: 0.5 }, { operation: 'speed', factor: 0.5 }],
		[
			'addMusic',
			{ music: B, loudness: 'asIs', options: { loop: false } },
			{ operation: 'music', music: expect.objectContaining({ asset: B, loop: false }), loudness: null },
		],
		['normaliseLoudness', { loudness: 'broadcast' }, { operation: 'loudness', loudness: -23 }],
		['normaliseLoudness', { loudness: 'other', otherLoudness: -20 }, { operation: 'loudness', loudness: -20 }],
		[
			'addCaptions',
			{ captionText: 'Hello there', options: { captionStyle: 'box' } },
			{
				operation: 'captions',
				captions: expect.objectContaining({ mode: 'burned', style: 'box' }),
				lines: [{ text: 'Hello there' }],
			},
		],
		[
			'addCaptions',
			{
				captions: 'soft',
				captionsFrom: 'lines',
				lines: {
					line: [
						{ text: 'One', from: 0, to: 1 },
						{ text: 'Two', from: 1, to: 0 },
					],
				},
			},
			{
				operation: 'captions',
				lines: [
					{ text: 'One', to: 1 },
					{ text: 'Two', from: 1 },
				],
			},
		],
		[
			'addLogo',
			{ logo: B, options: { logoWidth: 20 } },
			{ operation: 'logo', logo: expect.objectContaining({ asset: B, width: 0.2 }) },
		],
		['extractAudio', { format: 'wav' }, { operation: 'audio', format: 'wav' }],
		['makeThumbnail', {}, { operation: 'thumbnail', width: 1280 }],
		['makeThumbnail', { moment: 'given', at: 0 }, { operation: 'thumbnail', at: 0 }],
		['makeContactSheet', { columns: 3, rows: 2 }, { operation: 'contactSheet', columns: 3, rows: 2, width: 1920 }],
	])('%s asks with %j for what the worker takes', (name, given, wanted) => {
		const { read, keep } = askEdit(name, given, { asset: A, number: 3, transition: 'cut', title: 'Honey' });
		expect(read).toMatchObject({ asset: A, ...wanted });
		expect(keep).toMatchObject({ number: 3, transition: 'cut', title: 'Honey', source: A });
	});

	test('makes a title card of its fields alone', () => {
		const { read } = askEdit('makeTitleCard', { options: { cardFade: 0, fps: '30' } }, { title: 'Honey' });
		expect(read).toEqual({
			operation: 'titleCard',
			...{ width: 1280, height: 720, fps: '30' },
			card: {
				...{ title: 'Honey', subtitle: '', seconds: 3, fadeSeconds: 0 },
				...{ background: '#000000', colour: '#FFFFFF' },
			},
		});
	});

	test('takes captions from a list of the item', () => {
		const lines = [{ text: 'One', start: 0, end: 1, words: [{ word: 'One', start: 0.1, end: 0.4 }] }];
		const { read } = askEdit('addCaptions', { captionsFrom: 'list' }, { asset: A, lines });
		expect(read.lines).toEqual([{ text: 'One', from: 0, to: 1, words: [{ text: 'One', from: 0.1, to: 0.4 }] }]);
	});

	test('tells the new shape of a clip that got another one', () => {
		const { keep } = askEdit('changeAspect', { ratio: '4:5' }, { asset: A, aspectRatio: '16:9' });
		expect(keep).toEqual({ aspectRatio: '4:5', source: A });
	});

	test('drops what is no longer true of a clip that was cut', () => {
		const item = { asset: A, seconds: 8, narration: 'Hello', words: [{ text: 'Hello', from: 5, to: 6 }] };
		expect(askEdit('trim', { endAt: 2 }, item).keep).toEqual({ narration: 'Hello', source: A });
	});

	test.each<[string, Json, Json, string]>([
		['trim', {}, {}, 'Asset is empty [Item 0]'],
		['trim', { beginAt: 2, endAt: 1 }, { asset: A }, 'End At (Seconds) is not behind Begin At (Seconds) [Item 0]'],
		['resize', { width: 0 }, { asset: A }, 'Width and Height are empty [Item 0]'],
		['changeSpeed', { factor: 'fast' }, { asset: A }, 'Speed is not a number [Item 0]'],
		['addMusic', {}, { asset: A }, 'Music is empty [Item 0]'],
		['addLogo', {}, { asset: A }, 'Logo is empty [Item 0]'],
		['addCaptions', {}, { asset: A }, 'Caption Text is empty [Item 0]'],
		['addCaptions', { captionsFrom: 'list' }, { asset: A, lines: 'none' }, 'List is not a list [Item 0]'],
		['addCaptions', { captionsFrom: 'lines' }, { asset: A }, 'Lines is empty [Item 0]'],
		['makeTitleCard', {}, {}, 'Card Title is empty [Item 0]'],
		['normaliseLoudness', { loudness: 'loud' }, { asset: A }, 'Loudness "loud" does not exist [Item 0]'],
	])('%s refuses %j on %j, naming field and item', (name, given, item, message) => {
		expect(() => askEdit(name, given, item)).toThrow(message);
	});
});

describe('Inspect Media', () => {
	test.each<[string, Json, Json]>([
		['probe', {}, { operation: 'probe' }],
		['detectScenes', {}, { operation: 'scenes', threshold: 10, minSeconds: 0.6, pictures: true }],
		[
			'detectScenes',
			{ options: { threshold: 25, minSeconds: 0, pictures: false } },
			{ operation: 'scenes', threshold: 25, minSeconds: 0, pictures: false },
		],
		[
			'detectSilence',
			{ options: { thresholdDb: -40 } },
			{ operation: 'silence', thresholdDb: -40, minSeconds: 0.5 },
		],
		['detectWatermark', {}, { operation: 'watermark', threshold: 0.7 }],
		[
			'detectWatermark',
			{ logo: B, options: { certainty: 55 } },
			{ operation: 'watermark', logo: B, threshold: 0.55 },
		],
		[
			'checkQuality',
			{},
			{
				operation: 'quality',
				expected: { seconds: 8, ratio: '9:16', toleranceSeconds: 0.25, loudnessTolerance: 2 },
			},
		],
		[
			'checkQuality',
			{ seconds: 0, ratio: 'any', sound: 'without', options: { width: 720, mostSilent: 0, fps: '25' } },
			{
				operation: 'quality',
				expected: { width: 720, fps: '25', sound: false, toleranceSeconds: 0.25, loudnessTolerance: 2 },
				mostSilentSeconds: 0,
			},
		],
	])('%s asks with %j for what the worker takes', (name, given, wanted) => {
		const item = { asset: A, seconds: 8, aspectRatio: '9:16', fileName: 'a.mp4' };
		const { read, keep } = askInspect(name, given, item);
		expect(read).toMatchObject({ asset: A, ...wanted });
		if (wanted.expected) expect(read.expected).toEqual(wanted.expected);
		expect(keep).toEqual(item);
	});

	test.each<[string, Json, Json, string]>([
		['probe', {}, {}, 'Asset is empty [Item 0]'],
		['detectScenes', { options: { threshold: 'much' } }, { asset: A }, 'Change (Percent) is not a number [Item 0]'],
		['detectWatermark', { options: { certainty: 5 } }, { asset: A }, 'Certainty (Percent) is 5 [Item 0]'],
	])('%s refuses %j on %j, naming field and item', (name, given, item, message) => {
		expect(() => askInspect(name, given, item)).toThrow(message);
	});
});
