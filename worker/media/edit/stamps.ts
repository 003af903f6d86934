import type { Tile } from './contact.ts';

/** Height of a time stamp as a share of its picture's, and in pixels at least. */
const HEIGHT_SHARE = 0.09;
const LEAST_HEIGHT = 9;
const HOUR = 3600;
const MINUTE = 60;

/**
 * An ASS script that writes each picture's time into its lower left corner, white with a dark edge. `times` are the
 * seconds of the pictures, laid out row by row. Digits and colons alone: nothing of a user's gets in.
 */
export function stampsOf(times: number[], grid: Tile & { columns: number; rows: number }): string {
	const { columns, rows, width, height, gap } = grid;
	const size = Math.max(LEAST_HEIGHT, Math.round(height * HEIGHT_SHARE));
	const inset = Math.round(size / 3);
	const long = (times.at(-1) ?? 0) >= HOUR;
	const lines = times.map((seconds, index) => {
		const left = gap + (index % columns) * (width + gap) + inset;
		const bottom = gap + Math.floor(index / columns) * (height + gap) + height - inset;
		return `Dialogue: 0,0:00:00.00,9:59:59.99,Time,,0,0,0,,{\\an1\\pos(${left},${bottom})}${clock(seconds, long)}`;
	});
	return [
		...['[Script Info]', 'ScriptType: v4.00+'],
		`PlayResX: ${gap + columns * (width + gap)}`,
		`PlayResY: ${gap + rows * (height + gap)}`,
		...['ScaledBorderAndShadow: yes', '', '[V4+ Styles]'],
		'Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, BorderStyle, Outline, Shadow, Alignment',
		`Style: Time,sans-serif,${size},&H00FFFFFF,&H30000000,&H80000000,-1,1,${Math.max(1, size / 9).toFixed(1)},0,1`,
		...['', '[Events]', 'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text'],
		...[...lines, ''],
	].join('\n');
}

/** `0:07.5` below ten minutes, else `12:34`, and with hours where the film has them. */
export function clock(seconds: number, long = false): string {
	const tenths = Math.floor(seconds * 10 + 1e-6);
	const whole = Math.floor(tenths / 10);
	const two = (value: number) => String(value).padStart(2, '0');
	const [hours, minutes] = [Math.floor(whole / HOUR), Math.floor((whole % HOUR) / MINUTE)];
	if (long || hours) return `${hours}:${two(minutes)}:${two(whole % MINUTE)}`;
	return `${minutes}:${two(whole % MINUTE)}${minutes < 10 ? `.${tenths % 10}` : ''}`;
}
