import type { ClipInput } from '../contract/clip.ts';
import type { Refusal } from '../contract/problem.ts';
import type { StoryboardInput } from '../contract/storyboard.ts';
import type { AspectRatio, Resolution } from '../contract/vocabulary.ts';
import type { Catalog } from './catalog.ts';
import type { TextRow, VideoRow } from './models.ts';

/** A clip as it will be asked for: every field filled in, every rule of its model kept. */
export type ClipRequest = {
	model: string;
	prompt: string;
	seconds: number;
	aspectRatio: AspectRatio;
	resolution: Resolution;
	seed: number | null;
	audio: boolean;
	negativePrompt: string | null;
};

type Estimate = { estimateUsd: number; basis: string };

/**
 * The model's rules on one clip, before anything is paid: the request with its defaults and an estimate
 * in US dollars, or every refusal at once (field and what is allowed). No call is made.
 */
export function checkClip(
	catalog: Catalog,
	input: ClipInput,
): (Estimate & { request: ClipRequest }) | { refusals: Refusal[] } {
	const found = catalog.video(input.model);
	if ('refusal' in found) return { refusals: [{ field: 'model', message: found.refusal }] };
	const { row } = found;
	const request = {
		model: row.id,
		prompt: input.prompt,
		aspectRatio: input.aspectRatio ?? row.aspectRatios[0] ?? '16:9',
		resolution: input.resolution ?? row.defaultResolution,
		seconds: input.seconds ?? row.defaultSeconds,
		seed: input.seed ?? null,
		audio: input.audio ?? true,
		negativePrompt: input.negativePrompt?.trim() || null,
	};
	const refusals = refuse(row, request);
	return refusals.length ? { refusals } : { request, ...estimate(row, request) };
}

function refuse(row: VideoRow, request: ClipRequest): Refusal[] {
	const refusals: Refusal[] = [];
	const no = (field: string, message: string) => refusals.push({ field, message });
	const allowed = lengths(row, request.resolution);
	if (!row.resolutions.includes(request.resolution))
		no('resolution', `${row.name} makes ${row.resolutions.join(', ')}, not ${request.resolution}.`);
	else if (!allowed.includes(request.seconds))
		no(
			'seconds',
			`${row.name} makes clips of ${inWords(allowed)} seconds at ${request.resolution}, not ${request.seconds}.`,
		);
	if (!row.aspectRatios.includes(request.aspectRatio))
		no('aspectRatio', `${row.name} makes ${row.aspectRatios.join(' and ')}, not ${request.aspectRatio}.`);
	if (!request.audio && row.audio === 'always')
		no('audio', `${row.name} always makes sound. Take it off afterwards, or use a model that can be silent.`);
	if (request.negativePrompt && !row.negativePrompt)
		no('negativePrompt', `${row.name} takes no negative prompt. Write what is not wanted into the prompt: "no …".`);
	return refusals;
}

/** Tokens that an Omni clip may use besides its video (thoughts and words): recordings show under 700. */
const THOUGHT_TOKENS = 1000;
/** English text has about four characters a token (https://ai.google.dev/gemini-api/docs/tokens). */
const CHARACTERS_A_TOKEN = 4;
const MILLION = 1_000_000;

function estimate(row: VideoRow, request: ClipRequest): Estimate {
	const loud = row.usdPerSecond[request.resolution] ?? Math.max(0, ...Object.values(row.usdPerSecond));
	const rate = request.audio ? loud : (row.usdPerSecondSilent[request.resolution] ?? loud);
	const words = row.usdPerMillion
		? (THOUGHT_TOKENS * row.usdPerMillion.text +
				(request.prompt.length / CHARACTERS_A_TOKEN) * row.usdPerMillion.in) /
			MILLION
		: 0;
	const also = words ? ` + about $${words.toFixed(3)} for prompt and thinking` : '';
	const silent = request.audio ? '' : ', silent';
	return {
		estimateUsd: round(request.seconds * rate + words),
		basis: `${request.seconds} s × $${rate} a second (${row.name}, ${request.resolution}${silent}, prices of ${row.pricedOn})${also}`,
	};
}

/** The clip lengths that a model allows at a resolution, ascending, in seconds. */
export const lengths = (row: VideoRow, resolution: Resolution): number[] =>
	[...(row.secondsAt[resolution] ?? row.seconds)].sort((a, b) => a - b);

/** Whole numbers for people: `3 to 15`, `4, 6 or 8`, `8`. */
export function inWords(numbers: number[]): string {
	const [first, last] = [numbers[0], numbers.at(-1)];
	if (numbers.length > 2 && first !== undefined && last === first + numbers.length - 1) return `${first} to ${last}`;
	return numbers.length > 1 ? `${numbers.slice(0, -1).join(', ')} or ${last}` : String(first ?? '');
}

/** What a storyboard costs at most and which shot lengths it may use. */
export type StoryboardTerms = Estimate & { model: string; shotSeconds: number[] };

/**
 * The rules on a storyboard, before anything is paid: the text model, the shot lengths that the video
 * model will take, an estimate in US dollars that holds for the repair round too; or the refusals.
 */
export function checkStoryboard(catalog: Catalog, input: StoryboardInput): StoryboardTerms | { refusals: Refusal[] } {
	const text = catalog.text(input.model);
	const video = catalog.video(input.videoModel);
	const refusals: Refusal[] = [];
	if ('refusal' in text) refusals.push({ field: 'model', message: text.refusal });
	if ('refusal' in video) refusals.push({ field: 'videoModel', message: video.refusal });
	if ('refusal' in text || 'refusal' in video) return { refusals };
	const shotSeconds = input.shotSeconds ? [input.shotSeconds] : lengths(video.row, video.row.defaultResolution);
	refusals.push(...refuseLengths(video.row, input, shotSeconds));
	return refusals.length ? { refusals } : { model: text.row.id, shotSeconds, ...estimateText(text.row, input) };
}

function refuseLengths(row: VideoRow, input: StoryboardInput, shotSeconds: number[]): Refusal[] {
	const allowed = lengths(row, row.defaultResolution);
	if (input.shotSeconds && !allowed.includes(input.shotSeconds))
		return [
			{
				field: 'shotSeconds',
				message: `${row.name} makes clips of ${inWords(allowed)} seconds, not ${input.shotSeconds}.`,
			},
		];
	if (!row.aspectRatios.includes(input.aspectRatio))
		return [
			{
				field: 'aspectRatio',
				message: `${row.name} makes ${row.aspectRatios.join(' and ')}, not ${input.aspectRatio}.`,
			},
		];
	const longest = (shotSeconds.at(-1) ?? 0) * input.maxShots;
	if (input.seconds > longest + (shotSeconds[0] ?? 0) / 2)
		return [
			{
				field: 'maxShots',
				message: `${input.maxShots} shots of at most ${shotSeconds.at(-1)} seconds make ${longest} seconds, but the film is to be ${input.seconds}. Allow more shots or ask for a shorter film.`,
			},
		];
	return [];
}

/** What a brief on Drive is taken to have before it is read: about 30 pages. */
const UNREAD_BRIEF_TOKENS = 20_000;
const INSTRUCTION_TOKENS = 2000;
const TOKENS_A_SHOT = 300;
const TEXT_THOUGHT_TOKENS = 4000;
/** The first answer and one repair. */
const ROUNDS = 2;

function estimateText(row: TextRow, input: StoryboardInput): Estimate {
	const brief = input.text ? input.text.length / CHARACTERS_A_TOKEN : UNREAD_BRIEF_TOKENS;
	const tokensOut = input.maxShots * TOKENS_A_SHOT + TEXT_THOUGHT_TOKENS;
	const tokensIn = brief + INSTRUCTION_TOKENS + tokensOut / 2;
	const usd = (ROUNDS * (tokensIn * row.usdPerMillionIn + tokensOut * row.usdPerMillionOut)) / MILLION;
	const basis = `at most ${ROUNDS} answers of about ${Math.round(tokensOut / 1000)},000 tokens (${row.name}, prices of ${row.pricedOn})`;
	return { estimateUsd: round(usd), basis };
}

const round = (usd: number) => Math.ceil(usd * 10_000) / 10_000;
