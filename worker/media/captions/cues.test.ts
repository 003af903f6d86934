import { describe, expect, test } from '@jest/globals';
import { Captions } from '../../contract/caption.ts';
import { seeded } from '../testing/seeded.ts';
import { graphemesOf } from './clean.ts';
import { planCues, type Cue, type Spoken } from './cues.ts';

const WIDE = { width: 1280, height: 720 };
const TALL = { width: 720, height: 1280 };
const plain = Captions.parse({});
const linesOf = ({ lines }: Cue) => lines.map((line) => line.map(({ text }) => text).join(''));
const plan = (text: string, seconds: number, picture = WIDE, more: Partial<Spoken> = {}) =>
	planCues([{ text, from: 0, to: seconds, ...more }], picture, plain);
const letters = (text: string) => text.replace(/\s+/g, '');
const readOut = (cues: Cue[]) => letters(cues.flatMap(linesOf).join(''));

const ENGLISH =
	'In a small workshop at the edge of the city, Mr. Brown builds bricks that remember. Nobody knows why. He says the clay told him so, but the neighbours, who have seen the lights at night, are not so sure.';
const TEXTS = {
	English: ENGLISH,
	German: 'Am Rande der Stadt steht eine Werkstatt, in der ein alter Mann Ziegel brennt, die sich erinnern können. Niemand weiß, warum das so ist, z. B. weil er nie darüber spricht.',
	French: 'Bonjour ! Est-ce que vous savez que la lumière de l’aube, lorsqu’elle touche la pierre, révèle des couleurs que personne n’avait jamais vues ?',
	Russian:
		'На краю города стоит мастерская, в которой старик обжигает кирпичи, которые всё помнят. Никто не знает почему.',
	Japanese:
		'東京の小さな工房で、古い煉瓦が夜になると光りはじめる。誰もその理由を知らない。「入ってください」と彼は静かに言った。',
	Chinese: '在城市边缘的一个小作坊里，一位老人烧制着会记忆的砖块。没有人知道为什么。他说：“是泥土告诉我的。”',
	Korean: '도시 변두리의 작은 작업장에서 한 노인이 기억하는 벽돌을 굽습니다. 아무도 그 이유를 모릅니다.',
	Thai: 'ที่ชายขอบของเมือง มีชายชราคนหนึ่งกำลังเผาอิฐที่จดจำได้ ไม่มีใครรู้ว่าทำไม',
	Khmer: 'នៅជាយក្រុងមានបុរសចំណាស់ម្នាក់កំពុងដុតឥដ្ឋដែលចងចាំ។ គ្មាននរណាដឹងថាហេតុអ្វីទេ។',
	Arabic: 'في ورشة صغيرة على حافة المدينة، يصنع رجل عجوز طوبًا يتذكر كل شيء. لا أحد يعرف لماذا!',
	Hindi: 'शहर के किनारे एक छोटी सी कार्यशाला में एक बूढ़ा आदमी ऐसी ईंटें बनाता है जो याद रखती हैं। कोई नहीं जानता क्यों।',
	Emoji: 'Look at us 👨‍👩‍👧‍👦 and our flag 🇩🇪, thumbs up 👍🏽! Café, e\u0301te\u0301, naïve.',
};

describe.each(Object.entries(TEXTS))('%s', (_, text) => {
	test.each([WIDE, TALL, { width: 720, height: 720 }])(
		'says every letter once, in order, in $width x $height',
		(picture) => {
			const cues = plan(text, 14, picture);

			expect(readOut(cues)).toBe(letters(text.normalize('NFC')));
			expect(cues.every(({ lines }) => lines.length <= 2)).toBe(true);
		},
	);

	test('has no line that begins with a closing mark or ends with an opening one', () => {
		for (const line of plan(text, 14, TALL).flatMap(linesOf)) {
			expect(line).not.toMatch(/^[,.!?;:、。，！？：」』）】”’)\]]/u);
			expect(line).not.toMatch(/[「『（【“([]$/u);
		}
	});

	test('has no cue that overlaps the next, and words within the time they are said in', () => {
		const cues = plan(text, 14);

		for (const [index, cue] of cues.entries()) {
			const words = cue.lines.flat();
			expect(cue.from).toBeCloseTo(words[0]!.from, 6);
			expect(cue.to).toBeGreaterThan(cue.from);
			expect(cue.to).toBeLessThanOrEqual(cues[index + 1]?.from ?? 14 + 1e-9);
			expect(words.every((word, at) => word.to >= word.from && word.from >= (words[at - 1]?.from ?? 0))).toBe(
				true,
			);
		}
	});
});

test('lines break behind punctuation and before small words, never behind an article', () => {
	const lines = plan(ENGLISH, 14).flatMap(linesOf);

	expect(lines).toContain('at the edge of the city,');
	expect(lines.some((line) => /^but the neighbours/.test(line))).toBe(true);
	for (const line of lines) expect(line).not.toMatch(/\b(a|the|of|at|Mr\.)$/i);
});

test('a sentence ends its cue', () => {
	for (const cue of plan(ENGLISH, 14)) expect(linesOf(cue).join(' ')).not.toMatch(/(?<!Mr)\. [A-Z]/);
});

test('a shortened word ends no sentence', () => {
	const lines = plan(TEXTS.German, 14).flatMap(linesOf);

	expect(lines.some((line) => line.includes('z. B.'))).toBe(true);
});

test('a line holds at most 42 Latin letters, fewer in a tall picture, and 16 full squares', () => {
	const longest = (text: string, picture: typeof WIDE) =>
		Math.max(
			...plan(text, 14, picture)
				.flatMap(linesOf)
				.map((line) => graphemesOf(line).length),
		);

	expect(longest(ENGLISH, WIDE)).toBeLessThanOrEqual(42);
	expect(longest(ENGLISH, WIDE)).toBeGreaterThan(32);
	expect(longest(ENGLISH, TALL)).toBeLessThanOrEqual(30);
	expect(longest(TEXTS.Chinese, WIDE)).toBeLessThanOrEqual(16);
});

test('of two lines neither is much longer than the other', () => {
	for (const cue of plan(ENGLISH, 14)) {
		const [top, bottom] = linesOf(cue).map(({ length }) => length);
		if (bottom) expect(Math.min(top!, bottom) / Math.max(top!, bottom)).toBeGreaterThan(0.4);
	}
});

test('Japanese breaks behind a particle, not inside a word', () => {
	const lines = plan(TEXTS.Japanese, 14, TALL).flatMap(linesOf);

	expect(lines).toContain('東京の小さな工房で、');
	expect(lines).toContain('古い煉瓦が夜になると');
});

test('words without times share the time by their length in speech', () => {
	const [short, long] = plan('So extraordinarily', 2)[0]!.lines.flat();

	expect(long!.to - long!.from).toBeGreaterThan(4 * (short!.to - short!.from));
	expect(long!.to).toBeCloseTo(2, 6);
});

test('a comma and a full stop are heard as pauses', () => {
	const words = plan('one, two. Six ten', 6).flatMap(({ lines }) => lines.flat());
	const gap = (index: number) => words[index + 1]!.from - words[index]!.to;

	expect(gap(0)).toBeGreaterThan(2 * gap(2));
	expect(gap(1)).toBeGreaterThan(gap(0));
});

test('words that were heard keep their times, however the text writes them', () => {
	const heard = [
		{ text: 'hello', from: 0.5, to: 0.9 },
		{ text: 'big', from: 1, to: 1.2 },
		{ text: 'world', from: 2, to: 2.6 },
	];
	const words = plan('“Hello, wide world!”', 4, WIDE, { words: heard, from: 10, to: 14 }).flatMap(({ lines }) =>
		lines.flat(),
	);

	expect(words.map(({ text }) => text.trim())).toEqual(['“Hello,', 'wide', 'world!”']);
	expect(words[0]).toMatchObject({ from: 10.5, to: 10.9 });
	expect(words[1]!.from).toBeGreaterThanOrEqual(10.9);
	expect(words[1]!.to).toBeLessThanOrEqual(12);
	expect(words[2]).toMatchObject({ from: 12, to: 12.6 });
});

test('letters of scripts without spaces are found in words cut otherwise', () => {
	const heard = [...'古い煉瓦が光る'].map((text, index) => ({ text, from: index, to: index + 1 }));
	const words = plan('古い煉瓦が、光る。', 7, WIDE, { words: heard }).flatMap(({ lines }) => lines.flat());

	expect(words.find(({ text }) => text.startsWith('煉'))!.from).toBe(2);
	expect(words.at(-1)!.to).toBe(7);
});

test('nothing is shown over a long silence between words', () => {
	const words = [
		{ text: 'Before', from: 0, to: 0.5 },
		{ text: 'after', from: 5, to: 5.5 },
	];
	const cues = plan('Before after', 8, WIDE, { words });

	expect(cues.map(linesOf)).toEqual([['Before'], ['after']]);
	expect(cues[0]!.to).toBeLessThan(2);
	expect(cues[1]!.from).toBe(5);
});

test('a brief word stays long enough to be read, and leaves two frames before the next cue', () => {
	const words = [
		{ text: 'No.', from: 0, to: 0.2 },
		{ text: 'Never', from: 3, to: 3.3 },
		{ text: 'again.', from: 3.3, to: 3.6 },
	];
	const cues = plan('No. Never again.', 5, WIDE, { words });

	expect(cues[0]!.to - cues[0]!.from).toBeGreaterThanOrEqual(0.8);
	const close = plan('First sentence here. Second sentence here.', 4);
	expect(close[1]!.from - close[0]!.to).toBeCloseTo(2 / 24, 3);
});

test('two who speak at a time are read one after the other', () => {
	const cues = planCues(
		[
			{ text: 'The first one talks on and on and on.', from: 0, to: 6 },
			{ text: 'The second one begins.', from: 4, to: 8 },
		],
		WIDE,
		plain,
	);

	for (const [index, cue] of cues.entries()) expect(cue.to).toBeLessThanOrEqual(cues[index + 1]?.from ?? Infinity);
	expect(readOut(cues)).toContain('Thesecondonebegins.');
});

test('what has no time is not shown', () => {
	expect(plan('Too late', 0)).toEqual([]);
});

test.each([
	['an address', 'https://www.example.com/a/very/long/path/that/never/ends?with=query&and=more#fragment-identifier'],
	['one word of 5000 letters', 'a'.repeat(5000)],
	['5000 letters of families', '👨‍👩‍👧‍👦'.repeat(450)],
	['5000 stacked marks', `Z${'\u0351'.repeat(4900)}algo`],
])('%s is cut between graphemes and fits', (_, text) => {
	const cues = plan(text, 300, TALL);

	expect(readOut(cues)).toBe(letters(text.normalize('NFC')));
	expect(cues.flatMap(linesOf).flatMap(graphemesOf).join('')).toBe(text.normalize('NFC'));
	expect(Math.max(...cues.flatMap(linesOf).map((line) => graphemesOf(line).length))).toBeLessThan(80);
});

test('5000 letters are planned within a second', () => {
	const text = ENGLISH.repeat(25).slice(0, 5000);
	const began = performance.now();
	plan(text, 330);

	expect(performance.now() - began).toBeLessThan(1000);
});

test('controls, forced directions and half characters are not shown', () => {
	const [line] = plan('a\u0000b\u0007\u202Ec\u2066d\uD800e\u0085f', 3).flatMap(linesOf);

	expect(line).toBe('abcd\uFFFDe f');
});

test('random texts at random times never lose a letter, overlap or go back', () => {
	const random = seeded(7);
	const alphabet = [
		'word ',
		'a ',
		'the ',
		'Ende. ',
		'漢字',
		'かな',
		'、',
		'。',
		'👍🏽',
		'\n',
		' - ',
		'ไทย',
		'שלום ',
		'{\\b1}',
		'“',
		'” ',
		'... ',
		'3 ',
	];
	for (let round = 0; round < 60; round++) {
		const text = Array.from(
			{ length: 1 + Math.floor(random() * 60) },
			() => alphabet[Math.floor(random() * alphabet.length)],
		).join('');
		const words = text
			.split(' ')
			.filter((word) => word.trim() && random() < 0.7)
			.map((word) => ({ text: word, from: random() * 9, to: 9.5 }));
		const spoken = [
			{ text, from: 0, to: 10, ...(random() < 0.5 && { words }) },
			{ text, from: random() * 12, to: 13 },
		];
		const cues = planCues(spoken, random() < 0.5 ? WIDE : TALL, Captions.parse({ size: 0.02 + random() * 0.18 }));
		expect(letters(readOut(cues)).length).toBe(2 * letters(text.normalize('NFC')).length);
		for (const [index, cue] of cues.entries()) {
			expect(cue.to).toBeGreaterThan(cue.from);
			expect(cue.to).toBeLessThanOrEqual((cues[index + 1]?.from ?? Infinity) + 0.0011);
		}
	}
});
