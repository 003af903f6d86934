import { z } from 'zod';
import { TextModelView, VideoModelView } from '../contract/models.ts';
import { Resolution } from '../contract/vocabulary.ts';

/** A video model: what people see of it, and the rules and prices that only the worker needs. */
export const VideoRow = VideoModelView.extend({
	default: z.boolean().default(false),
	/** Clip lengths by resolution, where a resolution allows fewer than `seconds` says. */
	secondsAt: z.partialRecord(Resolution, z.array(z.int().positive())).default({}),
	/** US dollars a second without sound, where that is cheaper. */
	usdPerSecondSilent: z.partialRecord(Resolution, z.number().nonnegative()).default({}),
	/** US dollars a million tokens: the cost is read from Google's `usage`. Null: Google does not say what a clip cost. */
	usdPerMillion: z.object({ in: z.number(), video: z.number(), text: z.number() }).nullable().default(null),
});
export type VideoRow = z.infer<typeof VideoRow>;

/** A text model; `then` is a price that is announced for a later day. */
export const TextRow = TextModelView.extend({
	default: z.boolean().default(false),
	then: z.object({ from: z.iso.date(), usdPerMillionIn: z.number(), usdPerMillionOut: z.number() }).optional(),
});
export type TextRow = z.infer<typeof TextRow>;

type RowInput = z.input<typeof VideoRow>;

const omni = {
	service: 'omni',
	default: false,
	defaultSeconds: 8,
	resolutions: ['360p', '720p', '1080p', '4k'],
	defaultResolution: '720p',
	aspectRatios: ['16:9', '9:16'],
	audio: 'always',
	negativePrompt: false,
	needs: 'geminiKey',
} satisfies Partial<RowInput>;

const veo = {
	service: 'veo',
	default: false,
	seconds: [4, 6, 8],
	defaultSeconds: 8,
	defaultResolution: '720p',
	aspectRatios: ['16:9', '9:16'],
	audio: 'optional',
	negativePrompt: true,
	needs: 'googleIdentity',
	pricedOn: '2026-08-02',
	usdPerMillion: null,
	/** https://ai.google.dev/gemini-api/docs/video: 1080p and 4k come in 8 seconds alone. */
	secondsAt: { '1080p': [8], '4k': [8] },
} satisfies Partial<RowInput>;

const upTo = (last: number) => Array.from({ length: last - 2 }, (_, index) => index + 3);

/**
 * The table of video models. Adding one is adding a row, here or in the file that REELSMITH_MODELS_FILE
 * names. Lengths and sizes: https://ai.google.dev/gemini-api/docs/omni and the Veo page of Vertex AI; prices:
 * https://ai.google.dev/gemini-api/docs/pricing and lists that quote it, read on the day in `pricedOn`.
 */
export const VIDEO_ROWS: VideoRow[] = (
	[
		{
			...omni,
			id: 'gemini-omni-1.2-flash',
			name: 'Gemini Omni 1.2 Flash',
			default: true,
			seconds: upTo(15),
			usdPerSecond: { '360p': 0.0232, '720p': 0.0695, '1080p': 0.1043, '4k': 0.2085 },
			usdPerMillion: { in: 1.5, video: 12, text: 9 },
			pricedOn: '2026-11-11',
		},
		{
			...omni,
			id: 'gemini-omni-1.1-flash',
			name: 'Gemini Omni 1.1 Flash',
			seconds: upTo(10),
			usdPerSecond: { '360p': 0.03, '720p': 0.1, '1080p': 0.15, '4k': 0.3 },
			usdPerMillion: { in: 1.5, video: 17.5, text: 9 },
			pricedOn: '2026-11-11',
		},
		{
			...veo,
			id: 'veo-3.1-generate-001',
			name: 'Veo 3.1',
			resolutions: ['720p', '1080p', '4k'],
			usdPerSecond: { '720p': 0.4, '1080p': 0.4, '4k': 0.6 },
			usdPerSecondSilent: { '720p': 0.2, '1080p': 0.2, '4k': 0.4 },
		},
		{
			...veo,
			id: 'veo-3.1-fast-generate-001',
			name: 'Veo 3.1 Fast',
			resolutions: ['720p', '1080p', '4k'],
			usdPerSecond: { '720p': 0.1, '1080p': 0.12, '4k': 0.3 },
		},
		{
			...veo,
			id: 'veo-3.1-lite-generate-001',
			name: 'Veo 3.1 Lite',
			resolutions: ['720p', '1080p'],
			usdPerSecond: { '720p': 0.05, '1080p': 0.08 },
			usdPerSecondSilent: { '720p': 0.03, '1080p': 0.05 },
		},
	] satisfies RowInput[]
).map((row) => VideoRow.parse(row));

/** The table of text models; prices from https://ai.google.dev/gemini-api/docs/pricing on the day in `pricedOn`. */
export const TEXT_ROWS: TextRow[] = [
	{
		id: 'gemini-3.8-flash',
		name: 'Gemini 3.8 Flash',
		default: true,
		usdPerMillionIn: 0.75,
		usdPerMillionOut: 3.75,
		then: { from: '2027-01-01', usdPerMillionIn: 1.5, usdPerMillionOut: 7.5 },
		pricedOn: '2026-10-07',
	},
	text('gemini-3.5-flash', 'Gemini 3.5 Flash', 1.5, 9),
	text('gemini-3.5-flash-lite', 'Gemini 3.5 Flash-Lite', 0.3, 2.5),
	text('gemini-3.1-pro-preview', 'Gemini 3.1 Pro', 2, 12),
];

function text(id: string, name: string, usdPerMillionIn: number, usdPerMillionOut: number): TextRow {
	return { id, name, default: false, usdPerMillionIn, usdPerMillionOut, pricedOn: '2026-10-07' };
}

const OMNI = 'gemini-omni-1.2-flash';
const FLASH = 'gemini-3.8-flash';

/** Ids that Google has shut down (https://ai.google.dev/gemini-api/docs/deprecations) and what to use instead. */
export const RETIRED: Record<string, string> = {
	'gemini-omni-flash-preview': OMNI,
	'veo-2.0-generate-001': OMNI,
	'veo-3.0-generate-preview': OMNI,
	'veo-3.0-fast-generate-preview': OMNI,
	'veo-3.0-generate-001': OMNI,
	'veo-3.0-fast-generate-001': OMNI,
	'veo-3.1-generate-preview': OMNI,
	'veo-3.1-fast-generate-preview': OMNI,
	'veo-3.1-lite-generate-preview': OMNI,
	'gemini-2.0-flash': FLASH,
	'gemini-2.0-flash-lite': FLASH,
	'gemini-2.5-flash': FLASH,
	'gemini-2.5-flash-lite': 'gemini-3.5-flash-lite',
	'gemini-2.5-pro': 'gemini-3.1-pro-preview',
	'gemini-3-pro-preview': 'gemini-3.1-pro-preview',
	'gemini-flash-latest': FLASH,
	'gemini-pro-latest': 'gemini-3.1-pro-preview',
};
