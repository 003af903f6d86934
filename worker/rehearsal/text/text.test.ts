import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { errorOf, testStage, type Json } from '../testing.ts';
import { fillSchema } from './fill.ts';
import { readPdf, writePdf } from './pdf.ts';
import { shotsAskedFor, totalSecondsIn } from './prose.ts';

const stage = testStage();
const model = 'gemini-3.8-flash';
const BRIEF = 'A lighthouse keeper wakes at dawn. He climbs the stairs. The lamp goes out. A ship passes in the fog.';

const Shot = z.object({
	prompt: z.string().min(1),
	narration: z.string(),
	seconds: z.union([z.literal(4), z.literal(6), z.literal(8)]),
	transition: z.enum(['cut', 'crossfade']),
});
const Storyboard = z.object({
	title: z.string(),
	scenes: z.array(z.object({ title: z.string(), shots: z.array(Shot).min(1).max(3) })).min(1),
});
const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema) as Record<string, unknown>;

async function ask(contents: unknown, schema: unknown = schemaOf(Storyboard)) {
	const config = { responseMimeType: 'application/json', responseJsonSchema: schema };
	return stage.gemini().models.generateContent({ model, contents: contents as string, config });
}

test('a brief becomes a storyboard that fits the schema: a shot a sentence, numbered through the film', async () => {
	const answer = await ask(`Write a storyboard.\nBrief: ${BRIEF}`);
	const shots = Storyboard.parse(JSON.parse(answer.text!)).scenes.flatMap((scene) => scene.shots);
	expect(shots.map((shot) => shot.prompt.slice(0, 16))).toEqual([
		'Shot 1: A lighth',
		'Shot 2: He climb',
		'Shot 3: The lamp',
		'Shot 4: A ship p',
	]);
	expect(shots[1]).toMatchObject({ narration: 'He climbs the stairs.', seconds: 4, transition: 'cut' });
	expect(answer.usageMetadata?.totalTokenCount).toBeGreaterThan(50);
	expect((await stage.journal()).totals).toMatchObject({ textCalls: 1, videoJobs: 0 });
});

test.each([
	['Make a film in 6 shots.', 6, 24],
	['At most 2 shots. The whole film lasts 12 seconds.', 2, 12],
	['The whole film lasts 32 seconds.', 4, 32],
	['At least five shots.', 5, 20],
])('%s gives %i shots of %i seconds together', async (words, count, seconds) => {
	const answer = await ask([{ role: 'user', parts: [{ text: 'The brief:' }, { text: BRIEF }, { text: words }] }]);
	const shots = Storyboard.parse(JSON.parse(answer.text!)).scenes.flatMap((scene) => scene.shots);
	expect(shots.length).toBe(count);
	expect(shots.reduce((sum, shot) => sum + shot.seconds, 0)).toBe(seconds);
});

test('a brief in a PDF is read', async () => {
	const data = writePdf(BRIEF).toString('base64');
	const answer = await ask([
		{
			role: 'user',
			parts: [{ inlineData: { mimeType: 'application/pdf', data } }, { text: 'Write the storyboard.' }],
		},
	]);
	expect(answer.text).toContain('The lamp goes out');
	expect(readPdf(writePdf('a (b) \\ c'))).toBe('a (b) \\ c');
});

const Everything = z.object({
	kind: z.literal('film'),
	choice: z.union([z.object({ url: z.url() }), z.string()]),
	maybe: z.string().nullable(),
	rating: z.number().min(2).max(3),
	tags: z.array(z.string()).min(2).max(4),
	pair: z.tuple([z.string(), z.int()]),
	nested: z.object({
		deep: z.array(z.object({ when: z.iso.date(), yes: z.boolean(), code: z.string().min(30).max(40) })).min(1),
	}),
});

test('any schema is filled so that its own validator takes it, always with the same words', () => {
	const schema = z.toJSONSchema(Everything);
	const filled = fillSchema(schema, BRIEF);
	expect(() => Everything.parse(filled)).not.toThrow();
	expect(fillSchema(schema, BRIEF)).toEqual(filled);
});

test('the older schema form with upper-case types is filled as well', () => {
	const schema = {
		type: 'OBJECT',
		properties: {
			names: { type: 'ARRAY', minItems: '2', items: { type: 'STRING' } },
			n: { type: 'INTEGER', minimum: 5 },
		},
	};
	expect(fillSchema(schema, BRIEF)).toEqual({
		names: [expect.any(String), expect.any(String), expect.any(String)],
		n: 5,
	});
});

test('numbers of shots and lengths are read from words', () => {
	expect(shotsAskedFor('exactly four wide shots')).toMatchObject({ exactly: 4 });
	expect(shotsAskedFor("The model sees one shot's prompt; a scene has one or more shots")).toEqual({
		exactly: null,
		atMost: null,
		atLeast: null,
	});
	expect(totalSecondsIn('a 20-second film')).toBe(20);
	expect(totalSecondsIn('each shot is 8 seconds')).toBeNull();
});

test('without a schema the answer is words, and a small limit cuts it', async () => {
	const ai = stage.gemini();
	expect((await ai.models.generateContent({ model, contents: BRIEF })).text).toContain('He climbs the stairs');
	const cut = await ai.models.generateContent({ model, contents: BRIEF, config: { maxOutputTokens: 3 } });
	expect([cut.candidates?.[0]?.finishReason, cut.text?.length]).toEqual(['MAX_TOKENS', 12]);
});

test.each([
	['broken', (text: string) => expect(() => JSON.parse(text)).toThrow()],
	['cut', (text: string) => expect(() => JSON.parse(text)).toThrow()],
	['fenced', (text: string) => expect(text).toContain('```json')],
	['breach', (text: string) => expect(Storyboard.safeParse(JSON.parse(text)).success).toBe(false)],
] as const)('ordered text that is %s comes once', async (as, check) => {
	await stage.order({ match: { route: 'generateContent' }, fault: { kind: 'text', as } });
	const bad = await ask(BRIEF);
	check(bad.text!);
	expect(bad.candidates?.[0]?.finishReason).toBe(as === 'cut' ? 'MAX_TOKENS' : 'STOP');
	expect(Storyboard.safeParse(JSON.parse((await ask(BRIEF)).text!)).success).toBe(true);
});

test('a blocked prompt has no candidates', async () => {
	await stage.order({ match: { route: 'generateContent' }, fault: { kind: 'text', as: 'blocked' } });
	const answer = await ask(BRIEF);
	expect([answer.text, answer.candidates, answer.promptFeedback?.blockReason]).toEqual([
		undefined,
		undefined,
		'PROHIBITED_CONTENT',
	]);
});

test('a video model, a retired model and an unknown one are refused each in its way', async () => {
	const ai = stage.gemini();
	const refused = (id: string) => errorOf(ai.models.generateContent({ model: id, contents: 'a' }));
	expect(await refused('gemini-omni-1.2-flash')).toMatchObject({
		status: 400,
		message: expect.stringContaining('This model only supports Interactions API.'),
	});
	expect(await refused('gemini-2.5-flash')).toMatchObject({
		status: 404,
		message: expect.stringContaining('is no longer available'),
	});
	expect(await refused('gemini-9')).toMatchObject({
		status: 404,
		message: expect.stringContaining('is not found for API version'),
	});
});

test('tokens are counted and models are listed', async () => {
	const ai = stage.gemini();
	expect((await ai.models.countTokens({ model, contents: 'twelve chars' })).totalTokens).toBe(3);
	expect((await ai.models.get({ model })).displayName).toBe('Gemini 3.8 Flash');
	const names: string[] = [];
	for await (const one of await ai.models.list({ config: { pageSize: 5 } })) names.push(one.name!);
	expect(names).toContain('models/gemini-omni-1.2-flash');
});

test('interactions with other models give words, JSON, a picture, speech and a transcript', async () => {
	const ai = stage.gemini();
	const block = async (body: Record<string, unknown>) => {
		const answer: Json = await ai.interactions.create(body as never, { maxRetries: 0 });
		return answer.steps.at(-1).content.at(-1);
	};
	expect((await block({ model, input: BRIEF })).text).toContain('dawn');
	const format = { type: 'text', mime_type: 'application/json', schema: schemaOf(Storyboard) };
	expect(
		Storyboard.safeParse(JSON.parse((await block({ model, input: BRIEF, response_format: format })).text)).success,
	).toBe(true);
	const image = await block({ model: 'gemini-3.1-flash-image', input: 'a cat' });
	expect(Buffer.from(image.data, 'base64').subarray(1, 4).toString()).toBe('PNG');
	const speech = await block({ model: 'gemini-3.8-flash-tts', input: 'Good morning, harbour.' });
	expect(Buffer.from(speech.data, 'base64').subarray(0, 4).toString()).toBe('RIFF');
	const heard = await block({
		model: 'gemini-3.5-transcribe',
		input: [{ type: 'audio', data: 'AAAA', mime_type: 'audio/wav' }],
	});
	expect(heard.annotations[0]).toMatchObject({ type: 'word_info', start_offset: '0.000s' });
	expect((await stage.journal()).totals).toMatchObject({ textCalls: 5, videoPosts: 0 });
});
