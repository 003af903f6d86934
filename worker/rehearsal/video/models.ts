import { WireError } from '../wire/errors.ts';

export type Resolution = '360p' | '720p' | '1080p' | '4k';
export type VideoModel = {
	id: string;
	api: 'omni' | 'veo';
	/** Omni: shortest and longest clip. Veo: every length there is. Seconds. */
	seconds: { min: number; max: number } | { oneOf: number[] };
	/** US dollars a second by resolution; a missing one is not offered. */
	usdPerSecond: Partial<Record<Resolution, number>>;
	/** US dollars a second without sound, where that is cheaper. */
	silentUsdPerSecond?: Partial<Record<Resolution, number>>;
};

/** The video models of November 2026; prices as read on 2026-11-11 (Omni) and 2026-08-02 (Veo). */
export const VIDEO_MODELS: VideoModel[] = [
	{
		id: 'gemini-omni-1.2-flash',
		api: 'omni',
		seconds: { min: 3, max: 15 },
		usdPerSecond: { '360p': 0.0232, '720p': 0.0695, '1080p': 0.1043, '4k': 0.2085 },
	},
	{
		id: 'gemini-omni-1.1-flash',
		api: 'omni',
		seconds: { min: 3, max: 10 },
		usdPerSecond: { '360p': 0.03, '720p': 0.1, '1080p': 0.15, '4k': 0.3 },
	},
	{
		id: 'veo-3.1-generate-001',
		api: 'veo',
		seconds: { oneOf: [4, 6, 8] },
		usdPerSecond: { '720p': 0.4, '1080p': 0.4, '4k': 0.6 },
		silentUsdPerSecond: { '720p': 0.2, '1080p': 0.2, '4k': 0.4 },
	},
	{
		id: 'veo-3.1-fast-generate-001',
		api: 'veo',
		seconds: { oneOf: [4, 6, 8] },
		usdPerSecond: { '720p': 0.1, '1080p': 0.12, '4k': 0.3 },
	},
	{
		id: 'veo-3.1-lite-generate-001',
		api: 'veo',
		seconds: { oneOf: [4, 6, 8] },
		usdPerSecond: { '720p': 0.05, '1080p': 0.08 },
		silentUsdPerSecond: { '720p': 0.03, '1080p': 0.05 },
	},
];

/** Models that were switched off, and what took their place. */
const RETIRED: [RegExp, string][] = [
	[/^gemini-omni-flash-preview$/, 'gemini-omni-1.2-flash'],
	[/^veo-(1|2|3)\.0-/, 'gemini-omni-1.2-flash'],
	[/^veo-3\.1-.*preview$/, 'gemini-omni-1.2-flash'],
	[/^imagen-/, 'gemini-3.1-flash-image'],
	[/^gemini-(1|2)\./, 'gemini-3.8-flash'],
	[/^gemini-3-pro-preview$/, 'gemini-3.1-pro-preview'],
	[/^gemini-3(\.1)?-(pro|flash)-image-preview$/, 'gemini-3.1-flash-image'],
];

/** Short side and long side in pixels. */
const PIXELS: Record<Resolution, [number, number]> = {
	'360p': [640, 360],
	'720p': [1280, 720],
	'1080p': [1920, 1080],
	'4k': [3840, 2160],
};

/** Width and height of a clip; 9:16 stands upright. */
export function pixelsOf(resolution: Resolution, ratio: string): [number, number] {
	const [long, short] = PIXELS[resolution];
	return ratio === '9:16' ? [short, long] : [long, short];
}

/** Throws the 404 of a model that was switched off, in the words of the Gemini API; lets every other id pass. */
export function refuseRetired(model: string): void {
	const successor = RETIRED.find(([pattern]) => pattern.test(model))?.[1];
	if (!successor) return;
	throw new WireError(404, `models/${model} is no longer available. Please use ${successor} instead.`, {
		code: 'model_not_found',
	});
}

/** What one clip would have cost, in US dollars. */
export function clipPrice(model: VideoModel, resolution: Resolution, seconds: number, sound: boolean): number {
	const silent = sound ? undefined : model.silentUsdPerSecond?.[resolution];
	return (silent ?? model.usdPerSecond[resolution] ?? 0) * seconds;
}
