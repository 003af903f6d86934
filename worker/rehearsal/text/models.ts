import { VIDEO_MODELS } from '../video/models.ts';
import type { Call, Route } from '../wire/call.ts';
import { refuseRetired } from '../video/models.ts';
import { WireError } from '../wire/errors.ts';

/** A model that answers in words, pictures or sound; prices in US dollars a million tokens, as read in October 2026. */
type TextModel = { id: string; name: string; usdIn: number; usdOut: number };

export const TEXT_MODELS: TextModel[] = [
	{ id: 'gemini-3.8-flash', name: 'Gemini 3.8 Flash', usdIn: 0.75, usdOut: 3.75 },
	{ id: 'gemini-3.5-flash', name: 'Gemini 3.5 Flash', usdIn: 1.5, usdOut: 9 },
	{ id: 'gemini-3.5-flash-lite', name: 'Gemini 3.5 Flash Lite', usdIn: 0.3, usdOut: 2.5 },
	{ id: 'gemini-3.1-pro-preview', name: 'Gemini 3.1 Pro Preview', usdIn: 2, usdOut: 12 },
	{ id: 'gemini-4-argon', name: 'Gemini 4 Argon', usdIn: 2, usdOut: 12 },
	{ id: 'gemini-3.1-flash-image', name: 'Gemini 3.1 Flash Image', usdIn: 0.5, usdOut: 60 },
	{ id: 'gemini-3-pro-image', name: 'Gemini 3 Pro Image', usdIn: 2, usdOut: 120 },
	{ id: 'gemini-3.1-flash-lite-image', name: 'Gemini 3.1 Flash Lite Image', usdIn: 0.3, usdOut: 30 },
	{ id: 'gemini-3.8-flash-tts', name: 'Gemini 3.8 Flash TTS', usdIn: 0.5, usdOut: 9 },
	{ id: 'gemini-3.8-flash-lite-tts', name: 'Gemini 3.8 Flash Lite TTS', usdIn: 0.5, usdOut: 6 },
	{ id: 'gemini-3.5-transcribe', name: 'Gemini 3.5 Transcribe', usdIn: 2, usdOut: 12 },
	{ id: 'lyria-3.5', name: 'Lyria 3.5', usdIn: 0, usdOut: 0 },
	{ id: 'lyria-3-clip-preview', name: 'Lyria 3 Clip', usdIn: 0, usdOut: 0 },
];

/** What a call to a model of words would have cost, in US dollars. */
export function textPrice(model: string, tokensIn: number, tokensOut: number): number {
	const row = TEXT_MODELS.find((one) => one.id === model);
	return row ? (tokensIn * row.usdIn + tokensOut * row.usdOut) / 1e6 : 0;
}

/** The model list of the Gemini API. */
export const modelRoutes: Route[] = [
	{ name: 'models.list', method: 'GET', path: /^\/(?:v1|v1beta)\/models$/, form: 'rpc', auth: 'key', handle: list },
	{
		name: 'models.get',
		method: 'GET',
		path: /^\/(?:v1|v1beta)\/models\/(?<model>[^/:]+)$/,
		form: 'rpc',
		auth: 'key',
		handle: get,
	},
];

const all = () => [
	...TEXT_MODELS.map((row) => show(row.id, row.name, ['generateContent', 'countTokens'])),
	...VIDEO_MODELS.filter((row) => row.api === 'omni').map((row) => show(row.id, row.id, ['createInteraction'])),
];

function show(id: string, displayName: string, supportedGenerationMethods: string[]) {
	return {
		name: `models/${id}`,
		version: '001',
		displayName,
		inputTokenLimit: 1_048_576,
		outputTokenLimit: 65_536,
		supportedGenerationMethods,
	};
}

function list(call: Call) {
	const from = Number(call.query.get('pageToken') ?? 0);
	const size = Number(call.query.get('pageSize') ?? 50) || 50;
	const models = all();
	return {
		json: {
			models: models.slice(from, from + size),
			...(from + size < models.length ? { nextPageToken: String(from + size) } : {}),
		},
	};
}

function get(call: Call) {
	refuseRetired(call.params.model!);
	const model = all().find((one) => one.name === `models/${call.params.model}`);
	if (!model) throw new WireError(404, `models/${call.params.model} is not found for API version v1beta.`);
	return { json: model };
}
