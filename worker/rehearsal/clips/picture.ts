import { FPS, type ClipSpec } from './spec.ts';

/** Longer prompts are cut on the picture: it is a label, not a page. */
const LONGEST_TEXT = 420;
/** Sizes below are given for a picture whose short side is 720. */
const DRAWN_FOR = 720;

/**
 * The moving layer of a clip as an ASS script: shot number, prompt, a time code on every frame, and two shapes that
 * drift. Words travel as data of the script, never inside an ffmpeg filter string, so no character can break anything.
 */
export function drawPicture(spec: ClipSpec): string {
	return [header(spec), ...shapes(spec), ...words(spec), ...timeCode(spec), ''].join('\n');
}

/** What ASS would read as a command becomes plain text: braces are escaped, a backslash is parted from what follows. */
export function plainAss(text: string): string {
	const oneLine = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
	const cut = oneLine.length > LONGEST_TEXT ? `${[...oneLine].slice(0, LONGEST_TEXT).join('')}…` : oneLine;
	return cut.replaceAll('\\', '\\\u2060').replaceAll('{', '\\{').replaceAll('}', '\\}');
}

function header(spec: ClipSpec): string {
	const scale = Math.min(spec.width, spec.height) / DRAWN_FOR;
	const px = (size: number) => Math.round(size * scale);
	const style = (name: string, font: string, size: number, bold: number, place: number) =>
		`Style: ${name},${font},${px(size)},&H00FFFFFF,&H00FFFFFF,&H50000000,&H50000000,${bold},0,0,0,100,100,0,0,1,${px(3)},0,${place},${px(60)},${px(60)},${px(48)},1`;
	return [
		'[Script Info]',
		'ScriptType: v4.00+',
		`PlayResX: ${spec.width}`,
		`PlayResY: ${spec.height}`,
		'WrapStyle: 0',
		'',
		'[V4+ Styles]',
		'Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding',
		style('Shot', 'DejaVu Sans', 140, -1, 7),
		style('Words', 'DejaVu Sans', spec.prompt.length > 200 ? 28 : 38, 0, 1),
		style('Code', 'DejaVu Sans Mono', 36, 0, 9),
		'',
		'[Events]',
		'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
	].join('\n');
}

function shapes(spec: ClipSpec): string[] {
	const { width, height } = spec;
	const side = Math.round(Math.min(width, height) * 0.3);
	const middle = Math.round(height * 0.35);
	const box = `m 0 0 l ${side} 0 ${side} ${side} 0 ${side}`;
	const drift = (from: string, to: string, alpha: string) =>
		event(
			0,
			0,
			spec.seconds,
			'Shot',
			`{\\an7\\move(${from},${to})\\bord0\\1c&HFFFFFF&\\1a&H${alpha}&\\p1}${box}{\\p0}`,
		);
	return [
		drift(`0,${middle}`, `${width - side},${middle + Math.round(side / 3)}`, 'C0'),
		drift(`${width - side},0`, `${Math.round(width / 3)},${middle}`, 'D8'),
	];
}

function words(spec: ClipSpec): string[] {
	const note = spec.note ? `\\N{\\i1}${plainAss(spec.note)}` : '';
	return [
		event(1, 0, spec.seconds, 'Shot', `Shot ${spec.shot}`),
		event(1, 0, spec.seconds, 'Words', `${plainAss(spec.prompt)}${note}`),
	];
}

/** Minutes, seconds and frame of every single frame: a lost or doubled frame can be seen with the naked eye. */
function timeCode(spec: ClipSpec): string[] {
	const frames = Math.round(spec.seconds * FPS);
	return Array.from({ length: frames }, (_, frame) => {
		const second = Math.floor(frame / FPS);
		const code = [Math.floor(second / 60), second % 60, frame % FPS]
			.map((part) => String(part).padStart(2, '0'))
			.join(':');
		return event(2, frame / FPS, (frame + 1) / FPS, 'Code', code);
	});
}

function event(layer: number, from: number, to: number, style: string, text: string): string {
	return `Dialogue: ${layer},${assTime(from)},${assTime(to)},${style},,0,0,0,,${text}`;
}

/** ASS counts in hundredths; rounding down keeps every frame inside its own event. */
function assTime(seconds: number): string {
	const hundredths = Math.floor(seconds * 100 + 1e-6);
	const two = (value: number) => String(value).padStart(2, '0');
	const minutes = Math.floor(hundredths / 6000);
	return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}
