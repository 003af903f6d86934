import type { Expected, QualityReport } from '../../contract/inspect.ts';
import { readRate, rateText, sameRate } from '../rate.ts';
import type { Probe } from '../probe.ts';
import { shapeOf } from './probe.ts';

export type Finding = QualityReport['findings'][number];

/** Shapes are the same within this: 854x480 passes for 16:9. */
const SAME_SHAPE = 0.01;

/** What a file is otherwise than it was expected to be, as findings; facts of the probe alone. */
export function compareWith(expected: Expected, { seconds, video, audio }: Probe): Finding[] {
	return [
		...lengthOf(expected, seconds),
		...(video ? pictureOf(expected, video) : missingPicture(expected)),
		...(expected.sound === true && !audio ? [finding('no_sound', 'it has no sound track')] : []),
		...(expected.sound === false && audio ? [finding('unexpected_sound', 'it has a sound track')] : []),
	];
}

export const finding = (
	code: Finding['code'],
	message: string,
	place: { from?: number; to?: number } = {},
): Finding => ({
	code,
	message,
	...place,
});

/** Seconds for people: `3.0 s`, `3.04 s`. */
export const seconds = (value: number): string => `${value.toFixed(2).replace(/0$/, '')} s`;

function lengthOf({ seconds: wanted, toleranceSeconds }: Expected, is: number): Finding[] {
	if (wanted === undefined || Math.abs(is - wanted) <= toleranceSeconds) return [];
	return [finding('length', `it lasts ${seconds(is)}, not ${seconds(wanted)}`)];
}

function pictureOf({ width, height, ratio, fps }: Expected, video: NonNullable<Probe['video']>): Finding[] {
	const found: Finding[] = [];
	const is = `${video.width}x${video.height}`;
	if ((width !== undefined && video.width !== width) || (height !== undefined && video.height !== height))
		found.push(finding('size', `it is ${is}, not ${width ?? video.width}x${height ?? video.height}`));
	const [a = 1, b = 1] = (ratio ?? '').split(':').map(Number);
	if (ratio && Math.abs(video.width / video.height / (a / b) - 1) > SAME_SHAPE)
		found.push(finding('ratio', `its shape is ${shapeOf(video.width, video.height)} (${is}), not ${ratio}`));
	const rate = fps === undefined ? null : readRate(fps);
	if (rate && !sameRate(rate, video.rate))
		found.push(finding('rate', `it has ${perSecond(rateText(video.rate))}, not ${fps!.replace(/\/1$/, '')}`));
	else if (rate && video.uneven) found.push(finding('rate', `its frames are not evenly timed: ${video.uneven}`));
	return found;
}

const perSecond = (rate: string) => `${rate.replace(/\/1$/, '')} frames a second`;

function missingPicture({ width, height, ratio, fps }: Expected): Finding[] {
	const asked = width ?? height ?? ratio ?? fps;
	return asked === undefined ? [] : [finding('size', 'it is sound alone and has no picture')];
}
