import { Fault } from '../base/errors.ts';
import type { Fit, Target } from '../contract/look.ts';
import { isBeyondVideo } from './colour.ts';
import type { Colour, Picture } from './picture.ts';
import { rateText, readRate, sameRate, timescaleFor, type Rate } from './rate.ts';

export { isHdr } from './colour.ts';

/** What every piece of the film's picture must be. */
export type FilmTarget = {
	width: number;
	height: number;
	rate: Rate;
	/** Time units a second and a frame. */
	timescale: number;
	ticks: number;
	colour: Colour;
	/** H.264 level, say `3.1`. */
	level: string;
	/** Frames by which decoding runs ahead of showing, the same in all pieces, or times collide at a joint. */
	delay: number;
	/** How clips of another shape fill the picture, and the colour of bars, say `#000000`. */
	fit: Fit;
	padColour: string;
};

/** A clip as far as the choice of a target needs it: its picture, and how long it is on screen. */
export type Weighed = { picture: Pick<Picture, 'width' | 'height' | 'rate' | 'colour'>; seconds: number };

/** x264 with B-pyramid decodes two frames ahead. */
export const OUR_DELAY = 2;
const SLOWEST = 1;
const FASTEST = 240;
const SMALLEST_SIDE = 16;
/** Clips whose frames run further ahead than any H.264 level allows at 720p are re-encoded instead. */
export const MOST_DELAY = 4;

/** Level, macroblocks a frame and a second (ITU-T H.264 table A-1), from the one that Veo writes upwards. */
const LEVELS: [level: string, frame: number, second: number][] = [
	['3.1', 3600, 108_000],
	['3.2', 5120, 216_000],
	['4.0', 8192, 245_760],
	['4.2', 8704, 522_240],
	['5.0', 22_080, 589_824],
	['5.1', 36_864, 983_040],
	['5.2', 36_864, 2_073_600],
	['6.0', 139_264, 4_177_920],
	['6.1', 139_264, 8_355_840],
	['6.2', 139_264, 16_711_680],
];

/**
 * Chooses what the film is: what the user said, else size, rate and colour of most of the running time, so that most
 * of it can be copied. Throws `invalid_input` for a rate that no film has.
 */
export function chooseTarget(clips: Weighed[], wanted: Target): FilmTarget {
	const size = chooseSize(clips, wanted);
	const ofSize = orAll(
		clips,
		({ picture }) => even(picture.width) === size.width && even(picture.height) === size.height,
	);
	const rate =
		wanted.fps === undefined ? heaviest(ofSize, ({ picture }) => picture.rate, rateText) : givenRate(wanted.fps);
	const ofRate = orAll(ofSize, ({ picture }) => sameRate(picture.rate, rate));
	const { scale, ticks } = timescaleFor(rate);
	return {
		...size,
		rate,
		timescale: scale,
		ticks,
		colour: heaviest(
			ofRate,
			({ picture }) => ordinaryColour(picture.colour),
			(colour) => JSON.stringify(colour),
		),
		level: levelFor(size.width, size.height, rate),
		delay: OUR_DELAY,
		fit: wanted.fit,
		padColour: wanted.colour,
	};
}

function chooseSize(clips: Weighed[], { width, height, ratio }: Target): { width: number; height: number } {
	const size = ({ picture }: Weighed) => ({ width: even(picture.width), height: even(picture.height) });
	const own = heaviest(clips, size, (each) => `${each.width}x${each.height}`);
	if (ratio) return shapedSize(own, ratio);
	if (width && height) return { width, height };
	if (width) return { width, height: even((own.height * width) / own.width) };
	if (height) return { width: even((own.width * height) / own.height), height };
	return own;
}

/** A size of that shape with the shorter side of another: 1280x720 becomes 720x1280 for 9:16, 720x900 for 4:5. */
function shapedSize(own: { width: number; height: number }, ratio: string): { width: number; height: number } {
	const [across, down] = ratio.split(':').map(Number) as [number, number];
	const unit = Math.min(own.width, own.height) / Math.min(across, down);
	return { width: even(across * unit), height: even(down * unit) };
}

/** H.264 in 4:2:0 has even sides. */
const even = (side: number) => Math.max(SMALLEST_SIDE, Math.round(side / 2 - 0.25) * 2);

/** The film is always ordinary BT.709-like video; HDR and wide colours are mapped to it, full range to video range. */
function ordinaryColour({ range, ...colour }: Colour): Colour {
	const plain = { range: 'tv', space: 'unknown', transfer: 'unknown', primaries: 'unknown' };
	return isBeyondVideo({ range, ...colour }) || range === 'pc' || colour.space === 'gbr'
		? plain
		: { range: 'tv', ...colour };
}

function givenRate(text: string): Rate {
	const rate = readRate(text);
	if (rate && rate.n / rate.d >= SLOWEST && rate.n / rate.d <= FASTEST) return rate;
	throw new Fault('invalid_input', `a film of ${text} frames a second cannot be made`, {
		hint: `Give a rate between ${SLOWEST} and ${FASTEST}, say 24 or 30000/1001.`,
	});
}

function levelFor(width: number, height: number, rate: Rate): string {
	const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
	return LEVELS.find(([, frame, second]) => blocks <= frame && (blocks * rate.n) / rate.d <= second)?.[0] ?? '6.2';
}

/** The value that most of the running time has; the first among equals. */
function heaviest<T>(clips: Weighed[], value: (clip: Weighed) => T, key: (value: T) => string): T {
	const weights = new Map<string, { value: T; seconds: number }>();
	for (const clip of clips) {
		const each = value(clip);
		const entry = weights.get(key(each)) ?? { value: each, seconds: 0 };
		entry.seconds += clip.seconds;
		weights.set(key(each), entry);
	}
	return [...weights.values()].reduce((best, entry) => (entry.seconds > best.seconds ? entry : best)).value;
}

const orAll = <T>(all: T[], keep: (each: T) => boolean) => {
	const kept = all.filter(keep);
	return kept.length ? kept : all;
};
