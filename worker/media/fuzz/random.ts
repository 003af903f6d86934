import { CAPTION_STYLES } from '../../contract/caption.ts';
import { CORNERS, FITS } from '../../contract/look.ts';
import { TRANSITIONS } from '../../contract/transition.ts';
import { CLIP_NAMES, type ClipName } from '../testing/clips.ts';
import type { TestFilm, TestPiece } from '../testing/engine.ts';
import { pick, type Random } from '../testing/seeded.ts';
import { NARRATION_KINDS, type NarrationKind } from './extras.ts';
import { HOSTILE } from './texts.ts';

/** A random film in words: clips by name, files by what they are. The same random numbers give the same film. */
export type RandomPiece = Omit<TestPiece, 'path' | 'narration'> & { name: ClipName; narration?: NarrationKind };
export type RandomFilm = Omit<TestFilm, 'sound' | 'logo'> & {
	pieces: RandomPiece[];
	sound: Omit<NonNullable<TestFilm['sound']>, 'music'> & { music?: object };
	logo?: object;
	/** How many clips are there when the film is prepared before the others are. */
	prepared?: number;
	/** Milliseconds after which whoever waits gives up. */
	patience?: number;
};

/** What films are made of; a line set to 0 leaves a thing out. Shares of all films, or of all clips. */
const SHARES = {
	cut: 0.12,
	far: 0.4,
	transition: 0.35,
	anyTransition: 0.6,
	longTransition: 0.15,
	many: 0.08,
	target: 0.5,
	ratio: 0.12,
	size: 0.18,
	oddRate: 0.15,
	hidden: 0.3,
	captions: 0.2,
	lines: 0.3,
	cards: 0.12,
	music: 0.12,
	narration: 0.1,
	loudness: 0.35,
	logo: 0.08,
	cover: 0.1,
	chapter: 0.1,
	prepared: 0.08,
	impatient: 0.05,
	hostile: 0.4,
	hopeless: 0.05,
	stranger: 0.5,
};

const LONGEST = 5;
const MANY = 14;
/** Letters of a title that the contract takes. */
const MOST_LETTERS = 200;
/** Clips that no film can be made of. */
export const HOPELESS: readonly ClipName[] = ['half', 'gif', 'tone', 'still', 'hollow', 'ogv'];
/** Clips long enough to be sought in. */
const LONG: readonly ClipName[] = ['n300', 'long'];
const FURTHEST = 12;
const USUAL = CLIP_NAMES.filter((name) => !HOPELESS.includes(name));
/** Clips that a generator might have made: a film of these alone is copied. */
const MATCHED: readonly ClipName[] = ['a2', 'a3', 'b3', 'n7', 'n24', 'n49', 'n96', 'n181', 'nIdr', 'nOpen', 'nFlat'];
const RATES = ['24', '25', '30000/1001', '24000/1001', '60', '12'];
const ODD_RATES = ['1', '2', '5', '15/2', '50', '120', '48000/1001'];
const RATIOS = ['16:9', '9:16', '1:1', '4:5'] as const;
const LOUDNESS = [-14, -16, -23];

/** A film out of these random numbers. */
export function randomFilm(random: Random): RandomFilm {
	const chance = (share: number) => random() < share;
	const strangers = chance(SHARES.stranger);
	const length = 1 + Math.floor(random() * (chance(SHARES.many) ? MANY : LONGEST));
	const pieces = Array.from({ length }, () => randomPiece(random, strangers));
	const captions = chance(SHARES.captions);
	return {
		pieces: captions ? pieces.map((piece) => ({ ...piece, ...randomWords(random) })) : pieces,
		target: randomTarget(random),
		joints: chance(SHARES.hidden) ? 'hidden' : 'encoded',
		sound: randomSound(random),
		...(captions && { captions: randomCaptions(random) }),
		...(chance(SHARES.cards) && { cards: randomCards(random) }),
		...(chance(SHARES.logo) && {
			logo: { corner: pick(random, CORNERS), width: 0.05 + random() * 0.4, opacity: random() },
		}),
		...(chance(SHARES.cover) && { cover: 'film' as const }),
		...(chance(SHARES.prepared) && { prepared: Math.floor(random() * length) }),
		...(chance(SHARES.impatient) && { patience: Math.floor(random() ** 2 * 2000) }),
		title: (chance(0.1) ? pick(random, HOSTILE) : 'A film').slice(0, MOST_LETTERS),
	};
}

const thousandth = (value: number) => Math.round(value * 1000) / 1000;

function randomPiece(random: Random, strangers: boolean): RandomPiece {
	const among = random() < SHARES.hopeless / LONGEST ? HOPELESS : strangers ? USUAL : MATCHED;
	const overlaid = random() < SHARES.transition;
	const name = pick(random, among);
	const far = LONG.includes(name) && random() < SHARES.far ? random() * FURTHEST : 0;
	return {
		name,
		...((far || random() < SHARES.cut) && { cutFrom: thousandth(far + random() * 0.6) }),
		...((far || random() < SHARES.cut) && { cutTo: thousandth(far + 0.5 + random() * 2) }),
		transition: overlaid ? (random() < SHARES.anyTransition ? pick(random, TRANSITIONS) : 'crossfade') : 'cut',
		transitionSeconds: 0.01 + thousandth(random() * (random() < SHARES.longTransition ? 1.5 : 0.4)),
		...(random() < SHARES.chapter && { chapter: pick(random, HOSTILE).trim().slice(0, MOST_LETTERS) }),
		...(random() < SHARES.narration / 2 && { narration: pick(random, NARRATION_KINDS) }),
	};
}

function randomTarget(random: Random): NonNullable<TestFilm['target']> {
	const fit = pick(random, FITS);
	const fps = () => pick(random, random() < SHARES.oddRate ? ODD_RATES : RATES);
	if (random() < SHARES.ratio) return { ratio: pick(random, RATIOS), fit };
	if (random() < SHARES.size) return { ...randomSize(random), fit, colour: '#c02080' };
	if (random() > SHARES.target) return { fit };
	return { width: 320, height: 180, fit, ...(random() < 0.7 && { fps: fps() }) };
}

function randomSize(random: Random): { width?: number; height?: number } {
	const side = () => 16 + 2 * Math.floor(random() ** 2 * 300);
	const both = random();
	return { ...(both < 0.7 && { width: side() }), ...(both > 0.3 && { height: side() }) };
}

function randomSound(random: Random): RandomFilm['sound'] {
	const quarter = (most: number) => Math.round(random() * most * 4) / 4;
	return {
		loudness: random() < SHARES.loudness ? pick(random, LOUDNESS) : null,
		...(random() < SHARES.music && {
			music: {
				loop: random() < 0.7,
				duck: random() < 0.6,
				from: random() < 0.3 ? quarter(1) : 0,
				fadeInSeconds: quarter(2),
				fadeOutSeconds: quarter(4),
			},
		}),
	};
}

function randomWords(random: Random): Pick<RandomPiece, 'text' | 'words' | 'captions'> {
	if (random() < SHARES.lines) return { captions: Array.from({ length: 3 }, () => randomLine(random)) };
	const text = random() < SHARES.hostile ? pick(random, HOSTILE) : 'One small film, told in a sentence or two.';
	if (random() < 0.5) return { text };
	const words = text
		.split(/\s+/)
		.filter(Boolean)
		.map((word) => word.slice(0, 100));
	return { text, words: words.map((word, index) => ({ text: word, from: index * 0.2, to: index * 0.2 + 0.15 })) };
}

/** A line at a time of its own, which may lie behind the clip's end. */
function randomLine(random: Random): NonNullable<RandomPiece['captions']>[number] {
	const from = thousandth(random() * 3);
	const text = random() < SHARES.hostile ? pick(random, HOSTILE) : 'Told at a time of its own.';
	return { text, ...(random() < 0.7 && { from, to: from + 0.1 + thousandth(random() * 2) }) };
}

const randomCaptions = (random: Random): NonNullable<TestFilm['captions']> => ({
	mode: pick(random, ['soft', 'burned', 'both']),
	style: pick(random, CAPTION_STYLES),
	place: pick(random, ['bottom', 'bottom', 'middle', 'top']),
	size: 0.03 + random() * 0.1,
});

function randomCards(random: Random): NonNullable<TestFilm['cards']> {
	const card = () => ({
		title: (random() < SHARES.hostile ? pick(random, HOSTILE) : 'A title').trim().slice(0, MOST_LETTERS),
		subtitle: random() < 0.5 ? 'and what stands below it' : '',
		seconds: 0.2 + thousandth(random()),
		fadeSeconds: random() < 0.5 ? 0 : 0.2,
		background: '#204060',
	});
	return { ...(random() < 0.7 && { first: card() }), ...(random() < 0.5 && { last: card() }) };
}
