import { z } from 'zod';

/**
 * How one clip can lead into the next. Everything but a cut takes its length from both clips. The names behind
 * `crossfade` are those of ffmpeg's filter xfade, which draws them (ffmpeg 5.1 and later have all of these).
 */
export const TRANSITIONS = [
	...[
		'cut',
		'crossfade',
		'fadeblack',
		'fadewhite',
		'fadegrays',
		'dissolve',
		'pixelize',
		'hblur',
		'distance',
		'zoomin',
	],
	...['wipeleft', 'wiperight', 'wipeup', 'wipedown', 'wipetl', 'wipetr', 'wipebl', 'wipebr'],
	...['slideleft', 'slideright', 'slideup', 'slidedown', 'smoothleft', 'smoothright', 'smoothup', 'smoothdown'],
	...[
		'circleopen',
		'circleclose',
		'circlecrop',
		'rectcrop',
		'radial',
		'vertopen',
		'vertclose',
		'horzopen',
		'horzclose',
	],
	...['diagtl', 'diagtr', 'diagbl', 'diagbr', 'hlslice', 'hrslice', 'vuslice', 'vdslice', 'squeezeh', 'squeezev'],
	...['fadefast', 'fadeslow'],
] as const;
export const Transition = z.enum(TRANSITIONS);
export type Transition = z.infer<typeof Transition>;
