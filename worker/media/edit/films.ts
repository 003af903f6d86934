import type { z } from 'zod';
import { Fault } from '../../base/errors.ts';
import type { EditOf } from '../../contract/edit.ts';
import { Timeline } from '../../contract/timeline.ts';

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
		throw new Fault('invalid_input', 'neither width nor height is given', {
			hint: 'Give one of them, the other follows the shape of the picture; or both.',
			refusals: [{ field: 'width', message: 'width or height is needed' }],
		});
	const make = TIMELINES[input.operation] as (input: EditOf<FilmEdit>) => ReturnType<(typeof TIMELINES)[FilmEdit]>;
	const { clip, ...rest } = make(input);
	return Timeline.parse({ sound: { loudness: null }, ...rest, clips: [{ asset: input.asset, ...clip }] });
}
