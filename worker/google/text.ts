import type { Content, GenerateContentResponse, GoogleGenAI, Part } from '@google/genai';
import { Fault } from '../base/errors.ts';
import type { Grant } from '../base/grant.ts';
import { deadline } from '../base/time.ts';
import { geminiClient } from './clients.ts';
import { classify } from './errors.ts';
import type { TextRow } from './models.ts';
import type { Room } from './room.ts';

/** A paid answer may think for minutes; the server is told the same limit. */
const ANSWER_MS = 5 * 60_000;

export type Asked = { text: string; costUsd: number | null; cutShort: boolean };

type Question = { system: string; contents: Content[]; schema: Record<string, unknown>; doing: string };

/**
 * One `generateContent` that answers in JSON by a schema. ONE POST: the SDK neither repeats nor continues it.
 * Throws `blocked` when the prompt or the answer met a filter, and Google's other faults as what they are. An
 * answer that was cut short at the token limit says so.
 */
export async function askJson(
	room: Room,
	row: TextRow,
	question: Question,
	grant: Grant,
	signal: AbortSignal,
): Promise<Asked> {
	const client: GoogleGenAI = geminiClient(room, grant, fetch, ANSWER_MS);
	let answer: GenerateContentResponse;
	try {
		answer = await client.models.generateContent({
			model: row.id,
			contents: question.contents,
			config: {
				systemInstruction: question.system,
				responseMimeType: 'application/json',
				responseJsonSchema: question.schema,
				automaticContinuation: false,
				abortSignal: deadline(ANSWER_MS, signal),
			},
		});
	} catch (thrown) {
		throw withModel(classify(thrown, question.doing, signal), row);
	}
	return read(answer, row, question.doing);
}

/** Finish reasons that are a filter's (https://ai.google.dev/api/generate-content#FinishReason). */
const FILTERED = new Set('SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII LANGUAGE'.split(' '));

function read(answer: GenerateContentResponse, row: TextRow, doing: string): Asked {
	const blocked = answer.promptFeedback?.blockReason;
	if (blocked) throw filtered(doing, [answer.promptFeedback?.blockReasonMessage ?? blocked]);
	const candidate = answer.candidates?.[0];
	const reason = String(candidate?.finishReason ?? '');
	if (FILTERED.has(reason)) throw filtered(doing, [candidate?.finishMessage ?? reason]);
	const parts: Part[] = candidate?.content?.parts ?? [];
	const text = parts.flatMap((part) => (part.thought ? [] : (part.text ?? []))).join('');
	const cutShort = reason === 'MAX_TOKENS';
	if (!text && !cutShort)
		throw new Fault(
			'unavailable',
			`Gemini answered without any text while ${doing}${reason ? ` (${reason})` : ''}.`,
		);
	return { text, cutShort, costUsd: costOf(answer, row) };
}

const filtered = (doing: string, reasons: string[]) =>
	new Fault('blocked', `Google’s safety filter blocked ${doing}.`, {
		reasons,
		hint: 'Change the brief: leave out what the filter may have taken offence at.',
	});

const MILLION = 1_000_000;

/** US dollars by Google's token counts; thoughts are billed as output. Null when Google gave no counts. */
function costOf({ usageMetadata: usage }: GenerateContentResponse, row: TextRow): number | null {
	if (usage?.totalTokenCount === undefined) return null;
	const out = (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0);
	const tokensIn = usage.promptTokenCount ?? Math.max(0, usage.totalTokenCount - out);
	return (tokensIn * row.usdPerMillionIn + out * row.usdPerMillionOut) / MILLION;
}

function withModel(fault: Fault, row: TextRow): Fault {
	if (fault.code !== 'not_found') return fault;
	return new Fault('not_found', fault.message, {
		hint: `Google does not offer ${row.id} to this key. Choose another text model.`,
		cause: fault,
	});
}
