import { readFile } from 'node:fs/promises';
import { filesOf } from '../files/table.ts';
import { newInteractionId } from '../video/operations.ts';
import { partsOf, type Part } from '../video/omniRequest.ts';
import { countTokens } from '../video/usage.ts';
import type { Answer, Call } from '../wire/call.ts';
import { WireError } from '../wire/errors.ts';
import { fillSchema } from './fill.ts';
import { plainText } from './generate.ts';
import { makeMedia, type Medium } from './media.ts';
import { TEXT_MODELS, textPrice } from './models.ts';
import { decode } from './contents.ts';

type Body = {
	input?: unknown;
	background?: boolean;
	response_format?: { schema?: unknown; mime_type?: string } | { schema?: unknown }[];
};

const MUSIC = /^lyria-/;
const SPEECH = /-tts$/;
const IMAGE = /image|banana/;
const TRANSCRIPT = /transcribe/;
/** Seconds a spoken word takes in a made-up transcript. */
const WORD_SECONDS = 0.4;
const HEARD = 'This is what the rehearsal heard: a tone and a beep each second';

/**
 * Interactions with the models that are not for video: words, JSON by a schema, pictures, speech, music, transcripts.
 * They are done when the answer comes. Throws the API's 404 for a model that does not exist.
 */
export async function answerOtherModel(call: Call, model: string): Promise<Answer> {
	if (!TEXT_MODELS.some((row) => row.id === model)) {
		throw new WireError(404, `Model '${model}' not found.`, { code: 'model_not_found' });
	}
	call.chargeAs('text');
	const body = (call.body ?? {}) as Body;
	if (body.background)
		throw new WireError(400, 'Background interactions are not supported for this model.', {
			code: 'invalid_request',
		});
	const text = await textOf(call, partsOf(body.input));
	const content = await contentFor(call, model, text, body);
	const written = content.map((block) => ('text' in block ? String(block.text) : '')).join('');
	return { json: finished(model, text, written, content) };
}

async function textOf(call: Call, parts: Part[]): Promise<string> {
	const texts = await Promise.all(
		parts.map(async (part) => {
			if (part.type === 'text') return part.text ?? '';
			if (part.data) return decode(Buffer.from(part.data, 'base64'), part.mime_type);
			const file = filesOf(call.house).get(/files\/([a-z0-9-]+)/.exec(part.uri ?? '')?.[1] ?? '');
			return file && /^text\/|pdf/.test(file.mimeType) ? decode(await readFile(file.path), file.mimeType) : '';
		}),
	);
	return texts.filter(Boolean).join('\n\n');
}

async function contentFor(call: Call, model: string, text: string, body: Body): Promise<Record<string, unknown>[]> {
	if (MUSIC.test(model)) return [{ type: 'text', text: '[Intro] [Theme] [End]' }, await block(call, 'music', text)];
	if (SPEECH.test(model)) return [await block(call, 'speech', text)];
	if (IMAGE.test(model)) return [await block(call, 'image', text)];
	if (TRANSCRIPT.test(model)) return [transcript()];
	const format = Array.isArray(body.response_format) ? body.response_format[0] : body.response_format;
	const written = format?.schema ? JSON.stringify(fillSchema(format.schema, text)) : plainText(text);
	call.cost(textPrice(model, countTokens(text), countTokens(written)));
	return [{ type: 'text', text: written }];
}

async function block(call: Call, medium: Medium, text: string) {
	const made = await makeMedia(call.house, medium, text);
	call.cost(made.usd);
	return { type: medium === 'image' ? 'image' : 'audio', mime_type: made.type, data: made.bytes.toString('base64') };
}

function transcript() {
	const words = HEARD.split(' ').map((word, at) => ({
		type: 'word_info',
		text: word,
		speaker: 'spk_1',
		start_offset: `${(at * WORD_SECONDS).toFixed(3)}s`,
		end_offset: `${((at + 1) * WORD_SECONDS).toFixed(3)}s`,
	}));
	return { type: 'text', text: HEARD, annotations: words };
}

function finished(model: string, prompt: string, written: string, content: unknown[]) {
	const asked = countTokens(prompt);
	const answered = written ? countTokens(written) : 0;
	const now = new Date().toISOString();
	return {
		id: newInteractionId(),
		status: 'completed',
		usage: {
			total_tokens: asked + answered,
			total_input_tokens: asked,
			input_tokens_by_modality: [{ modality: 'text', tokens: asked }],
			total_output_tokens: answered,
			total_thought_tokens: 0,
		},
		created: now,
		updated: now,
		service_tier: 'standard',
		steps: [{ type: 'model_output', content }],
		object: 'interaction',
		model,
	};
}
