import { randomUUID } from 'node:crypto';
import { faultOf, type Fault } from '../state/faults.ts';
import { refuseRetired, VIDEO_MODELS } from '../video/models.ts';
import { countTokens } from '../video/usage.ts';
import type { Answer, Call, Route } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { markBrief, textOfContents } from './contents.ts';
import { fillSchema } from './fill.ts';
import { makeMedia } from './media.ts';
import { TEXT_MODELS, textPrice } from './models.ts';
import { briefIn, sentencesOf } from './prose.ts';

type Config = {
	responseMimeType?: string;
	responseJsonSchema?: unknown;
	responseSchema?: unknown;
	maxOutputTokens?: number;
	responseModalities?: string[];
};
type Body = { contents?: unknown; systemInstruction?: { parts?: { text?: string }[] }; generationConfig?: Config };

const GEMINI = String.raw`^\/(?:v1|v1beta)\/models\/(?<model>[^/:]+)`;
const VERTEX = String.raw`^\/(?:v1|v1beta1)\/projects\/[^/]+\/locations\/[^/]+\/publishers\/google\/models\/(?<model>[^/:]+)`;
const json = { method: 'POST', form: 'rpc', body: 'json', facts } as const;

/** generateContent and countTokens, on the Gemini API and on Vertex; and the dead predictLongRunning of the Gemini API. */
export const generateRoutes: Route[] = [
	...both('generateContent', { paid: 'text', handle: generate }),
	...both('countTokens', { handle: count }),
	{
		...json,
		name: 'predictLongRunning',
		path: new RegExp(`${GEMINI}:predictLongRunning$`),
		auth: 'key',
		handle: refuse,
	},
];

/** One method on the Gemini API, where a key is asked for, and on Vertex, where a bearer token is. */
function both(name: string, rest: Pick<Route, 'paid' | 'handle'>): Route[] {
	return [
		{ ...json, ...rest, name, path: new RegExp(`${GEMINI}:${name}$`), auth: 'key' },
		{ ...json, ...rest, name, path: new RegExp(`${VERTEX}:${name}$`), auth: 'bearer' },
	];
}

function facts(call: Call) {
	return { model: call.params.model, text: textOfContents(call.house, (call.body as Body | undefined)?.contents) };
}

function refuse(call: Call): Answer {
	refuseRetired(call.params.model!);
	throw unknownModel(call.params.model!, 'predictLongRunning');
}

const unknownModel = (model: string, method: string) =>
	new WireError(
		404,
		`models/${model} is not found for API version v1beta, or is not supported for ${method}. Call ListModels to see the list of available models and their supported methods.`,
	);

function checkModel(model: string, method: string): void {
	refuseRetired(model);
	if (VIDEO_MODELS.some((row) => row.id === model && row.api === 'omni')) {
		throw new WireError(400, 'This model only supports Interactions API.');
	}
	if (!TEXT_MODELS.some((row) => row.id === model)) throw unknownModel(model, method);
}

async function generate(call: Call): Promise<Answer> {
	const model = call.params.model!;
	const body = (call.body ?? {}) as Body;
	checkModel(model, 'generateContent');
	checkBody(body);
	const text = textOfContents(call.house, body.contents);
	const wanted = body.generationConfig?.responseModalities ?? [];
	if (faultOf(call.faults, 'text')?.as === 'blocked') return blocked(model, text);
	if (wanted.includes('IMAGE') || wanted.includes('AUDIO')) return media(call, model, text, wanted);
	return { json: wordsFor(call, model, body, text) };
}

function checkBody({ contents, generationConfig: config }: Body): void {
	if (!contents) throw new WireError(400, '* GenerateContentRequest.contents: contents is not specified\n');
	if (!config?.responseJsonSchema || !config.responseSchema) return;
	throw new WireError(400, 'Only one of response_schema and response_json_schema can be set.');
}

function wordsFor(call: Call, model: string, body: Body, text: string) {
	const config = body.generationConfig ?? {};
	const system = (body.systemInstruction?.parts ?? []).map((part) => part.text ?? '').join('\n');
	const fault = faultOf(call.faults, 'text')?.as;
	if (fault === 'safety') return candidate(model, system + text, [], 'SAFETY');
	const made = write(config, system, text);
	const tokens = fault === 'cut' ? Math.ceil(countTokens(made) / 2) : config.maxOutputTokens;
	const limited = limit(spoil(made, fault), tokens);
	call.cost(textPrice(model, countTokens(system + text), countTokens(limited.text)));
	return candidate(model, system + text, [{ text: limited.text }], limited.reason);
}

async function media(call: Call, model: string, text: string, wanted: string[]): Promise<Answer> {
	if (faultOf(call.faults, 'text')) return { json: candidate(model, text, [], 'NO_IMAGE') };
	const made = await makeMedia(call.house, wanted.includes('IMAGE') ? 'image' : 'speech', text);
	call.cost(made.usd);
	return {
		json: candidate(
			model,
			text,
			[{ inlineData: { mimeType: made.type, data: made.bytes.toString('base64') } }],
			'STOP',
		),
	};
}

/** A JSON document by the schema, a JSON object without one, or a few sentences. */
function write(config: Config, system: string, text: string): string {
	const schema = config.responseJsonSchema ?? config.responseSchema;
	// What the user says is the brief; the system's words only count shots and seconds.
	if (schema) return JSON.stringify(fillSchema(schema, `${system}\n\n${markBrief(text)}`), null, 2);
	if (config.responseMimeType === 'application/json') return JSON.stringify({ text: plainText(text) });
	return plainText(text);
}

/** Plausible words: the brief's own sentences, said once more. */
export function plainText(text: string): string {
	return `${sentencesOf(briefIn(text)).slice(0, 8).join('. ')}.`;
}

function spoil(text: string, fault: Extract<Fault, { kind: 'text' }>['as'] | undefined): string {
	if (fault === 'broken') return `${text.slice(0, Math.ceil(text.length * 0.7))} ... and so on`;
	if (fault === 'fenced') return `Here is your JSON:\n\`\`\`json\n${text}\n\`\`\``;
	if (fault === 'breach') return breach(text);
	return fault === 'empty' ? '' : text;
}

/** Valid JSON that no longer fits: the first field gets the wrong type, the last is missing. */
function breach(text: string): string {
	const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
	const [first] = entries;
	const kept = Object.fromEntries(entries.slice(0, -1));
	return JSON.stringify(first ? { ...kept, [first[0]]: { unexpected: first[1] } } : ['unexpected']);
}

function limit(text: string, tokens: number | undefined): { text: string; reason: string } {
	if (tokens === undefined || countTokens(text) <= tokens) return { text, reason: 'STOP' };
	return { text: text.slice(0, tokens * 4), reason: 'MAX_TOKENS' };
}

function candidate(
	model: string,
	prompt: string,
	parts: ({ text: string } | { inlineData: object })[],
	finishReason: string,
) {
	const written = parts.map((part) => ('text' in part ? part.text : '')).join('');
	const content = parts.length > 0 ? { parts, role: 'model' } : {};
	return {
		candidates: [{ content, finishReason, index: 0 }],
		usageMetadata: usage(prompt, written),
		modelVersion: model,
		responseId: randomUUID(),
	};
}

function usage(prompt: string, written: string) {
	const asked = countTokens(prompt);
	const answered = written ? countTokens(written) : 0;
	return {
		promptTokenCount: asked,
		candidatesTokenCount: answered,
		totalTokenCount: asked + answered,
		promptTokensDetails: [{ modality: 'TEXT', tokenCount: asked }],
		serviceTier: 'standard',
	};
}

function blocked(model: string, prompt: string): Answer {
	const counted = { ...usage(prompt, ''), candidatesTokenCount: undefined };
	return {
		json: {
			promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
			usageMetadata: counted,
			modelVersion: model,
			responseId: randomUUID(),
		},
	};
}

function count(call: Call): Answer {
	checkModel(call.params.model!, 'countTokens');
	const tokens = countTokens(textOfContents(call.house, (call.body as Body | undefined)?.contents));
	return { json: { totalTokens: tokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: tokens }] } };
}
