import { expect, test } from '@jest/globals';
import { refuseUndrawable } from './fonts.ts';

/** Assigned to no character for ever, so that no font draws them (Unicode, "Noncharacters"). */
const [NEVER, NEVER_EITHER] = ['\u{10fffe}', '\u{1fffe}'];

test('texts that installed fonts draw are taken', async () => {
	const texts = [
		'Plain words, “quoted” – déjà vu, Ærøskøbing, Łódź, Ελλάδα, Привет, Tiếng Việt, 50 % of €3 → ½',
		'漢字かな交じり文、中文字幕，한국어 자막',
		'مرحبا بالعالم؟ שלום',
		'नमस्ते สวัสดี ភាសា မြန်မာ བོད தமிழ் తెలుగు ქართული Հայերեն አማርኛ',
		'😀 🥰 👨‍👩‍👧‍👦 👍🏽 🇩🇪 ❤️',
		'line\nbreaks\tand\u0000controls',
	];

	await expect(refuseUndrawable(texts.map((text) => ({ text, about: 'clip 1' })))).resolves.toBeUndefined();
});

test('a character that no font draws is refused by name, with its text and the way out', async () => {
	const texts = [
		{ text: 'all is well 漢字', about: 'clip 1' },
		{ text: `here ${NEVER} it is, and ${NEVER_EITHER}`, about: 'clip 2' },
	];

	await expect(refuseUndrawable(texts)).rejects.toMatchObject({
		code: 'invalid_input',
		message: expect.stringMatching(/^clip 2: .*U\+10FFFE, U\+1FFFE/),
		hint: expect.stringContaining('apt install'),
	});
});

test('one bad character among hundreds of good ones is found', async () => {
	const han = Array.from({ length: 600 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join('');

	await expect(refuseUndrawable([{ text: `${han}${NEVER}${han}`, about: 'the title' }])).rejects.toMatchObject({
		message: expect.stringMatching(/^the title: [^,]*U\+10FFFE \(/),
	});
});
