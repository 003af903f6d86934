import { expect, test } from '@jest/globals';
import { open, seal } from './seal.ts';

const KEY = 'a key of at least thirty-two characters';

test('what is sealed opens with the same key and binding, and shows nothing of itself', () => {
	const sealed = seal(KEY, 'b_1', 'AIza-secret');
	expect(sealed).not.toContain('secret');
	expect(open(KEY, 'b_1', sealed)).toBe('AIza-secret');
});

test('the same text is sealed differently each time', () => {
	expect(seal(KEY, 'b_1', 'x')).not.toBe(seal(KEY, 'b_1', 'x'));
});

test.each([
	['another key', () => open(`${KEY}!`, 'b_1', seal(KEY, 'b_1', 'x'))],
	['another batch', () => open(KEY, 'b_2', seal(KEY, 'b_1', 'x'))],
	[
		'a changed text',
		() =>
			open(
				KEY,
				'b_1',
				seal(KEY, 'b_1', 'x').replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
			),
	],
])('a sealed text does not open with %s', (_what, act) => {
	expect(act).toThrow('does not open');
});
