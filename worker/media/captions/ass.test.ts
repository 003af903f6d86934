import { describe, expect, test } from '@jest/globals';
import { Captions } from '../../contract/caption.ts';
import { assOf } from './ass.ts';
import { planCues, type Cue } from './cues.ts';
import { draw } from './pictures.testkit.ts';
import { widthOf } from './width.ts';

const SIZES = [
	{ width: 640, height: 360 },
	{ width: 360, height: 640 },
	{ width: 360, height: 360 },
];
const [WIDE] = SIZES as [{ width: number; height: number }];
const TEXTS = {
	English: 'In a small workshop at the edge of the city, somebody builds bricks that remember everything.',
	'wide letters': 'WWWWWWWWWWWW MMMMMMMMMMMM WWWWWWWWWWWW MMMMMMMMM WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW',
	Japanese: '東京の小さな工房で、古い煉瓦が夜になると光りはじめる。誰もその理由を知らない。',
	Arabic: 'في ورشة صغيرة على حافة المدينة، يصنع رجل عجوز طوبًا يتذكر كل شيء.',
	Hindi: 'शहर के किनारे एक छोटी सी कार्यशाला में एक बूढ़ा आदमी ईंटें बनाता है।',
	Thai: 'ที่ชายขอบของเมืองมีชายชราคนหนึ่งกำลังเผาอิฐที่จดจำได้',
	Tamil: 'நகரத்தின் விளிம்பில் உள்ள ஒரு சிறிய பட்டறையில் ஒரு முதியவர் செங்கற்களை உருவாக்குகிறார்',
	Malayalam: 'നഗരത്തിന്റെ അരികിലുള്ള ഒരു ചെറിയ പണിശാലയിൽ ഒരു വൃദ്ധൻ ഓർമ്മിക്കുന്ന ഇഷ്ടികകൾ ഉണ്ടാക്കുന്നു',
	Russian: 'На окраине города стоит мастерская, Щукинский жёлтый шофёр обжигает кирпичи.',
	emoji: '😀🎉👨‍👩‍👧‍👦👍🏽❤️🇩🇪 and words 🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥🔥',
};

const scriptFor = (text: string, picture = WIDE, more: Partial<Captions> = {}, range = { from: 0, to: 60 }) => {
	const captions = Captions.parse(more);
	return assOf(planCues([{ text, from: 0, to: 5 }], picture, captions), picture, captions, range);
};
const widest = ({ lines }: Cue) => Math.max(...lines.map((line) => widthOf(line.map(({ text }) => text).join(''))));
/** What a viewer sees of a line when nothing in it is a command but our own blocks. */
const seen = (script: string) =>
	script
		.split('\n')
		.filter((line) => line.startsWith('Dialogue:'))
		.map((line) => line.split(',').slice(9).join(','));

describe.each(Object.entries(TEXTS))('%s', (_, text) => {
	test.each(SIZES)('is drawn within the safe area of $width x $height', (picture) => {
		for (const style of ['plain', 'box'] as const) {
			const captions = Captions.parse({ style });
			const [cue] = planCues([{ text, from: 0, to: 30 }], picture, captions).toSorted(
				(a, b) => widest(b) - widest(a),
			);
			const { ink, left, right, top, bottom } = draw(assOf([cue!], picture, captions, cue!)!, picture, 0);
			expect(ink).toBeGreaterThan(60);
			expect(left).toBeGreaterThan(picture.width * 0.04);
			expect(right).toBeLessThan(picture.width * 0.96);
			expect(top).toBeGreaterThan(picture.height * 0.4);
			expect(bottom).toBeLessThan(picture.height * 0.97);
			// Centred: what is left free at both sides is alike.
			expect(Math.abs(left + right - picture.width)).toBeLessThan(picture.width * 0.05);
		}
	});
});

test('captions stand where they are asked to', () => {
	const at = (place: Captions['place']) => draw(scriptFor('Somewhere', WIDE, { place })!, WIDE);
	const [top, middle, bottom] = [at('top'), at('middle'), at('bottom')];

	expect(top.bottom).toBeLessThan(WIDE.height / 3);
	expect(Math.abs((middle.top + middle.bottom) / 2 - WIDE.height / 2)).toBeLessThan(10);
	expect(bottom.top).toBeGreaterThan((WIDE.height * 2) / 3);
});

test('letters grow with the size that is asked for', () => {
	const tall = (size: number) => {
		const { top, bottom } = draw(scriptFor('Hxg', WIDE, { size })!, WIDE);
		return bottom - top;
	};

	expect(tall(0.12) / tall(0.06)).toBeGreaterThan(1.8);
	expect(tall(0.12) / tall(0.06)).toBeLessThan(2.2);
});

const HOSTILE: [string, string][] = [
	['{\\b1}bold', '\\{\\\u2060b1\\}bold'],
	['{\\p1}m 0 0 l 900 0 900 900{\\p0}', '\\{\\\u2060p1\\}m'],
	['a\\Nb', 'a\\\u2060Nb'],
	['a\\hb\\nc', 'a\\\u2060hb\\\u2060nc'],
	['%{pts} 100% %n', '%\\{pts\\}'],
	['trailing \\', 'trailing \\\u2060'],
	["it's , ; [x] = 'q' \"d\"", "it's ,"],
	['}{', '\\}\\{'],
];

test.each(HOSTILE)('%j is text and no command', (text, expected) => {
	const line = seen(scriptFor(text)!).join(' ').replaceAll('\u00a0', ' ');

	expect(line).toContain(expected);
	expect(line.replace(/\\[{}]/g, '')).not.toMatch(/[{}]/);
});

test.each(HOSTILE)('%j is drawn', (text) => {
	const shown = draw(scriptFor(text)!, WIDE);

	expect(shown.ink).toBeGreaterThan(60);
	expect(shown.top).toBeGreaterThan(WIDE.height * 0.7);
});

test('a backslash and a letter are drawn as two signs on one line', () => {
	const broken = draw(scriptFor('a\\Nb')!, WIDE);
	const plain = draw(scriptFor('a/Nb')!, WIDE);

	expect(Math.abs(broken.top - plain.top)).toBeLessThan(4);
	expect(Math.abs(broken.right - broken.left - (plain.right - plain.left))).toBeLessThan(6);
});

test('a text with line breaks makes no second event and no section', () => {
	const script = scriptFor('one\r\nDialogue: 0,0:00:00.00,0:01:00.00,S,,0,0,0,,two\n[Fonts]\nfontname: x')!;

	for (const line of script.split('\n').slice(14)) expect(line).toMatch(/^(Dialogue: 0,\d:\d\d:\d\d\.\d\d,|$)/);
	expect(script.match(/^\[/gm)).toHaveLength(3);
});

test('other texts make other pictures, the same text the same', () => {
	const [a, b, c] = ['Brick', 'Stone', 'Brick'].map((text) => draw(scriptFor(text)!, WIDE).grey);

	expect(a!.equals(c!)).toBe(true);
	expect(a!.equals(b!)).toBe(false);
});

test('each script is drawn by a font of its own, not as boxes', () => {
	const boxes = new Set<string>();
	for (const text of ['漢', 'か', '한', 'ع', 'ש', 'ह', 'ก', 'ខ', 'မ', 'བ', 'த', 'ა', 'Հ', 'አ', '😀', '🥰', 'Ж', 'Ω'])
		boxes.add(draw(scriptFor(text, WIDE, { size: 0.2 })!, WIDE).grey.toString('base64'));

	expect(boxes.size).toBe(18);
});

test('nothing is written for a range in which nothing is said', () => {
	const captions = Captions.parse({});
	const cues = planCues([{ text: 'Only here', from: 2, to: 4 }], WIDE, captions);

	expect(assOf(cues, WIDE, captions, { from: 5, to: 9 })).toBeNull();
	expect(assOf(cues, WIDE, captions, { from: 0, to: 2 })).toBeNull();
	expect(assOf(cues, WIDE, captions, { from: 2, to: 3 })).not.toBeNull();
});

test('times count from the beginning of the range', () => {
	const captions = Captions.parse({});
	const cues = planCues([{ text: 'Only here', from: 12, to: 14 }], WIDE, captions);

	expect(assOf(cues, WIDE, captions, { from: 10, to: 20 })).toContain('Dialogue: 0,0:00:02.00,0:00:04.00,');
	expect(assOf(cues, WIDE, captions, { from: 13, to: 13.5 })).toContain('Dialogue: 0,0:00:00.00,0:00:01.50,');
});

test.each(['plain', 'box', 'karaoke'] as const)('a %s cue over two pieces looks as it does over one', (style) => {
	const captions = Captions.parse({ style });
	const cues = planCues([{ text: 'one two three four five', from: 0, to: 4 }], WIDE, captions);
	const whole = assOf(cues, WIDE, captions, { from: 0, to: 4 })!;
	const [first, second] = [
		{ from: 0, to: 1.75 },
		{ from: 1.75, to: 4 },
	].map((range) => assOf(cues, WIDE, captions, range)!);

	for (const at of [0.1, 0.9, 1.7]) expect(draw(first!, WIDE, at).grey.equals(draw(whole, WIDE, at).grey)).toBe(true);
	for (const at of [1.76, 2.5, 3.3, 3.9])
		expect(draw(second!, WIDE, at - 1.75).grey.equals(draw(whole, WIDE, at).grey)).toBe(true);
});

test('a piece does not know what stands outside it', () => {
	const captions = Captions.parse({ style: 'karaoke' });
	const say = (last: number, shift: number) =>
		planCues(
			[
				{ text: 'one two three.', from: 10 + shift, to: 13 + shift },
				{ text: 'something else', from: 20 + last + shift, to: 25 + last + shift },
			],
			WIDE,
			captions,
		);
	const piece = (last: number, shift: number) =>
		assOf(say(last, shift), WIDE, captions, { from: 11 + shift, to: 12 + shift });

	expect(piece(5, 0)).toBe(piece(0, 0));
	expect(piece(0, 1 / 3)).toBe(piece(0, 0));
});

test('in karaoke each word lights up when it is said', () => {
	const captions = Captions.parse({ style: 'karaoke', size: 0.12 });
	const words = [
		{ text: 'MMM', from: 0, to: 1 },
		{ text: 'NNN', from: 1, to: 2 },
	];
	const cues = planCues([{ text: 'MMM NNN', words, from: 0, to: 3 }], WIDE, captions);
	const script = assOf(cues, WIDE, captions, { from: 0, to: 3 })!;
	const [early, late] = [draw(script, WIDE, 0.5).grey, draw(script, WIDE, 1.5).grey];
	const sum = (grey: Buffer, from: number, to: number) => {
		let total = 0;
		for (let at = 0; at < grey.length; at++)
			if (at % WIDE.width >= from && at % WIDE.width < to) total += grey[at]!;
		return total;
	};
	const half = WIDE.width / 2;

	// Yellow is darker than the white that the first word turns to, brighter than the second one while it waits.
	expect(sum(late, 0, half)).toBeGreaterThan(sum(early, 0, half));
	expect(sum(late, half, WIDE.width)).not.toBe(sum(early, half, WIDE.width));
});

test('a line of Arabic begins at the right, its full stop at the left', () => {
	const dots = draw(scriptFor('مممممم !!!!!!', WIDE, { size: 0.12 })!, WIDE);
	const letters = draw(scriptFor('مممممم', WIDE, { size: 0.12 })!, WIDE);
	const column = (grey: Buffer, x: number) => {
		let high = 0;
		for (let y = 0; y < WIDE.height; y++) high += grey[y * WIDE.width + x]! > 0xc0 ? 1 : 0;
		return high;
	};
	// Exclamation marks are taller than the letter mim: the tall columns are in the left half.
	const tallest = Math.max(...Array.from({ length: WIDE.width }, (_, x) => column(letters.grey, x)));
	const tall = Array.from({ length: WIDE.width }, (_, x) => x).filter((x) => column(dots.grey, x) > tallest);

	expect(tall.length).toBeGreaterThan(0);
	expect(Math.max(...tall)).toBeLessThan(WIDE.width / 2);
});

test('a picture that the font of pictures lacks does not change the ones beside it', () => {
	const ink = (text: string) => draw(scriptFor(text, WIDE, { size: 0.2 })!, WIDE).ink;
	// The wall came to Unicode in 2018, behind the font's last version.
	const [clapper, wall, both] = [ink('🎬'), ink('🧱'), ink('🎬🧱')];

	expect(Math.abs(both - clapper - wall) / both).toBeLessThan(0.02);
});
