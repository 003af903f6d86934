import type { Plan } from './plan.ts';
import { rateText, SAMPLE_RATE, secondsOf } from './rate.ts';

/** The plan in words, a line a piece: what the film will be, what is copied and what is encoded, and why. */
export function explain({ target, frames, segments, clips, sound }: Plan): string {
	const seconds = (count: number) => `${secondsOf(count, target.rate).toFixed(3)} s`;
	const lines = segments.map(({ start, frames: length, clips: shown, how, why }) => {
		const names = shown.map((index) => `${index + 1} (${clips[index]!.name})`).join(' and ');
		return `${seconds(start)} + ${seconds(length)}: clip ${names} ${how}: ${why}`;
	});
	const heard = sound
		? `sound of ${(sound.samples / SAMPLE_RATE).toFixed(3)} s from ${sound.pieces.filter(({ pcm }) => pcm).length} clips`
		: 'no sound';
	return [
		`${target.width}x${target.height}, ${rateText(target.rate)} frames a second, ${frames} frames, ${seconds(frames)}; ${heard}`,
		...lines,
	].join('\n');
}
