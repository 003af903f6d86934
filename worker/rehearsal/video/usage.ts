import type { Resolution } from './models.ts';

/** Video tokens a second. Only 720p is documented; the others follow from the prices. */
const TOKENS_PER_SECOND: Record<Resolution, number> = { '360p': 1931, '720p': 5792, '1080p': 8690, '4k': 17_375 };
/** Tokens spent on thinking in the one recorded video. */
const THOUGHT_TOKENS = 281;
const LETTERS_PER_TOKEN = 4;

/** A text's length in tokens, about as the tokenizer counts. */
export const countTokens = (text: string) => Math.max(1, Math.ceil(text.length / LETTERS_PER_TOKEN));

/** The `usage` of a finished video interaction; zero seconds are a completed interaction without video. */
export function usageOf(prompt: string, resolution: Resolution, seconds: number) {
	const input = countTokens(prompt);
	const video = Math.round(TOKENS_PER_SECOND[resolution] * seconds);
	const thought = seconds > 0 ? THOUGHT_TOKENS : 0;
	return {
		total_tokens: input + video + thought,
		total_input_tokens: input,
		input_tokens_by_modality: [{ modality: 'text', tokens: input }],
		total_cached_tokens: 0,
		total_output_tokens: video,
		output_tokens_by_modality: seconds > 0 ? [{ modality: 'video', tokens: video }] : [],
		total_tool_use_tokens: 0,
		total_thought_tokens: thought,
	};
}
