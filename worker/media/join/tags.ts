import { box, cutUtf8, fullBox, table64, u32, u8, zeros } from './box.ts';
import type { Wrapping } from './join.ts';

/** The names of what can be told of a film, as iTunes counts them and every player reads them. */
const NAMES = {
	title: '\xa9nam',
	artist: '\xa9ART',
	description: 'desc',
	comment: '\xa9cmt',
	copyright: 'cprt',
	genre: '\xa9gen',
	date: '\xa9day',
} as const;
/** Kinds of content there. */
const [UTF8, JPEG] = [1, 13];
/** Chapters that the list can hold, and bytes of a title: each is counted in one byte. */
const MOST_CHAPTERS = 255;
const LONGEST_TITLE = 255;
/** The list counts in ten-millionths of a second. */
const LIST_UNITS = 10_000_000;

/** Title, tags and cover (a JPEG), and the chapters as most players read them. */
export function userData(
	{ title, tags }: Pick<Wrapping, 'title' | 'tags'>,
	cover: Buffer | null,
	chapters: { title: string; seconds: number }[],
): Buffer {
	const told = Object.entries({ title, ...tags }).flatMap(([key, value]) =>
		value ? [item(NAMES[key as keyof typeof NAMES], UTF8, Buffer.from(value))] : [],
	);
	const list = box(
		'ilst',
		...told,
		item('\xa9too', UTF8, Buffer.from('Reelsmith')),
		...(cover ? [item('covr', JPEG, cover)] : []),
	);
	const handler = fullBox('hdlr', 0, 0, u32(0), Buffer.from('mdirappl'), zeros(9));
	return box('udta', fullBox('meta', 0, 0, handler, list), ...(chapters.length ? [chapterList(chapters)] : []));
}

const item = (name: string, kind: number, content: Buffer) => box(name, box('data', u32(kind, 0), content));

/** Chapters as Nero's players began to list them, and all others followed: when each begins, and its title. */
function chapterList(chapters: { title: string; seconds: number }[]): Buffer {
	const listed = chapters.slice(0, MOST_CHAPTERS);
	const each = listed.flatMap(({ title, seconds }) => {
		const text = cutUtf8(title, LONGEST_TITLE);
		return [table64([Math.round(seconds * LIST_UNITS)]), u8(text.length), text];
	});
	return fullBox('chpl', 1, 0, u32(0), u8(listed.length), ...each);
}
