import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { openKeys } from './keys.ts';

const KEY = `rsk_${'0'.repeat(32)}`;

test('a key is known by its name, given in clear or as a hash', () => {
	const hashed = createHash('sha256').update(`${KEY}2`).digest('hex');
	const ownerOf = openKeys([`studio:${KEY}`, `other:sha256=${hashed}`]);
	expect(ownerOf(`Bearer ${KEY}`)).toBe('studio');
	expect(ownerOf(`Bearer ${KEY}2`)).toBe('other');
});

test.each([undefined, '', 'Bearer ', `Bearer ${KEY}x`, KEY, `Basic ${KEY}`])('%s is refused', (header) => {
	expect(() => openKeys([KEY])(header)).toThrow(/API key/);
});

test('a key that could be guessed is refused at the start', () => {
	expect(() => openKeys(['rsk_short'])).toThrow(/shorter than/);
});
