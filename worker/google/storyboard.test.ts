import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startRehearsal } from '../rehearsal/server.ts';
import { StoryboardInput } from '../contract/storyboard.ts';
import { calm, faultOf, rehearse, type Rehearsed } from './testing.ts';

let house: Rehearsed;
beforeAll(async () => {
	house = await rehearse(startRehearsal);
}, 30_000);
afterAll(() => house.end());
beforeEach(() => house.fresh());

const BRIEF = 'A baker opens her shop before dawn. The first customer is a fox. They share a roll.';
type Asked = Partial<Parameters<typeof StoryboardInput.parse>[0] & object>;
const write = (asked: Asked = {}, signal = calm()) => {
	const input = StoryboardInput.parse({ text: BRIEF, ...asked });
	return house.google.text.storyboard(input, { text: BRIEF }, {}, signal);
};
const textCalls = async () => (await house.journal()).totals.textCalls;

describe('a storyboard', () => {
	test.each([
		[{ seconds: 32 }, 32, [3, 15]],
		[{ seconds: 24, videoModel: 'veo-3.1-generate-001' }, 24, [4, 8]],
		[{ seconds: 30, shotSeconds: 8 }, 32, [8, 8]],
	] as [Asked, number, [number, number]][])(
		'asked for with %j lasts %i seconds in lengths that the video model makes',
		async (asked, total, [least, most]) => {
			const { storyboard, model, costUsd } = await write(asked);
			const seconds = storyboard.scenes.flatMap((scene) => scene.shots.map((shot) => shot.seconds));
			expect(seconds.reduce((sum, one) => sum + one, 0)).toBe(total);
			expect(Math.min(...seconds)).toBeGreaterThanOrEqual(least);
			expect(Math.max(...seconds)).toBeLessThanOrEqual(most);
			expect(model).toBe('gemini-3.8-flash');
			expect(costUsd).toBeGreaterThan(0);
			expect(await textCalls()).toBe(1);
		},
	);

	test('has every prompt say that it is one take, and never more shots than allowed', async () => {
		const { storyboard } = await write({ seconds: 30, maxShots: 3 });
		const shots = storyboard.scenes.flatMap((scene) => scene.shots);
		expect(shots.length).toBeLessThanOrEqual(3);
		for (const shot of shots) expect(shot.prompt).toMatch(/single continuous shot/);
		expect(shots[0]?.transition).toBe('cut');
	});

	test('can be made from a PDF', async () => {
		const input = StoryboardInput.parse({ driveFile: 'x' });
		const pdf = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF');
		const { storyboard } = await house.google.text.storyboard(input, { pdf }, {}, calm());
		expect(storyboard.scenes.length).toBeGreaterThan(0);
	});
});

describe('an answer that does not fit', () => {
	test.each(['broken', 'breach', 'cut'])(
		'(%s) is sent back once with the faults, and the second is taken',
		async (as) => {
			await house.order('generateContent', { kind: 'text', as });
			const { storyboard } = await write();
			expect(storyboard.scenes.length).toBeGreaterThan(0);
			expect(await textCalls()).toBe(2);
		},
	);

	test('twice is the end of it', async () => {
		await house.order('generateContent', { kind: 'text', as: 'broken' }, { times: 5 });
		expect(await faultOf(write())).toMatchObject({ code: 'internal', hint: expect.any(String) });
		expect(await textCalls()).toBe(2);
	});

	test('only in that words and a code fence stand around it is taken as it is', async () => {
		await house.order('generateContent', { kind: 'text', as: 'fenced' });
		await write();
		expect(await textCalls()).toBe(1);
	});
});

describe('a request for a storyboard', () => {
	test.each(['blocked', 'safety'])(
		'that meets a filter (%s) is blocked with a reason and not repeated',
		async (as) => {
			await house.order('generateContent', { kind: 'text', as });
			const fell = await faultOf(write());
			expect(fell.code).toBe('blocked');
			expect(fell.reasons?.length).toBeGreaterThan(0);
			expect(await textCalls()).toBe(1);
		},
	);

	test('without any text in the answer is unavailable', async () => {
		await house.order('generateContent', { kind: 'text', as: 'empty' });
		expect((await faultOf(write())).code).toBe('unavailable');
	});

	test.each([
		[
			{ kind: 'http', status: 429, retryInfoSeconds: 34.4 },
			{ code: 'quota', retryAfter: 34.4 },
		],
		[{ kind: 'http', status: 503 }, { code: 'unavailable' }],
		[
			{ kind: 'http', status: 400, message: 'API key not valid. Please pass a valid API key.' },
			{ code: 'unauthorized' },
		],
		[
			{ kind: 'http', status: 404, message: 'models/x is no longer available' },
			{ code: 'not_found', hint: expect.stringMatching(/another text model/) },
		],
		[{ kind: 'drop', when: 'after' }, { code: 'unavailable' }],
	])('that meets %j fails so, after one POST', async (fault, expected) => {
		await house.order('generateContent', fault, { times: 5 });
		expect(await faultOf(write())).toMatchObject(expected);
		expect((await house.journal()).entries.filter((entry) => entry.route === 'generateContent')).toHaveLength(1);
	});

	test('that is stopped ends at once', async () => {
		await house.order('generateContent', { kind: 'slow', ms: 5000 });
		const begun = Date.now();
		const stop = new AbortController();
		setTimeout(() => stop.abort(), 100);
		expect((await faultOf(write({}, stop.signal))).code).toBe('cancelled');
		expect(Date.now() - begun).toBeLessThan(2000);
	});

	test('that the models’ rules forbid is refused without a call', async () => {
		expect((await faultOf(write({ seconds: 3600, maxShots: 2 }))).refusals?.[0]?.field).toBe('maxShots');
		expect(await textCalls()).toBe(0);
	});
});
