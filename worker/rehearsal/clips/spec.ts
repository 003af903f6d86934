import { createHash } from 'node:crypto';

/** All that decides what a clip looks and sounds like; the same spec gives the same bytes. */
export type ClipSpec = {
	/** The number shown in the picture. */
	shot: number;
	prompt: string;
	/** A line under the prompt: what the clip was made from besides words. */
	note: string;
	seed: number;
	seconds: number;
	width: number;
	height: number;
	sound: boolean;
	/** Which clip of the footage folder is served, when there is one. */
	turn: number;
};

/** Frames a second of every Veo and Omni clip. */
export const FPS = 24;
/** A step round the colour wheel which never comes near an earlier one soon: the golden angle as a part of the circle. */
const GOLDEN = 0.381966;
const SEMITONE = 2 ** (1 / 12);
const LOWEST_TONE_HZ = 220;
const TONES = 18;

/** Name of the clip in the cache. The leading word changes whenever the drawing does. */
export function clipHash(spec: ClipSpec): string {
	const looks = { ...spec, turn: undefined };
	return createHash('sha256')
		.update(`drawing-2 ${JSON.stringify(looks)}`)
		.digest('hex')
		.slice(0, 32);
}

/**
 * The background as [red, green, blue], 0 to 255. Neighbouring shot numbers lie far apart on the colour wheel; prompt
 * and seed move the lightness, so that two takes of one shot differ as well.
 */
export function clipColour(spec: Pick<ClipSpec, 'shot' | 'prompt' | 'seed'>): [number, number, number] {
	const digest = createHash('sha256').update(`${spec.seed} ${spec.prompt}`).digest();
	const hue = (spec.shot * GOLDEN) % 1;
	return fromHsl(hue, 0.55 + (digest.readUInt8(0) / 255) * 0.3, 0.22 + (digest.readUInt8(1) / 255) * 0.2);
}

/** The pitch of the clip's tone in hertz: two semitones a shot, one more for odd seeds. */
export function clipTone(spec: Pick<ClipSpec, 'shot' | 'seed'>): number {
	const steps = (((spec.shot - 1) % TONES) + TONES) % TONES;
	return Math.round(LOWEST_TONE_HZ * SEMITONE ** (2 * steps + (spec.seed % 2)) * 100) / 100;
}

/** A seed for a request without one: the same prompt gives the same clip. */
export function seedOf(prompt: string): number {
	return createHash('sha256').update(prompt).digest().readUInt32BE(0);
}

/** `[18, 52, 86]` as `#123456`. */
export function hexColour(colour: [number, number, number]): string {
	return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function fromHsl(hue: number, saturation: number, lightness: number): [number, number, number] {
	const chroma = saturation * Math.min(lightness, 1 - lightness);
	const part = (offset: number) => {
		const k = (offset + hue * 12) % 12;
		return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
	};
	return [part(0), part(8), part(4)];
}
