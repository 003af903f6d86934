/** Texts that break out of filters, scripts of captions or files where they are not made safe. */
export const HOSTILE: readonly string[] = [
	`Hello: it's a test, 50% off`,
	String.raw`a\Nb {\b1}x{\pos(0,0)} \h \\`,
	`, ; [x] = 'q' "d" %{pts} %`,
	String.raw`trailing backslash \ `.trim() + '\\',
	`{\\fscx1000\\p1}m 0 0 l 9999 9999{\\p0}`,
	`drawtext=textfile=/etc/passwd`,
	`1\n00:00:00,000 --> 00:00:09,000\nno cue of ours\n\nDialogue: 0,0:00:00.00,9:00:00.00,,,0,0,0,,x`,
	`[Events]\nFormat: Text`,
	`</i><b>& &amp; <script>`,
	'a'.repeat(400),
	'\u202eright to left\u202c and \u200bzero width\u200b and soft\u00adhyphens',
	'e\u0301'.repeat(30),
	'שלום עולם, مرحبا بالعالم',
	'日本語の字幕です。改行なしで続く長い文章。',
	'🎬 film 👩‍🚀',
	'tab\tand\u00a0hard space',
];

/** Blocks that the fonts of every machine draw: Latin, combining marks, punctuation. */
const ORDINARY = [
	[0x0000, 0x024f],
	[0x0300, 0x036f],
	[0x2000, 0x206f],
] as const;

/** Whether a text needs more than the letters that every machine can draw. */
export const isBeyondLatin = (text: string): boolean =>
	[...text].some(
		(letter) => !ORDINARY.some(([from, to]) => letter.codePointAt(0)! >= from && letter.codePointAt(0)! <= to),
	);
