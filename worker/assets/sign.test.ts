import { expect, test } from '@jest/globals';
import { isSigned, signPreview } from './sign.ts';

const ID = 'a'.repeat(64);
const query = (text: string) =>
	Object.fromEntries(new URLSearchParams(text)) as { expires?: string; signature?: string };

test('a preview address holds for its asset until it expires', () => {
	const given = query(signPreview('key', ID, 1000));
	expect(isSigned('key', ID, given, 999_000)).toBe(true);
	expect(isSigned('key', ID, given, 1_000_001)).toBe(false);
	expect(isSigned('key', 'b'.repeat(64), given, 999_000)).toBe(false);
	expect(isSigned('other', ID, given, 999_000)).toBe(false);
	expect(isSigned('key', ID, { ...given, expires: '2000' }, 999_000)).toBe(false);
	expect(isSigned('key', ID, {}, 0)).toBe(false);
});
