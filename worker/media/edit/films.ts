import type { z } from 'zod';
import { Fault } from '../../base/errors.ts';
import type { EditOf } from '../../contract/edit.ts';
import { Timeline } from '../../contract/timeline.ts';
import { refuseUndrawable } from '../captions/fonts.ts';
import { movingPicture, type Clip } from '../inspect/clip.ts';

type Wanted = z.input<typeof Timeline>;
type OneClip = Partial<Wanted['clips'][number]>;

/** Edits that are a film of one clip: its picture is copied wherever nothing is drawn over it. */
export const FILM_EDITS = ['trim', 'aspect', 'resize', 'music', 'loudness', 'captions', 'logo'] as const;
export type FilmEdit = (typeof FILM_EDITS)[number];

/** What stands on the timeline besides the clip; the sound stays as loud as it is unless the edit is about that. */
const TIMELINES: { [O in FilmEdit]: (input: EditOf<O>) => Omit<Wanted, 'clips'> & { clip?: OneClip } } = {
	trim: ({ from, to }) => ({ clip: { ...(from > 0 && { cutFrom: from }), ...(to !== undefined && { cutTo: to }) } }),
	aspect: ({ ratio, fit, colour }) => ({ target: { ratio, fit, colour } }),
	resize: ({ width, height, fit, colour }) => ({ target: { width, height, fit, colour } }),
	music: ({ music, loudness }) => ({ sound: { music, loudness } }),
	loudness: ({ loudness }) => ({ sound: { loudness } }),
	captions: ({ captions, lines }) => ({ captions, clip: { captions: lines } }),
	logo: ({ logo }) => ({ logo }),
};

/** The timeline of an edit; throws `invalid_input` where the edit says nothing. */
export function timelineOf(input: EditOf<FilmEdit>): Timeline {
	if (input.operation === 'resize' && input.width === undefined && input.height === undefined)
		throw new Fault('invalid_input', 'neither the width nor the height to resize to is given', {
			hint: 'Give one of them in pixels, the other follows the shape of the picture; or give both.',
			refusals: [{ field: 'width', message: 'expected a width or a height in pixels, an even number' }],
		});
	const make = TIMELINES[input.operation] as (input: EditOf<FilmEdit>) => ReturnType<(typeof TIMELINES)[FilmEdit]>;
	const { clip, ...rest } = make(input);
	return Timeline.parse({ sound: { loudness: null }, ...rest, clips: [{ asset: input.asset, ...clip }] });
}

/** Edits that change what is seen and leave what is heard as it is. */
const SILENT: ReadonlySet<FilmEdit> = new Set(['trim', 'aspect', 'resize', 'captions', 'logo']);

/** What such an edit does besides what was asked for, in plain words. */
export function notesOf(input: EditOf<FilmEdit>, { name, probe }: Clip): string[] {
	const late = input.operation === 'trim' && input.to !== undefined && input.to > probe.seconds + SHORTEST_FRAME;
	return [
		...(late ? [`${name} ends at ${round(probe.seconds)} s, before ${input.to} s: it was kept to its end.`] : []),
		...(SILENT.has(input.operation) && probe.audio
			? ['The sound is as it was to the ear, but it was decoded and encoded anew as AAC.']
			: []),
	];
}

/** Later than the end by less than a frame is the end. */
const SHORTEST_FRAME = 1 / 24;
const round = (seconds: number) => Math.round(seconds * 1000) / 1000;

/** Throws `invalid_input` for a clip that an edit leaves nothing of, and for captions that no font draws. */
export async function refuseUnfit(input: EditOf<FilmEdit>, { name, probe }: Clip): Promise<void> {
	if (input.operation === 'captions' && input.captions.mode !== 'soft')
		await refuseUndrawable(
			input.lines.map(({ text, words = [] }, index) => ({
				text: [text, ...words.map((word) => word.text)].join(' '),
				about: `line ${index + 1} of the captions`,
			})),
		);
	movingPicture({ name, probe }, 'Such edits are made to', Infinity);
	if (input.operation !== 'trim') return;
	const { from, to } = input;
	if (to !== undefined && to <= from)
		throw new Fault('invalid_input', `nothing is left of ${name} from ${from} s to ${to} s`, {
			hint: 'The second to which it is kept must be behind the one from which it is kept.',
			refusals: [{ field: 'to', message: `expected more than ${from} s` }],
		});
	if (from >= probe.seconds)
		throw new Fault(
			'invalid_input',
			`${name} lasts ${round(probe.seconds)} s: nothing is left of it from ${from} s`,
			{
				hint: 'Let it begin before the end of the video.',
				refusals: [{ field: 'from', message: `expected less than ${round(probe.seconds)} s` }],
			},
		);
}
