import { expect, test } from '@jest/globals';
import { TitleCard } from '../../contract/look.ts';
import { cardAss } from './card.ts';
import { draw } from './pictures.testkit.ts';

const SIZES = [
	{ width: 640, height: 360 },
	{ width: 360, height: 640 },
	{ width: 360, height: 360 },
];
const [WIDE] = SIZES as [{ width: number; height: number }];
const card = (title: string, more: object = {}) => TitleCard.parse({ title, ...more });

const CARDS: [string, TitleCard][] = [
	['a short title', card('END')],
	['title and subtitle', card('The Bricks That Remember', { subtitle: 'A film in three parts' })],
	['the longest words', card('Donaudampfschifffahrtsgesellschaftskapitän', { subtitle: 'x'.repeat(500) })],
	['the longest title', card('many words '.repeat(27), { subtitle: 'and more of them '.repeat(29) })],
	['Japanese', card('記憶する煉瓦の物語', { subtitle: '東京の小さな工房で、古い煉瓦が夜になると光りはじめる' })],
	['Arabic', card('طوب يتذكر كل شيء', { subtitle: 'فيلم في ثلاثة أجزاء' })],
	['commands', card('{\\pos(0,0)}A\\NB\n[Events]', { subtitle: '{\\an7}}{' })],
];

for (const size of SIZES)
	test.each(CARDS)(`%s stands in the middle of ${size.width} x ${size.height}, within its edges`, (_, content) => {
		const { ink, left, right, top, bottom } = draw(cardAss(content, size), size, 1.5);

		expect(ink).toBeGreaterThan(100);
		expect(left).toBeGreaterThan(size.width * 0.04);
		expect(right).toBeLessThan(size.width * 0.96);
		expect(top).toBeGreaterThan(size.height * 0.06);
		expect(bottom).toBeLessThan(size.height * 0.94);
		expect(Math.abs(left + right - size.width)).toBeLessThan(size.width * 0.06);
		expect(Math.abs(top + bottom - size.height)).toBeLessThan(size.height * 0.12);
	});

test('words fade in and out within the seconds of the card', () => {
	const script = cardAss(card('Fading', { seconds: 3, fadeSeconds: 1 }), WIDE);
	const brightest = (second: number) => draw(script, WIDE, second).brightest;
	const [none, half, full, gone] = [0, 0.5, 1.5, 2.99].map(brightest);

	expect(none).toBeLessThan(0x68);
	expect(half).toBeGreaterThan(0x80);
	expect(half).toBeLessThan(0xd0);
	expect(full).toBeGreaterThan(0xf8);
	expect(gone).toBeLessThan(0x70);
});

test('without a fade the words are there from the first frame to the last', () => {
	const script = cardAss(card('Here', { seconds: 2, fadeSeconds: 0 }), WIDE);

	for (const second of [0, 1.99]) expect(draw(script, WIDE, second).brightest).toBeGreaterThan(0xf8);
});

test('a long title is made smaller until it fits on three lines', () => {
	const tall = (title: string) => {
		const { top, bottom } = draw(cardAss(card(title), WIDE), WIDE, 1.5);
		return bottom - top;
	};

	expect(tall('A title that goes on and on for as long as anybody might still be reading it')).toBeLessThan(
		WIDE.height * 0.5,
	);
});

test('the words take the colour of the card', () => {
	const bright = (colour: string) => draw(cardAss(card('Colour', { colour }), WIDE), WIDE, 1.5).brightest;

	expect(bright('#FFFFFF')).toBeGreaterThan(0xf8);
	expect(bright('#00FF00')).toBeLessThan(0xc8);
});
