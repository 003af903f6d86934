import { Fault } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { BLOCK_CODES } from '../errors.ts';
import type { VideoRow } from '../models.ts';

type Block = { type?: string; data?: string; uri?: string; text?: string };
type Modality = { modality?: string; tokens?: number };

/** As much of an interaction as is read here; any of it may be missing. */
export type Interaction = {
	id?: string;
	status?: string;
	errors?: { code?: string; message?: string }[];
	steps?: { type?: string; content?: Block[] }[];
	usage?: {
		total_input_tokens?: number;
		total_output_tokens?: number;
		total_thought_tokens?: number;
		output_tokens_by_modality?: Modality[];
	};
};

export type Verdict = { state: 'pending' } | { state: 'done'; video: Block };

/** Words by which an interaction says that it has ended (https://ai.google.dev/gemini-api/docs/interactions). */
const ENDED = new Set(
	'completed failed cancelled incomplete budget_exceeded requires_action requires_continuation'.split(' '),
);
const GOING = new Set(['queued', 'in_progress']);

/**
 * What an interaction's state means for the clip. Ends without a clip throw: `blocked` with the filter's
 * words (as `failed` with a block code, or `completed` without video), `cancelled`, or `media`. A word
 * nobody knows counts as pending: the caller's own deadline ends that.
 */
export function verdictOf(seen: Interaction, log?: Log): Verdict {
	const status = seen.status ?? '';
	if (!ENDED.has(status)) {
		if (!GOING.has(status)) log?.warn({ status }, 'an interaction has a status that is not known');
		return { state: 'pending' };
	}
	const video = videoOf(seen);
	if (status === 'completed' && video) return { state: 'done', video };
	if (status === 'cancelled') throw new Fault('cancelled', 'The clip was cancelled at Google.');
	throw failure(seen, status);
}

function videoOf(seen: Interaction): Block | undefined {
	const blocks = (seen.steps ?? []).flatMap((step) => step.content ?? []);
	return blocks.findLast((block) => block.type === 'video' && (block.uri || block.data));
}

function failure(seen: Interaction, status: string): Fault {
	const errors = (seen.errors ?? []).map(({ code = '', message = '' }) => ({ code, message }));
	const blocks = errors.filter(({ code }) => BLOCK_CODES.has(code.toLowerCase()));
	const words = errors.map(({ code, message }) => message || code).filter(Boolean);
	if (blocks.length)
		return new Fault('blocked', 'Google’s safety filter blocked the clip.', {
			reasons: blocks.map(({ code, message }) => message || code),
			hint: 'Change the prompt and submit this shot again.',
		});
	if (status === 'completed') {
		const said = (seen.steps ?? []).flatMap((step) => step.content ?? []).flatMap((block) => block.text ?? []);
		return new Fault('blocked', 'Gemini finished without making a video.', {
			reasons: said.length ? said : ['completed without a video'],
			hint: 'This is how Gemini refuses some prompts, and edits of uploaded video in some regions. Change the prompt.',
		});
	}
	return new Fault('media', `Google could not make the clip: ${words.join('; ') || status}.`, {
		hint: 'Submit this shot again; if it fails once more, simplify its prompt.',
	});
}

const MILLION = 1_000_000;

/**
 * What an interaction cost in US dollars, from its token counts and the row's prices. Null when Google gave
 * no usage, which never means that it was free.
 */
export function costOf({ usage }: Interaction, row: VideoRow | null): number | null {
	const prices = row?.usdPerMillion;
	if (!prices || usage?.total_output_tokens === undefined) return null;
	const video = (usage.output_tokens_by_modality ?? [])
		.filter(({ modality }) => modality?.toLowerCase() === 'video')
		.reduce((sum, { tokens = 0 }) => sum + tokens, 0);
	const words = Math.max(0, usage.total_output_tokens - video) + (usage.total_thought_tokens ?? 0);
	const usd = (video * prices.video + words * prices.text + (usage.total_input_tokens ?? 0) * prices.in) / MILLION;
	return Math.round(usd * MILLION) / MILLION;
}
